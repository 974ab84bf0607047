import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { RetryPolicy } from '../sync/errors.ts';
import type { SyncError } from '../sync/records.ts';
import { CrmFailure } from './crm/failure.ts';
import { verdictOf } from './crm/verdict.ts';

/** What crosses to a workflow as the first detail of a failure. */
export interface ToldFailure {
  error: SyncError;
  retry: RetryPolicy;
  retryAfterMs: number | null;
}

/** A CRM's failure with its class, category and remedy (`sync/errors.ts`). `attempts` counts failures in a row, this one included. */
export function tell(failure: CrmFailure, attempts = 1): ToldFailure {
  const { code, status, message, retryAfterMs } = failure;
  const verdict = verdictOf(failure, attempts);
  const said = verdict.message === '' || message.includes(verdict.message) ? message : `${message} ${verdict.message}`;
  return {
    error: { category: verdict.category, code: code ?? (status === null ? 'NETWORK' : String(status)), message: said, remedy: verdict.remedy },
    retry: verdict.retry, retryAfterMs,
  };
}

/** How long a page waits where a person, a lock or the API's allowance has to come first: a job does not end for that. */
const pageWaitsMs: Record<RetryPolicy, number | null> = { backoff: 0, allowance: null, hold: 60_000, hourly: 3_600_000, 'on-change': null };

/**
 * Casts whatever an activity throws into a typed failure: what passes by itself may be retried by Temporal (not sooner than the
 * server asked for), the rest is told at once. A page is `patient`: it waits out whatever is not for ever.
 */
function cast(error: unknown, patient: boolean): unknown {
  if (!(error instanceof CrmFailure)) return error;
  const told = tell(error, activityInfo().attempt);
  const waitsMs = patient ? pageWaitsMs[told.retry] : told.retry === 'backoff' ? 0 : null;
  const delayMs = Math.max(waitsMs ?? 0, told.retryAfterMs ?? 0);
  return ApplicationFailure.create({
    type: told.error.category, message: `${told.error.message} ${told.error.remedy}`, nonRetryable: waitsMs === null, details: [told],
    ...(delayMs > 0 && { nextRetryDelay: delayMs }),
  });
}

/** The same activities, with what they throw cast. */
export function casting<A extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: A, { patient }: { patient: boolean }): A {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, async (...args: never[]) => {
    try {
      return await run(...args);
    } catch (error) {
      throw cast(error, patient);
    }
  }]);
  return Object.fromEntries(wrapped) as A;
}
