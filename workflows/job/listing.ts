import * as wf from '@temporalio/workflow';
import type { ImportPage } from '../../activities/page/list.ts';
import type { SalesforceType } from '../../sync/records.ts';
import type { BulkActivities, endingActivities } from './activities.ts';
import { runIsLong, unpaused, type Job } from './job.ts';

/** What an import still has to list of one type of record; plain JSON, carried from run to run. */
export interface ToList {
  object: SalesforceType;
  /** The last id listed. */
  after: string;
  /** A bulk query job of Salesforce's lists it. */
  byJob?: ListJob | null;
  /** Not by a job, however many records there are: Salesforce takes none, or they came to nothing. */
  inPages?: boolean;
}

export interface ListJob {
  /** Null until Salesforce has answered with it. */
  job: string | null;
  /** When it was first asked for (ISO): how one whose answer was lost is found. */
  since: string;
  /** Of its next results: '' for the first, null once there are none. */
  locator: string | null;
  /** Found so far. */
  rows: number;
  /** How often it was looked at and was not done. */
  looks: number;
  /** Jobs that came to nothing, one after the other. */
  lost: number;
}

interface Lister {
  where: string;
  job: Job;
  activities: Pick<BulkActivities, 'beginListJob' | 'lookAtListJob'>;
  ending: ReturnType<typeof endingActivities>;
  /** Shows a sentence in the progress. */
  say: (note: string) => void;
}

/** Between two looks, in seconds; the last one from then on. */
const looksAfter = [1, 2, 4, 8, 15, 30, 60];
const mostLost = 3;
const lostPauseMs = 2_000;

export const newListJob = (lost = 0): ListJob => ({ job: null, since: new Date(Date.now()).toISOString(), locator: '', rows: 0, looks: 0, lost });

/**
 * One step of a list that a bulk query job prepares: begins the job, looks at it, or takes its next results; answers the pages that it
 * found. Its id and the locator are in `next` before anything follows from them, so that another worker and the next run go on there. A job
 * that comes to nothing is begun anew after the last id listed; pages that were cut from its results find their records by their ids.
 */
export async function listByJob(next: ToList, byJob: ListJob, lister: Lister): Promise<{ pages: ImportPage[]; done: boolean }> {
  const { where, activities, say } = lister;
  const { object, after } = next;
  const nothing = { pages: [], done: false };
  await unpaused(lister.job);
  if (runIsLong()) return nothing;
  if (byJob.job === null) {
    const answer = await activities.beginListJob({ object, where, after, since: byJob.since });
    if (answer.kind === 'begun') byJob.job = answer.job;
    else listInPages(next, `Salesforce takes no bulk query job (${answer.why}): the ${object}s are listed in pages instead.`, say);
    return nothing;
  }
  if (byJob.locator === null) {
    await endListJob(next, lister.ending);
    return { pages: [], done: true };
  }
  const look = await activities.lookAtListJob({ object, where, after, job: byJob.job, locator: byJob.locator });
  switch (look.kind) {
    case 'running':
      byJob.rows = look.rows;
      await wf.condition(runIsLong, 1000 * (looksAfter[byJob.looks++] ?? looksAfter.at(-1) ?? 60));
      return nothing;
    case 'pages':
      Object.assign(byJob, { locator: look.next, looks: 0, lost: 0 });
      next.after = look.pages.at(-1)?.upTo ?? after;
      return { pages: look.pages, done: false };
    case 'lost':
      await beginAnew(next, byJob, look.why, lister);
      return nothing;
  }
}

async function beginAnew(next: ToList, byJob: ListJob, why: string, { ending, say }: Lister): Promise<void> {
  const { object, after } = next;
  const said = `Salesforce's bulk query job ${byJob.job} ${why}`;
  const rest = after === '' ? `all ${object}s` : `the ${object}s after ${after}`;
  await endListJob(next, ending);
  const lost = byJob.lost + 1;
  if (lost >= mostLost) return listInPages(next, `${said}, the third in a row: ${rest} are listed in pages instead.`, say);
  say(`${said}: a new one lists ${rest}. Nothing is left out or imported twice.`);
  await wf.condition(runIsLong, lostPauseMs * lost);
  next.byJob = newListJob(lost);
}

function listInPages(next: ToList, note: string, say: (note: string) => void): void {
  Object.assign(next, { byJob: null, inPages: true });
  say(note);
}

/** Ends the job of a list that is over, lost or given up, also while the workflow is being cancelled. What cannot be ended, Salesforce removes by itself 7 days after its end. */
export async function endListJob({ object, byJob }: ToList, { endListJob: end }: ReturnType<typeof endingActivities>): Promise<void> {
  if (!byJob) return;
  const { job, since } = byJob;
  await wf.CancellationScope.nonCancellable(() => end({ object, job, since })).catch(() => undefined);
}
