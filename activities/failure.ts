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

/**
 * Casts whatever an activity throws into a typed failure: what passes by itself may be retried by Temporal (not sooner than the
 * server asked for), the rest is told at once.
 */
export function cast(error: unknown): unknown {
  if (!(error instanceof CrmFailure)) return error;
  const told = tell(error, activityInfo().attempt);
  return ApplicationFailure.create({
    type: told.error.category, message: `${told.error.message} ${told.error.remedy}`, nonRetryable: told.retry !== 'backoff', details: [told],
    ...(told.retryAfterMs !== null && { nextRetryDelay: told.retryAfterMs }),
  });
}

/** The same activities, with what they throw cast. */
export function casting<A extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: A): A {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, async (...args: never[]) => {
    try {
      return await run(...args);
    } catch (error) {
      throw cast(error);
    }
  }]);
  return Object.fromEntries(wrapped) as A;
}
