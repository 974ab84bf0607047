import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const tooMany = z.union([z.object({ code: z.literal(429) }), z.object({ errorCode: z.literal('REQUEST_LIMIT_EXCEEDED') })]);
const waitMs = 1_000;
const mostAttempts = 30;

/** Calls again, a second later, for as long as too many calls were made. */
export async function repeating<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt === mostAttempts || !tooMany.safeParse(error).success) throw error;
      await sleep(waitMs);
    }
  }
}
