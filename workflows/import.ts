import * as wf from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../sync/lazily.ts';
import type { ImportPage } from '../activities/page/list.ts';
import type { HubSpotContactId, SalesforceType } from '../sync/records.ts';
import { failingPlainly } from './failure.ts';
import { readWorkflowId, taskQueues } from './ids.ts';
import { readStart } from './input.ts';
import { bulkActivities, endingActivities } from './job/activities.ts';
import { details, progressOf } from './job/import-words.ts';
import { drain, flowing, handleJob, handOverBehind, listAhead, newJob, runIsLong, unpaused, type Flow, type Job } from './job/job.ts';
import { withinAllowance } from './job/allowance.ts';
import { endListJob, listByJob, newListJob, type ToList } from './job/listing.ts';
import * as m from './messages.ts';
import { rejectOtherSignals } from './noting.ts';

/** Imported contacts outside the segment, looked at again before they are handed over. */
interface Waiting {
  ids: HubSpotContactId[];
  handovers: string;
}

/** Of an import; plain JSON, carried from run to run. */
export interface State {
  job: Job;
  object: m.ImportInput['object'];
  where: string;
  /** Per object. */
  toList: ToList[];
  /** What last came in between the listing. */
  note: string | null;
  pages: ImportPage[];
  waiting: Waiting[];
  /** How many looks at the waiting were made, and since when they are counted (epoch ms). */
  looks: { made: number; since: number } | null;
  /** The setting, as it was when the last pages were listed. */
  looksAfterSeconds: number[];
  total: number | null;
  counts: m.ImportCounts;
  finishedAt: string | null;
}

const input = lazily(() => m.importInput().extend({ carried: z.custom<State>().optional() }));
const fillPageSize = 400;
/** So many are waiting before the looks at them are made and the reading goes on: it bounds what a run carries. */
const mostWaiting = 10_000;

/**
 * Imports Leads and Contacts (S6): creates each in HubSpot with the email address alone, then fills those who may sync; the others
 * stay email-only. The data goes first, in pages; each contact's workflow is created behind it.
 */
export async function salesforceImport(...args: [(m.ImportInput & { carried?: State })?]): Promise<m.ImportProgress> {
  const { connection } = readWorkflowId('import');
  const given = readStart(input, args);
  const s: State = { ...newState(given), ...given.carried };
  const show = handleJob(s.job, connection, () => progressOf(s), () => details(s, connection));
  const activities = withinAllowance(bulkActivities(taskQueues(connection).bulk), s.job, show);
  const ending = endingActivities(taskQueues(connection).bulk);
  rejectOtherSignals(s.job.rejected, show);
  let dataDone = false;
  const flow: Flow = { underWay: 0 };

  const crowded = (): boolean => s.waiting.reduce((sum, w) => sum + w.ids.length, 0) >= mostWaiting;
  const listing = (): boolean => s.toList.length > 0 && !crowded() && !runIsLong();
  let listed: Promise<void> = Promise.resolve();
  const readData = async (): Promise<void> => {
    const ahead = wf.patched('an import lists pages while others are imported');
    for (;;) {
      if (ahead) await Promise.all([listed = listAhead(s.job, s.pages, listing, listMore), drain(s.job, s.pages, importOne, listing)]);
      else await drain(s.job, s.pages, importOne);
      if (runIsLong()) return;
      if (listing()) await listMore(); // as runs of older versions do
      else if (s.waiting.length > 0) await lookAgain();
      else break;
    }
    dataDone = true;
  };
  const listMore = async (): Promise<void> => {
    const next = s.toList[0];
    if (next === undefined) return;
    const { object, after, byJob, inPages } = next;
    if (byJob) {
      const { pages, done } = await listByJob(next, byJob, { where: s.where, job: s.job, activities, ending, say });
      s.pages.push(...pages);
      if (done) s.toList.shift();
      return show();
    }
    const list = await flowing(flow, activities.listPages({ object, after, where: s.where, ...(inPages && { inPages }) }));
    if (list.total !== null) s.total = (s.total ?? 0) + list.total;
    s.looksAfterSeconds = list.looksAfterSeconds;
    s.pages.push(...list.pages);
    next.after = list.pages.at(-1)?.upTo ?? after;
    if (list.byJob) next.byJob = newListJob();
    if (!list.more) s.toList.shift();
  };
  const say = (note: string): void => {
    s.note = note;
    show();
  };
  const importOne = async (page: ImportPage): Promise<void> => {
    const { handovers, waiting, ...counts } = await flowing(flow, activities.importPage(page));
    addCounts(s.counts, counts);
    if (handovers !== null) s.job.backlog.push({ packed: handovers, only: null });
    if (waiting !== null) s.waiting.push(waiting);
    show();
  };
  /** HubSpot announces no end of its evaluation, so those outside are looked at again, and whoever appears is filled. */
  const lookAgain = async (): Promise<void> => {
    s.looks ??= { made: 0, since: Date.now() };
    const delay = s.looksAfterSeconds[s.looks.made];
    if (delay === undefined) return giveUpWaiting();
    const due = s.looks.since + delay * 1000;
    if (due > Date.now()) await wf.condition(runIsLong, due - Date.now());
    await unpaused(s.job);
    if (runIsLong()) return;
    const members = await activities.findMembers({ ids: s.waiting.flatMap((w) => w.ids) });
    for (let i = 0; i < members.length; i += fillPageSize) {
      await unpaused(s.job);
      if (runIsLong()) return; // the next run looks for those that are left
      await fillOne(members.slice(i, i + fillPageSize));
    }
    s.looks.made += 1;
    show();
  };
  const fillOne = async (ids: HubSpotContactId[]): Promise<void> => {
    const { filled, filling, needsReview, error, handovers } = await flowing(flow, activities.fillPage({ ids }));
    const { now } = s.counts;
    now.filled += filled.length;
    now.filling += filling.length;
    now.needsReview += needsReview.length;
    now.error += error.length;
    const joined = new Set([...filled, ...filling, ...needsReview, ...error]);
    now.emailOnly -= joined.size;
    if (handovers !== null) s.job.backlog.push({ packed: handovers, only: null });
    for (const group of s.waiting) group.ids = group.ids.filter((id) => !joined.has(id));
    s.waiting = s.waiting.filter((group) => group.ids.length > 0);
  };
  const giveUpWaiting = (): void => {
    s.job.backlog.push(...s.waiting.map(({ ids, handovers }) => ({ packed: handovers, only: ids })));
    s.waiting = [];
    s.looks = null;
  };

  const reading = readData();
  try {
    await failingPlainly(() => Promise.all([reading, handOverBehind(s.job, activities, flow, () => dataDone, show)]));
  } catch (error) {
    // A job that is being begun is known once its activity has ended.
    if (wf.isCancellation(error)) await Promise.allSettled([reading, listed]);
    for (const list of s.toList) await endListJob(list, ending);
    throw error;
  }
  if (!dataDone || s.job.backlog.length > 0) {
    await wf.condition(wf.allHandlersFinished);
    await wf.continueAsNew<typeof salesforceImport>({ object: s.object, where: s.where, carried: s });
  }
  s.finishedAt = new Date(Date.now()).toISOString();
  show();
  return progressOf(s);
}

function newState({ object, where }: z.output<ReturnType<typeof input>>): State {
  // Contacts first: where a Lead has the same email, the Contact wins.
  const objects: SalesforceType[] = object === 'both' ? ['Contact', 'Lead'] : [object];
  return {
    job: newJob(), object, where, toList: objects.map((o) => ({ object: o, after: '' })), pages: [], waiting: [], looks: null, looksAfterSeconds: [], total: null, note: null, finishedAt: null,
    counts: { read: 0, created: 0, alreadyThere: 0, duplicates: 0, skipped: {}, failed: 0, now: { filled: 0, filling: 0, emailOnly: 0, needsReview: 0, error: 0 } },
  };
}

function addCounts(sum: State['counts'], page: State['counts']): void {
  for (const key of ['read', 'created', 'alreadyThere', 'duplicates', 'failed'] as const) sum[key] += page[key];
  for (const [reason, n] of Object.entries(page.skipped)) sum.skipped[reason] = (sum.skipped[reason] ?? 0) + n;
  for (const key of ['filled', 'filling', 'emailOnly', 'needsReview', 'error'] as const) sum.now[key] += page.now[key];
}
