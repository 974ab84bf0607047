import * as wf from '@temporalio/workflow';
import type { HubSpotContactId } from '../../sync/records.ts';
import * as m from '../messages.ts';
import { answering } from '../answering.ts';
import { noting } from '../noting.ts';
import { Connection } from '../search-attributes.ts';
import type { BulkActivities } from './activities.ts';

/** A page's handovers, packed by its activity; `only` limits them to some of its contacts. */
export interface Backlog {
  packed: string;
  only: HubSpotContactId[] | null;
}

/** What import and resync have in common; plain JSON, carried from run to run. */
export interface Job {
  startedAt: string;
  paused: boolean;
  backlog: Backlog[];
  handedOver: number;
  /** For the API's allocation: until when (ISO), and why. */
  waits: { until: string; why: string } | null;
  rejected: { signal: string; fault: string; at: string }[];
}

/** The state of a job that starts now. */
export const newJob = (): Job => ({ startedAt: new Date(Date.now()).toISOString(), paused: false, backlog: [], handedOver: 0, waits: null, rejected: [] });

/** The phase of a job for which the allocation has no room. */
export const waiting = "waiting for the API's allocation";

/** Pages of data in flight at once: between a worker that reckons and CRMs that answer, with three each would wait for the other a quarter of the time. */
export const pagesInFlight = 6;
/** So many while pages take long, for want of the API's allowance or since a CRM is slow: more would only make each wait, and no more than 10 s may lie between what a page reads and what it writes. */
const slowPagesInFlight = 3;
const slowPageMs = 8_000;
/** Pages that are listed before a lane takes them: enough for none to wait, and few, since a list grows old. */
export const pagesAhead = 3;

/** Whether this lane, counted from 0, takes another page; `lastPageMs`: how long the page took that was done last. */
export const laneIsOpen = (lane: number, lastPageMs: number): boolean => lane < slowPagesInFlight || lastPageMs <= slowPageMs;

/** The stream of handovers may fall this far behind the data before the data waits for it. */
const longestBacklog = 40;
/** Characters of the packed handovers, some 14,000 contacts: the next run takes them over, with what is waiting, and Temporal takes 2 MB. */
const largestBacklog = 1_100_000;

export const backlogIsFull = ({ backlog }: Pick<Job, 'backlog'>): boolean =>
  backlog.length >= longestBacklog || backlog.reduce((sum, { packed }) => sum + packed.length, 0) >= largestBacklog;

/** Sets the handlers of a job; `progress` and `details` read its state. */
export function handleJob(job: Job, connection: string, progress: () => m.ImportProgress | m.ResyncProgress, details: () => string): () => void {
  const show = () => wf.setCurrentDetails([details(), ...(job.waits == null ? [] : [`- ${job.waits.why}`]), ...job.rejected.map((r) => `- Signal \`${r.signal}\` was not understood: ${r.fault}`)].join('\n'));
  const note = noting(job.rejected, show);
  note(m.pause, m.emptyInput, () => { job.paused = true; }, 'Stop after the pages that are under way. Takes {}.');
  note(m.resume, m.emptyInput, () => { job.paused = false; job.waits = null; }, 'Go on. Takes {}.');
  answering(m.progress, progress, 'How far it is, with counts, rate and time left. Takes nothing.');
  if (wf.workflowInfo().typedSearchAttributes.get(Connection) !== connection) wf.upsertSearchAttributes([{ key: Connection, value: connection }]);
  show();
  return show;
}

/** Whether this run should end soon and go on in a new one. */
export const runIsLong = (): boolean => wf.workflowInfo().continueAsNewSuggested;

/** Waits while the job is paused; a long run does not wait, since it ends first. */
export const unpaused = (job: Job): Promise<void> => wf.condition(() => !job.paused || runIsLong());

/** How many of a job's activities read or write data now; begins anew with each run. */
export interface Flow {
  underWay: number;
}

/** Counts activities of the data while they run. */
export async function flowing<T>(flow: Flow, work: Promise<T>): Promise<T> {
  flow.underWay += 1;
  try {
    return await work;
  } finally {
    flow.underWay -= 1;
  }
}

/** Takes pages from `pages` and runs them, a few at a time, until none is left and no `more` come, or the run is long. A pause is waited out. */
export async function drain<Page>(job: Job, pages: Page[], run: (page: Page) => Promise<void>, more: () => boolean = () => false): Promise<void> {
  let lastPageMs = 0;
  const lane = async (number: number): Promise<void> => {
    const mayRun = (): boolean => !job.paused && !backlogIsFull(job) && laneIsOpen(number, lastPageMs);
    while ((pages.length > 0 || more()) && !runIsLong()) {
      await wf.condition(() => (pages.length > 0 ? mayRun() : !more()) || runIsLong());
      if (runIsLong()) return;
      const page = pages.shift();
      if (page === undefined) continue;
      const began = Date.now();
      await run(page);
      lastPageMs = Date.now() - began;
    }
  };
  await Promise.all(Array.from({ length: wf.patched('six pages at once') ? pagesInFlight : slowPagesInFlight }, (_, number) => lane(number)));
}

/** Lists pages while others are run, as long as `listing` holds, so that each lane finds one when it is done. A pause is waited out. */
export async function listAhead(job: Job, pages: readonly unknown[], listing: () => boolean, listMore: () => Promise<void>): Promise<void> {
  while (listing()) {
    await wf.condition(() => (pages.length < pagesAhead && !job.paused) || !listing());
    if (listing()) await listMore();
  }
}

/** Whether the second stream may go on: it would take the machine from the data, which comes first, and goes on where none flows, or where the backlog is full. */
export const mayHandOver = (job: Pick<Job, 'backlog' | 'paused' | 'waits'>, flow: Flow): boolean => flow.underWay === 0 || job.waits !== null || job.paused || backlogIsFull(job);

/** The second stream: creates the contacts' workflows behind the data, until `done` and nothing is left, or the run is long. */
export async function handOverBehind(job: Job, { handOver }: BulkActivities, flow: Flow, done: () => boolean, after: () => void): Promise<void> {
  const dataFirst = wf.patched('workflows are created behind the data, not beside it');
  for (;;) {
    await wf.condition(() => (job.backlog.length > 0 && (!dataFirst || mayHandOver(job, flow))) || done() || runIsLong());
    const next = job.backlog[0];
    if (runIsLong() || next === undefined) return;
    const { done: count } = await handOver(next);
    job.backlog.shift();
    job.handedOver += count;
    after();
  }
}

/** Rate and time left of a job that has done `done` of `total`. */
export function pace(job: Job, done: number, total: number | null, finishedAt: string | null): { perSecond: number; secondsLeft: number | null } {
  const seconds = Math.max(0.001, ((finishedAt === null ? Date.now() : Date.parse(finishedAt)) - Date.parse(job.startedAt)) / 1000);
  const perSecond = Math.round((done / seconds) * 10) / 10;
  return { perSecond, secondsLeft: total === null || perSecond === 0 || finishedAt !== null ? null : Math.max(0, Math.round((total - done) / perSecond)) };
}
