import { setTimeout as sleep } from 'node:timers/promises';
import { crms, type Crm } from '../workflows/ids.ts';
import { countCalls, totalOf } from './calls.ts';
import { soon, type Bench } from './world.ts';

/** Waits until both feeds have polled to the end since `since`, and whom they told has synced. */
export async function feedsAtRest(bench: Bench, since: number): Promise<void> {
  const polled = async (crm: Crm): Promise<boolean> => {
    const { lastPollAt, nextPollAt, waiting, later } = await bench.feed(crm);
    const last = Date.parse(lastPollAt ?? '');
    return last > since && Date.parse(nextPollAt) > last && waiting === 0 && later === 0;
  };
  await soon('both feeds have polled all', async () => (await Promise.all(crms.map(polled))).every(Boolean), 900);
  let [before, now] = [-1, await totalCalls(bench)];
  while (now !== before) {
    await sleep(3_000);
    [before, now] = [now, await totalCalls(bench)];
  }
}

const totalCalls = async (bench: Bench): Promise<number> => totalOf((await countCalls(bench)).calls);
