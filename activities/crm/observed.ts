import type { ErrorClass } from '../../sync/errors.ts';
import type { Lane } from '../../sync/allocation.ts';
import type { Call } from './call.ts';
import { CrmFailure } from './failure.ts';
import { verdictOf } from './verdict.ts';

/** What a call came to: answered, or the class of its failure. */
export type CallOutcome = 'ok' | ErrorClass;
/** Is told of every call that a CRM's client sends, repeats included. */
export type CallObserver = (lane: Lane, outcome: CallOutcome) => void;

/** Sends, and tells what came of it. A call that was never sent, being too late or given up, is none. */
export async function observed<T>(tell: CallObserver | undefined, { lane }: Call, send: () => Promise<T>): Promise<T> {
  try {
    const answer = await send();
    tell?.(lane, 'ok');
    return answer;
  } catch (error) {
    if (error instanceof CrmFailure) tell?.(lane, verdictOf(error).class);
    throw error;
  }
}
