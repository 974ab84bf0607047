import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 500;

/** Tries again what failed, as a person does whose screen says that something went wrong. @throws what it last failed with, after two minutes. */
export async function persistently<T>(act: () => Promise<T>): Promise<T> {
  const end = Date.now() + 120_000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(everyMs);
    }
  }
}
