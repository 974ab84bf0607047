import { ApplicationFailure, isCancellation } from '@temporalio/workflow';

/** The innermost sentence of a failure: what the activity said, not that an activity failed. */
export function sentenceOf(error: unknown): string {
  let sentence = 'An unknown failure.';
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure || sentence === 'An unknown failure.') sentence = cause.message;
  }
  return sentence;
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
