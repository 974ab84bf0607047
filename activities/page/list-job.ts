import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { safeMessage } from '../../sync/errors.ts';
import type { SalesforceType } from '../../sync/records.ts';
import { settingsIfReady } from '../connection/accounts.ts';
import type { Call } from '../crm/call.ts';
import { CrmFailure } from '../crm/failure.ts';
import { verdictOf } from '../crm/verdict.ts';
import type { World } from '../world.ts';
import { pagesOf, type ImportPage, type ImportScope } from './list.ts';
import { listQuery } from './rows.ts';

/** What a look at a list's job came to. */
export type JobLook =
  /** It has found so many rows so far. */
  | { kind: 'running'; rows: number }
  /** `next`: the locator of the next set; null after the last. */
  | { kind: 'pages'; pages: ImportPage[]; next: string | null }
  /** Its results cannot be had (any more); `why` goes on from "The job". */
  | { kind: 'lost'; why: string };

const call: Call = { lane: 'backfill' };

/**
 * Begins a bulk query job that lists the records after an id. `since` (ISO): when it was first asked for. A creation cannot be repeated, so
 * a further attempt ends first what an earlier one may have left behind: Salesforce tells of a job neither its query nor who of a user's
 * programs made it, so it cannot be taken over. A concurrent import's job of the same minute may be among those: its import begins anew.
 */
export async function beginListJob(world: World, { object, where, after, since }: ImportScope & { after: string; since: string }): Promise<{ kind: 'begun'; job: string } | { kind: 'refused'; why: string }> {
  await settingsIfReady(world, call.lane, { pauseStops: true });
  if (activityInfo().attempt > 1) await endJobsSince(world, object, since);
  try {
    return { kind: 'begun', job: await world.salesforce.createQueryJob(listQuery({ object, where }, after), { ...call, signal: cancellationSignal() }) };
  } catch (error) {
    if (!(error instanceof CrmFailure) || !isRefusal(error)) throw error;
    return { kind: 'refused', why: [error.code ?? String(error.status), safeMessage(error.detail ?? '')].filter(Boolean).join(': ') };
  }
}

/** Looks whether a list's job is done, and cuts its next set of results into pages. No row is answered: pages find theirs by the set's locator. */
export async function lookAtListJob(world: World, { object, where, after, job, locator }: ImportScope & { after: string; job: string; locator: string }): Promise<JobLook> {
  await settingsIfReady(world, call.lane, { pauseStops: true });
  if (locator === '') {
    const now = await world.salesforce.queryJob(job, call);
    switch (now?.state) {
      case undefined: return { kind: 'lost', why: 'is gone' };
      case 'UploadComplete': case 'InProgress': return { kind: 'running', rows: now?.rows ?? 0 };
      case 'Failed': return { kind: 'lost', why: now?.why == null ? 'failed' : `failed (${safeMessage(now.why)})` };
      case 'Aborted': return { kind: 'lost', why: 'was aborted' };
      case 'JobComplete': break;
    }
  }
  const set = { job, locator };
  const listed = await world.listed(set, call);
  if (listed === null) return { kind: 'lost', why: 'has no results any more, since Salesforce keeps them for 7 days' };
  const ids = listed.rows.map(({ id }) => id);
  // The cursor is an id, and a page is what lies between two: neither holds without the order that was asked for [SF-BULK].
  if (ids.some((id, at) => id <= (ids[at - 1] ?? after))) return { kind: 'lost', why: 'gave its rows in another order than asked for' };
  return { kind: 'pages', pages: pagesOf({ object, where }, after, ids, set), next: listed.next };
}

/** Ends a list's job, or where its id never arrived (null) what was begun since an instant (ISO). It asks for no room: what was begun ends. */
export async function endListJob(world: World, { object, job, since }: { object: SalesforceType; job: string | null; since: string }): Promise<void> {
  if (job === null) await endJobsSince(world, object, since);
  else await world.salesforce.endQueryJob(job, call);
}

async function endJobsSince(world: World, object: SalesforceType, since: string): Promise<void> {
  for (const job of await world.salesforce.queryJobsSince(object, since, call)) await world.salesforce.endQueryJob(job, call);
}

/** Whether Salesforce takes no such job, now or ever: not what passes by itself, nor what the whole connection waits for. */
function isRefusal(failure: CrmFailure): boolean {
  const { known, retry } = verdictOf(failure);
  return failure.status !== null && failure.status >= 400 && failure.status < 500 && failure.status !== 429 && retry !== 'hold' && retry !== 'allowance' && !(known && retry === 'backoff');
}
