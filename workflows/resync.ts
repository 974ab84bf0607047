import * as wf from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../sync/lazily.ts';
import type { ResyncPageResult } from '../activities/page/resync.ts';
import type { HubSpotContactId } from '../sync/records.ts';
import { failingPlainly } from './failure.ts';
import { readWorkflowId, taskQueues, type ResyncScope } from './ids.ts';
import { readStart } from './input.ts';
import { bulkActivities, type BulkActivities } from './job/activities.ts';
import { drain, flowing, handleJob, handOverBehind, listAhead, newJob, pace, runIsLong, unpaused, waiting, type Flow, type Job } from './job/job.ts';
import { withinAllowance } from './job/allowance.ts';
import * as m from './messages.ts';
import { noting, rejectOtherSignals } from './noting.ts';

interface State {
  job: Job;
  dryRun: boolean;
  /** Of a preview: the segment that would be chosen, and who would stop syncing. */
  candidate: string | null;
  leave: number;
  /** Of `errors`: only contacts of this category; null: everybody who needs attention. */
  category: m.AttentionCategory | null;
  /** Where the list of contacts (for `relabel`: of workflows) goes on; `end` once it is through. */
  list: { at: 'start' } | { at: 'after'; token: string } | { at: 'end' };
  pages: HubSpotContactId[][];
  /** The segment whose members they are; null where they were not listed by one. */
  listedIn: string | null;
  total: number | null;
  checked: number;
  counts: Omit<ResyncPageResult, 'handovers'>;
  /** Settings changed while a relabel was under way: it goes once more. */
  again: boolean;
  finishedAt: string | null;
}

const input = lazily(() => m.resyncJobInput().extend({ carried: z.custom<State>().optional() }));

/**
 * Resync of the members of the segment in force, of every contact, of those in error or in review, or (`relabel`) of the shown statuses
 * alone. Forces no direction: where nothing changed against the base, nothing is written.
 */
export async function segmentResync(...args: [(m.ResyncJobInput & { carried?: State })?]): Promise<m.ResyncProgress> {
  const { connection, last } = readWorkflowId('resync');
  const scope = last as ResyncScope;
  const given = readStart(input, args);
  const fresh = newState(given.dryRun, candidateOf(scope, given), categoryOf(scope, given));
  // What a run of an older version carried lacks what was added since.
  const s: State = { ...fresh, ...given.carried, counts: { ...fresh.counts, ...given.carried?.counts } };
  const show = handleJob(s.job, connection, () => progressOf(s, scope), () => details(s, scope));
  const activities = withinAllowance(bulkActivities(taskQueues(connection).bulk), s.job, show);
  noting(s.job.rejected, show)(m.again, m.emptyInput, () => { s.again = true; }, 'Go through the contacts once more: the settings changed. Takes {}.');
  rejectOtherSignals(s.job.rejected, show);

  await failingPlainly(async () => {
    if (scope === 'relabel') return relabel(s, activities, show);
    await resyncAll(s, scope === 'all' || scope === 'errors' ? scope : 'segment', activities, show);
    if (s.candidate !== null && s.list.at === 'end') await countLeavers(s, s.candidate, activities);
  });
  if (s.list.at !== 'end' || s.pages.length > 0 || s.job.backlog.length > 0) {
    await wf.condition(wf.allHandlersFinished);
    await wf.continueAsNew<typeof segmentResync>({ dryRun: s.dryRun, ...(s.candidate !== null && { segmentId: s.candidate }), ...(s.category !== null && { category: s.category }), carried: s });
  }
  s.finishedAt = new Date(Date.now()).toISOString();
  show();
  return progressOf(s, scope);
}

async function resyncAll(s: State, scope: 'segment' | 'all' | 'errors', activities: BulkActivities, show: () => void): Promise<void> {
  let dataDone = false;
  const flow: Flow = { underWay: 0 };
  const resyncOne = async (ids: HubSpotContactId[]): Promise<void> => {
    const { handovers, ...counts } = await flowing(flow, activities.resyncPage({ ids, dryRun: s.dryRun, candidate: s.candidate, ...(s.listedIn !== null && { segmentId: s.listedIn }) }));
    addCounts(s, ids.length, counts);
    if (handovers !== null) s.job.backlog.push({ packed: handovers, only: null });
    show();
  };
  const listMore = async (): Promise<void> => {
    const { ids, after, total, segmentId } = await flowing(flow, activities.listContacts({ scope, candidate: s.candidate, after: s.list.at === 'after' ? s.list.token : null, ...(s.category !== null && { category: s.category }) }));
    s.total ??= total;
    s.listedIn = segmentId ?? null;
    if (ids.length > 0) s.pages.push(ids);
    s.list = after === null ? { at: 'end' } : { at: 'after', token: after };
  };
  const listing = (): boolean => s.list.at !== 'end' && !runIsLong();
  /** As runs of older versions do. */
  const listBetween = async (): Promise<void> => {
    for (;;) {
      await drain(s.job, s.pages, resyncOne);
      if (!listing()) return;
      await listMore();
    }
  };
  const readData = async (): Promise<void> => {
    if (wf.patched('pages are listed while others are compared')) await Promise.all([listAhead(s.job, s.pages, listing, listMore), drain(s.job, s.pages, resyncOne, listing)]);
    else await listBetween();
    dataDone = s.list.at === 'end' && s.pages.length === 0;
  };
  await Promise.all([readData(), handOverBehind(s.job, activities, flow, () => dataDone, show)]);
}

async function relabel(s: State, { relabelPage }: BulkActivities, show: () => void): Promise<void> {
  // Nothing was compared yet, so what asked for the start needs no second round; in a later run it does.
  if (s.list.at === 'start') s.again = false;
  while (s.list.at !== 'end') {
    await unpaused(s.job);
    if (runIsLong()) return;
    const { checked, told, after } = await relabelPage({ after: s.list.at === 'after' ? s.list.token : null });
    s.checked += checked;
    s.counts.signalled += told;
    s.counts.unchanged += checked - told;
    s.list = after === null ? (s.again ? { at: 'start' } : { at: 'end' }) : { at: 'after', token: after };
    if (after === null) s.again = false;
    show();
  }
}

/** A preview names the segment that would be chosen; nothing else does. */
function candidateOf(scope: ResyncScope, { segmentId }: z.output<ReturnType<typeof input>>): string | null {
  if (scope === 'preview' && segmentId === undefined) throw wf.ApplicationFailure.nonRetryable('segmentId: a preview needs the id of the segment that would be chosen, e.g. {"segmentId": "12"}.', 'InvalidInput');
  if (scope !== 'preview' && segmentId !== undefined) throw wf.ApplicationFailure.nonRetryable('segmentId: only a preview takes it; a resync goes by the segment in force.', 'InvalidInput');
  return segmentId ?? null;
}

/** Only a resync of errors goes by category. */
function categoryOf(scope: ResyncScope, { category }: z.output<ReturnType<typeof input>>): m.AttentionCategory | null {
  if (scope !== 'errors' && category !== undefined) throw wf.ApplicationFailure.nonRetryable('category: only a resync of errors (resync/<connection>/errors) takes it.', 'InvalidInput');
  return category ?? null;
}

async function countLeavers(s: State, candidate: string, { leaversPage }: BulkActivities): Promise<void> {
  s.leave = 0;
  for (let after: string | null = null; ; ) {
    const page: Awaited<ReturnType<typeof leaversPage>> = await leaversPage({ candidate, after });
    s.leave += page.leave;
    if (page.after === null) return;
    ({ after } = page);
  }
}

/** What a resync of the candidate would cost: its pages are read and written in batches, those with a workflow one by one. */
function choiceOf(s: State): m.ResyncProgress['choice'] {
  if (s.candidate === null) return null;
  const { checked, counts } = s;
  const batches = (n: number, size: number): number => Math.ceil(n / size);
  const hubspot = batches(checked, 250) + 2 * batches(checked, 100) + batches(counts.written, 100) + 3 * counts.signalled;
  const salesforce = 2 * batches(checked, 1_000) + batches(counts.written, 800) + batches(counts.createdIn.salesforce, 200) + 2 * counts.signalled;
  return { segmentId: s.candidate, enter: counts.enter, leave: s.leave, calls: { hubspot, salesforce } };
}

function newState(dryRun: boolean, candidate: string | null, category: m.AttentionCategory | null): State {
  return {
    job: newJob(), dryRun: dryRun || candidate !== null, candidate, leave: 0, category, list: { at: 'start' }, pages: [], listedIn: null, total: null, checked: 0, again: false, finishedAt: null,
    counts: {
      unchanged: 0, written: 0, signalled: 0, frozen: 0, needsReview: 0, error: 0, waiting: 0, gone: 0,
      writtenIn: { hubspot: 0, salesforce: 0 }, createdIn: { hubspot: 0, salesforce: 0 }, enter: 0,
    },
  };
}

function addCounts(s: State, checked: number, page: State['counts']): void {
  const sum = s.counts;
  s.checked += checked;
  for (const key of ['unchanged', 'written', 'signalled', 'frozen', 'needsReview', 'error', 'waiting', 'gone', 'enter'] as const) sum[key] += page[key];
  for (const key of ['hubspot', 'salesforce'] as const) {
    sum.writtenIn[key] += page.writtenIn[key];
    sum.createdIn[key] += page.createdIn[key];
  }
}

function progressOf(s: State, scope: ResyncScope): m.ResyncProgress {
  const { enter: _, ...counts } = s.counts;
  return {
    job: 'resync', scope, dryRun: s.dryRun, phase: s.finishedAt !== null ? 'done' : s.job.waits != null ? waiting : s.list.at !== 'end' || s.pages.length > 0 ? 'comparing' : 'creating the workflows of the contacts',
    paused: s.job.paused, waits: s.job.waits ?? null, startedAt: s.job.startedAt, finishedAt: s.finishedAt, total: s.total, checked: s.checked, ...counts, choice: choiceOf(s),
    ...pace(s.job, s.checked, s.total, s.finishedAt), workflows: { done: s.job.handedOver, waiting: s.job.backlog.length },
  };
}

function details(s: State, scope: ResyncScope): string {
  const p = progressOf(s, scope);
  return [
    `## Resync (${scope}${s.category === null ? '' : `, ${s.category}`})${p.dryRun ? ', dry run' : ''}: ${p.paused ? 'paused' : p.phase}`, '', '| | |', '|---|---|',
    `| Checked | ${p.checked} of ${p.total ?? 'an unknown number'} (${p.perSecond} a second) |`, `| Unchanged | ${p.unchanged} |`,
    `| Written (in HubSpot / in Salesforce) | ${p.written} (${p.writtenIn.hubspot} / ${p.writtenIn.salesforce}) |`, `| Created in Salesforce | ${p.createdIn.salesforce} |`,
    `| Told to sync by themselves | ${p.signalled} |`, `| Outside the segment | ${p.frozen} |`, `| In review / in error / waiting | ${p.needsReview} / ${p.error} / ${p.waiting} |`,
    `| Gone from HubSpot meanwhile | ${p.gone} |`,
    ...(p.choice === null ? [] : [`| Would begin to sync / would stop | ${p.choice.enter} / ${p.choice.leave} |`, `| API calls of the resync (HubSpot / Salesforce) | ${p.choice.calls.hubspot} / ${p.choice.calls.salesforce} |`]), '', 'Signals: `pause`, `resume`. Query: `progress`.',
  ].join('\n');
}
