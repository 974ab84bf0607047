import { countCalls, forgetCalls, type BothCounted } from '../calls.ts';
import type { Urls } from './world.ts';

/** What a plain script took; logging in counts for no one. */
export interface Plain {
  seconds: number;
  calls: BothCounted;
}

/** Runs a script against sandboxes that nobody else calls. */
export async function counted(urls: Urls, script: () => Promise<unknown>): Promise<Plain> {
  await forgetCalls({ urls });
  const start = performance.now();
  await script();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, calls: (await countCalls({ urls })).calls };
}
