import { setDefaultSignalHandler, setHandler, type SignalDefinition } from '@temporalio/workflow';
import type * as z from 'zod';
import { parseInput } from './input.ts';

const keptFaults = 5;
const longestName = 60;

/** A signal that could not be understood. */
interface Rejection {
  signal: string;
  fault: string;
  at: string;
}

function reject(rejected: Rejection[], signal: string, fault: string): void {
  rejected.unshift({ signal: signal.slice(0, longestName), fault, at: new Date(Date.now()).toISOString() });
  rejected.splice(keptFaults);
}

/**
 * Sets signal handlers that only note what came. JSON that cannot be understood changes nothing and is kept in `rejected`, with
 * the field it is about; `after` shows the new state.
 */
export function noting(rejected: Rejection[], after: () => void) {
  return <S extends z.ZodType>(signal: { name: string }, schema: () => S, accept: (input: z.output<S>) => void, description: string): void => {
    const handler = (...given: unknown[]): void => {
      const parsed = parseInput(schema, given);
      if (parsed.ok) accept(parsed.value);
      else reject(rejected, signal.name, parsed.fault);
      after();
    };
    setHandler(signal as SignalDefinition<unknown[]>, handler, { description });
  };
}

/** Notes signals of other names too, which Temporal would keep and forget. To be set last: it takes whatever has no handler yet. */
export function rejectOtherSignals(rejected: Rejection[], after: () => void): void {
  setDefaultSignalHandler((name) => {
    reject(rejected, name, 'There is no such signal.');
    after();
  });
}
