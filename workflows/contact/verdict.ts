import { ActivityFailure, ApplicationFailure, patched, TimeoutFailure } from '@temporalio/workflow';
import type { ToldFailure } from '../../activities/failure.ts';
import { looksAgainMs } from '../../sync/allocation.ts';
import { UNKNOWN_ATTEMPTS, UNKNOWN_REMEDY } from '../../sync/errors.ts';
import type { SalesforceRef, SyncError } from '../../sync/records.ts';
import { sentenceOf } from '../failure.ts';
import type { Phase } from './state.ts';

/** What one pass came to: a phase to stay in, or a failure to wait out. */
export type Verdict =
  | { kind: 'settled'; phase: Phase }
  | { kind: 'again'; error: SyncError; policy: 'backoff' | 'hourly'; afterMs: number | null }
  /** The API's calls are used up: nothing is wrong with the contact, whose sync or look goes on when there is room (ms from now). */
  | { kind: 'no-room'; reason: string; afterMs: number }
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

/** How older histories took what a whole request was refused with. */
const newer = (): boolean => patched('a refusal of the connection is no error of the contact');

/** What is shown while nothing of the connection may sync: no error of the contact's. */
export const heldUp = (reason: string): Verdict => ({ kind: 'held', phase: { status: 'paused', reason } });

/** The connection is paused, or its accounts are not in order. */
export const heldWith = ({ hold, reason }: { hold: 'paused' | 'not-ready'; reason: string }): Verdict =>
  (hold === 'paused' || newer() ? heldUp(reason) : { kind: 'held', phase: failed({ category: 'authentication', code: 'CONNECTION_NOT_READY', message: reason, remedy: 'See the settings of the connection.' }) });

/** What the activities' typed failures mean: `type` is the only identity that crosses to the workflow. `failures` in a row came before this one. */
export function verdictOf(failure: unknown, failures: number): Verdict {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (cause instanceof ApplicationFailure) {
    const told = cause.details?.[0] as ToldFailure | undefined;
    if (told !== undefined) {
      // Nothing is wrong with the contact: its sync is still due once the credentials are repaired.
      if (told.retry === 'hold') return told.held === undefined ? { kind: 'held', phase: failed(told.error) } : heldUp(told.held);
      if (told.retry === 'allowance' && newer()) return { kind: 'no-room', reason: `Waits for the API to allow more calls: ${told.error.message}`, afterMs: told.retryAfterMs ?? looksAgainMs };
      if (told.error.category === 'duplicates' && newer()) return review(`${told.error.message} ${told.error.remedy}`, told.candidates ?? []);
      if (told.retry === 'on-change') return settled(failed(told.error));
      if (told.unknown && failures >= UNKNOWN_ATTEMPTS) return settled(failed({ ...told.error, remedy: UNKNOWN_REMEDY }));
      return { kind: 'again', error: told.error, policy: told.retry === 'hourly' ? 'hourly' : 'backoff', afterMs: told.retryAfterMs };
    }
  }
  const message = cause instanceof TimeoutFailure ? 'Reading or writing took longer than a minute.' : sentenceOf(failure);
  return { kind: 'again', policy: 'backoff', afterMs: null, error: { category: 'temporary', code: 'ACTIVITY_FAILED', message, remedy: 'Nothing: Sluice tries again.' } };
}
