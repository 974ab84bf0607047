import { condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Pair } from './pair.ts';
import { changed } from './signals.ts';
import type { Activities } from './worker.ts';

/** Takes a signal and does nothing: the least that a workflow behind the data can be. */
export async function doNothing(): Promise<void> {
  setHandler(changed, () => undefined);
  await condition(() => false);
}

const { read, write } = proxyActivities<Activities>({ startToCloseTimeout: '1 minute' });

/** The least that a live sync can be: whenever signalled it reads both sides, decides nothing, and writes. */
export async function entity(pair: Pair): Promise<void> {
  let waiting = false;
  setHandler(changed, () => { waiting = true; });
  for (;;) {
    await condition(() => waiting);
    waiting = false;
    await write({ pair, values: await read(pair) });
  }
}
