import { setTimeout as sleep } from 'node:timers/promises';
import { writeCalls } from '../../demo/http.ts';
import { crms, workflowIds, type Crm } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import type { WrittenLog } from './crms.ts';
import type { Stage } from './stage.ts';

/** Longer than the settle window after a change of the criteria, and than the first waits after a failure. */
const calmMs = 10_000;
/** The search shows a write a second late. */
const searchLagMs = 2_000;
const mostMs = 300_000;
/** What is missing so long after the last write will not come. */
const hopeMs = 60_000;

/**
 * Waits until both feeds have read what there is and handed it on, nothing was written for a while, and `missing` says that no value is.
 * Answers whether it came to rest. The feeds are asked to poll unless it must come to rest by itself; then what is missing is hoped for to the last.
 */
export async function untilQuiet(stage: Stage, log: WrittenLog, endedAt: number, missing: () => Promise<boolean>, { byItself = false } = {}): Promise<boolean> {
  const firstPoll = new Map<Crm, string>();
  const asked = new Set<string>();
  const pollNow = async (crm: Crm): Promise<void> => {
    const once = `${crm} ${firstPoll.get(crm) ?? ''}`;
    if (asked.has(once)) return;
    asked.add(once);
    await stage.client.workflow.getHandle(workflowIds.changes(stage.sluice.connection, crm)).signal(messages.check);
  };
  const deadline = Date.now() + mostMs;
  while (Date.now() < deadline) {
    const feeds = await Promise.all(crms.map((crm) => stage.feed(crm))).catch((error: unknown) => {
      // A worker that is busy may be late with an answer.
      stage.complaints.push(`feed: ${error instanceof Error ? `${error.message} ${String(error.cause)}` : String(error)}`);
      return null;
    });
    if (feeds === null) {
      await sleep(1_000);
      continue;
    }
    // A poll that began after the end has ended where another did after it.
    for (const { crm, lastPollAt } of feeds) if (lastPollAt !== null && Date.parse(lastPollAt) > endedAt + searchLagMs && !firstPoll.has(crm)) firstPoll.set(crm, lastPollAt);
    const unread = feeds.filter(({ crm, lastPollAt }) => lastPollAt === null || (firstPoll.get(crm) ?? lastPollAt) === lastPollAt);
    const read = unread.length === 0;
    const handedOn = feeds.every(({ waiting, later }) => waiting === 0 && later === 0);
    const calm = Date.now() - Math.max(await log.read(), endedAt);
    // A busy machine may be calm in the middle of its work.
    if (read && handedOn && calm > calmMs && ((calm > hopeMs && !byItself) || !(await missing()))) return true;
    if (!byItself && Date.now() > endedAt + searchLagMs) for (const { crm } of unread) await pollNow(crm);
    await sleep(1_000);
  }
  return false;
}

/** Watches for a while in which nothing should be written; answers the calls that write and when it was. */
export async function watchEnd(stage: Stage, seconds: number): Promise<{ callsInWatch: number; watched: { from: number; until: number } }> {
  const count = async (): Promise<number> => (await Promise.all([stage.urls.hubspot, stage.urls.salesforce].map(writeCalls))).reduce((a, b) => a + b, 0);
  const before = await count();
  const from = Date.now();
  await sleep(seconds * 1000);
  return { watched: { from, until: Date.now() }, callsInWatch: await count() - before };
}
