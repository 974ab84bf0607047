import { condition, proxyActivities, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { LastSyncedAt } from '../../workflows/search-attributes.ts';
import type { Pair } from './pair.ts';
import { changed } from './signals.ts';
import type { Activities } from './worker.ts';

/** Takes a signal and does nothing: the least that a workflow behind the data can be. */
export async function doNothing(): Promise<void> {
  setHandler(changed, () => undefined);
  await condition(() => false);
}

/** `activities`: the queue of its activities. Those on the workflow's own queue the SDK hands over without the queue. `listed`: shows in the lists of workflows when it last synced. */
export interface Entity { pair: Pair; activities: string; listed: boolean }

/** The least that a live sync can be: whenever signalled it reads both sides, decides nothing, and writes. */
export async function entity({ pair, activities: taskQueue, listed }: Entity): Promise<void> {
  const { read, write } = proxyActivities<Activities>({ taskQueue, startToCloseTimeout: '1 minute' });
  let waiting = false;
  setHandler(changed, () => { waiting = true; });
  for (;;) {
    await condition(() => waiting);
    waiting = false;
    await write({ pair, values: await read(pair) });
    if (listed) upsertSearchAttributes([{ key: LastSyncedAt, value: new Date() }]);
  }
}
