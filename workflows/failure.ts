import type { ToldFailure } from '../activities/failure.ts';
import { looksAgainMs } from '../sync/allocation.ts';
import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';

/** The innermost sentence of a failure: what the activity said, not that an activity failed. */
export function sentenceOf(error: unknown): string {
  let sentence = 'An unknown failure.';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure || sentence === 'An unknown failure.') sentence = cause.message;
  }
  return sentence;
}

/** Where an activity had to wait for the API's allocation: how long, and why, as a sentence. Null for every other failure. */
export function allowanceWait(error: unknown): { ms: number; why: string } | null {
  const cause = error instanceof ActivityFailure ? error.cause : null;
  if (!(cause instanceof ApplicationFailure)) return null;
  const told = cause.details?.[0] as ToldFailure | undefined;
  return told?.retry === 'allowance' ? { ms: told.retryAfterMs ?? looksAgainMs, why: told.error.message } : null;
}

/** Runs a workflow or an update so that its failure is the activity's own sentence; a cancellation stays one. */
export async function failingPlainly<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isCancellation(error) || !(error instanceof Error) || error.name === 'ContinueAsNew') throw error;
    throw ApplicationFailure.create({ message: sentenceOf(error), nonRetryable: true, cause: error });
  }
}
