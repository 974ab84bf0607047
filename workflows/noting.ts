import { setHandler, type SignalDefinition } from '@temporalio/workflow';
import type * as z from 'zod';
import { parseInput } from './input.ts';

const keptFaults = 5;

/**
 * Sets signal handlers that only note what came. JSON that cannot be understood changes nothing and is kept in `rejected`, with
 * the field it is about; `after` shows the new state.
 */
export function noting(rejected: { signal: string; fault: string; at: string }[], after: () => void) {
  return <S extends z.ZodType>(signal: { name: string }, schema: S, accept: (input: z.output<S>) => void, description: string): void => {
    const handler = (raw?: unknown): void => {
      const parsed = parseInput(schema, raw);
      if (parsed.ok) accept(parsed.value);
      else {
        rejected.unshift({ signal: signal.name, fault: parsed.fault, at: new Date(Date.now()).toISOString() });
        rejected.splice(keptFaults);
      }
      after();
    };
    setHandler(signal as SignalDefinition<[unknown?]>, handler, { description });
  };
}
