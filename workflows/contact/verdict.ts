import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { SalesforceRef, SyncError } from '../../sync/records.ts';
import { sentenceOf } from '../failure.ts';
import type { Phase } from './state.ts';

/** What one pass came to: a phase to stay in, or a failure to wait out. */
export type Verdict =
  | { kind: 'settled'; phase: Phase }
  | { kind: 'again'; error: SyncError; policy: 'backoff' | 'hourly'; afterMs: number | null }
  /** Look again at this time although nothing went wrong (epoch ms). */
  | { kind: 'later'; phase: Phase; at: number }
  /** The trigger stays due, but must wait for a person or for the settings. */
  | { kind: 'held'; phase: Phase };

export const failed = (error: SyncError): Phase => ({ status: 'error', reason: error.message, error });

export const settled = (phase: Phase): Verdict => ({ kind: 'settled', phase });

export const review = (why: string, candidates: SalesforceRef[]): Verdict => settled({ status: 'needs-review', reason: why, review: { why, candidates } });

export const unsteady: Verdict = {
  kind: 'again', policy: 'backoff', afterMs: null,
  error: { category: 'temporary', code: 'UNSTEADY', message: 'The settings or the membership changed at every attempt.', remedy: 'Nothing: Sluice tries again.' },
};

/** What the activities' typed failures mean: `type` is the only identity that crosses to the workflow. */
export function verdictOf(failure: unknown): Verdict {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (cause instanceof ApplicationFailure) {
    const told = cause.details?.[0] as { error: SyncError; retry: string; retryAfterMs: number | null } | undefined;
    if (told !== undefined) {
      // Nothing is wrong with the contact: its sync is still due once the credentials are repaired.
      if (told.retry === 'hold') return { kind: 'held', phase: failed(told.error) };
      if (told.retry === 'on-change') return settled(failed(told.error));
      return { kind: 'again', error: told.error, policy: told.retry === 'hourly' ? 'hourly' : 'backoff', afterMs: told.retryAfterMs };
    }
  }
  const message = cause instanceof TimeoutFailure ? 'Reading or writing took longer than a minute.' : sentenceOf(failure);
  return { kind: 'again', policy: 'backoff', afterMs: null, error: { category: 'temporary', code: 'ACTIVITY_FAILED', message, remedy: 'Nothing: Sluice tries again.' } };
}
