import * as wf from '@temporalio/workflow';
import { allowanceWait, sentenceOf } from '../failure.ts';
import type { Feed } from './feed.ts';

/** What a feed does whenever it is due: now (true), at a time (epoch ms), or once something has come (false). */
export interface Duty {
  due: () => number | boolean;
  work: () => Promise<void>;
}

/** For `patched`. */
export const singlesToTheEnd = 'single edits wait neither for a mass nor for the end of a run';
const pauseAfterFailure = '30 seconds';
const longHistory = 3_000;
/** What is still under way in a run so many times as long as a long one is cut off: Temporal ends a run of 50,000 events. */
const mostTimesLong = 4;

/** Whether this run should end soon and go on in a new one. */
export const runIsLong = (): boolean => wf.workflowInfo().continueAsNewSuggested || wf.workflowInfo().historyLength > longHistory;

/**
 * Does all of it until the run is long. Work that has begun ends first, which may be the minutes of a poll; single events are told meanwhile.
 * Work that a CRM's outage keeps from ending is cut off in time: the next run begins it again.
 */
export async function untilLong(s: Feed<unknown, unknown>, show: () => void, singles: Duty, others: readonly Duty[], toTheEnd: boolean): Promise<void> {
  if (!toTheEnd) {
    await Promise.all([singles, ...others].map((duty) => whenever(s, duty, show, runIsLong)));
    return;
  }
  let underWay = others.length;
  const other = async (duty: Duty): Promise<void> => {
    await whenever(s, duty, show, runIsLong);
    underWay -= 1;
  };
  const scope = new wf.CancellationScope();
  const loops = [() => whenever(s, singles, show, () => underWay === 0), ...others.map((duty) => () => other(duty))].map((loop) => scope.run(loop));
  const cut = await Promise.race([Promise.all(loops).then(() => false), wf.condition(isOverlong()).then(() => true)]);
  if (!cut) return;
  scope.cancel();
  // Settled, all have put back what they could not hand on.
  for (const end of await Promise.allSettled(loops)) if (end.status === 'rejected' && !wf.isCancellation(end.reason)) throw end.reason;
}

/** Asked whenever anything happens, it knows when the run became long. */
function isOverlong(): () => boolean {
  let longAt = 0;
  return () => {
    if (!runIsLong()) return false;
    longAt ||= wf.workflowInfo().historyLength;
    return wf.workflowInfo().historyLength > mostTimesLong * longAt;
  };
}

/** Works whenever it is due and nobody paused, until `ends`. What fails is noted, and tried again after a while. */
async function whenever(s: Feed<unknown, unknown>, { due, work }: Duty, show: () => void, ends: () => boolean): Promise<void> {
  for (;;) {
    await wf.condition(() => ends() || !s.paused);
    const at = due();
    if (at === false) await wf.condition(() => ends() || s.paused || due() !== false);
    else if (at !== true && at > Date.now()) await wf.condition(() => ends() || s.paused || (typeof due() === 'number' && (due() as number) < at), at - Date.now());
    else if (!s.paused && !ends()) await attempt(s, work, ends);
    if (ends()) return;
    show();
  }
}

async function attempt(s: Feed<unknown, unknown>, work: () => Promise<void>, ends: () => boolean): Promise<void> {
  try {
    await work();
    s.trouble = null;
  } catch (error) {
    if (wf.isCancellation(error)) throw error;
    s.trouble = { at: new Date(Date.now()).toISOString(), what: sentenceOf(error) };
    await wf.condition(ends, allowanceWait(error)?.ms ?? pauseAfterFailure);
  }
}
