import { setHandler, type QueryDefinition } from '@temporalio/workflow';
import { readInput } from './input.ts';
import { emptyInput } from './messages.ts';

/** Sets the handler of a query. All of them take nothing, or {}; anything else is an error that names the field. */
export function answering<Answer>(query: QueryDefinition<Answer>, answer: () => Answer, description: string): void {
  const handler = (...given: unknown[]): Answer => {
    readInput(emptyInput, given);
    return answer();
  };
  setHandler(query as QueryDefinition<Answer, unknown[]>, handler, { description });
}
