import { ApplicationFailure } from '@temporalio/common';
import { classify } from '../sync/errors.ts';
import type { RetryPolicy } from '../sync/errors.ts';
import type { SyncError } from '../sync/records.ts';
import { CrmFailure } from './crm/failure.ts';

/** What crosses to a workflow as the first detail of a failure. */
export interface ToldFailure {
  error: SyncError;
  retry: RetryPolicy;
  retryAfterMs: number | null;
}

/** A CRM's failure with its class, category and remedy (`sync/errors.ts`). */
export function tell(failure: CrmFailure): ToldFailure {
  const { system, status, code, reason, detail, fields } = failure;
  const verdict = classify({ system, status, code, message: [reason, detail].filter((part) => part !== null).join(' '), fields });
  return { error: { category: verdict.category, code: code ?? (status === null ? 'NETWORK' : String(status)), message: failure.message, remedy: verdict.remedy }, retry: verdict.retry, retryAfterMs: failure.retryAfterMs };
}

/**
 * Casts whatever an activity throws into a typed failure: what passes by itself may be retried by Temporal (not sooner than the
 * server asked for), the rest is told at once.
 */
export function cast(error: unknown): unknown {
  if (!(error instanceof CrmFailure)) return error;
  const told = tell(error);
  return ApplicationFailure.create({
    type: told.error.category, message: `${error.message} ${told.error.remedy}`, nonRetryable: told.retry !== 'backoff', details: [told],
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
