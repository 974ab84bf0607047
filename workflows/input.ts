import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type * as z from 'zod';
import { unreadable } from './payload-converter.ts';

const longestFault = 300;
/** What would break a line, or turn it around where people read it. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/** The first fault of a JSON input as one sentence that names the field, for example: `createAs: expected one of "Lead", ...`. */
export function faultOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The input is not valid.';
  const field = issue.path.map(String).join('.');
  const allowed = issue.code === 'unrecognized_keys' ? `${issue.message}; see the description of this message for the fields it takes` : issue.message;
  const fault = field === '' ? allowed : `${field}: ${allowed}`;
  // Names of fields are the sender's, of any length and with anything in them, and a fault is kept and carried from run to run.
  const cut = fault.length > longestFault ? `${fault.slice(0, longestFault)} ...` : fault;
  return `${cut.replace(unprintable, ' ').toWellFormed()}.`;
}

/**
 * Parses the arguments of a start or a message, at most one JSON object (nothing and null count as `{}`), or answers the sentence that
 * says what is wrong with them.
 */
export function parseInput<S extends z.ZodType>(schema: () => S, given: readonly unknown[]): { ok: true; value: z.output<S> } | { ok: false; fault: string } {
  if (given.length > 1) return { ok: false, fault: `Expected one JSON object, received ${given.length} arguments.` };
  if (given[0] === unreadable) return { ok: false, fault: 'Expected one JSON object, received what is no JSON.' };
  const result = schema().safeParse(given[0] ?? {});
  return result.success ? { ok: true, value: result.data } : { ok: false, fault: faultOf(result.error) };
}

/**
 * The parsed input of an update or a query.
 * @throws ApplicationFailure that rejects it with a sentence that names the field.
 */
export function readInput<S extends z.ZodType>(schema: () => S, given: readonly unknown[]): z.output<S> {
  const parsed = parseInput(schema, given);
  if (!parsed.ok) throw ApplicationFailure.nonRetryable(parsed.fault, 'InvalidInput');
  return parsed.value;
}

/**
 * The parsed input of a start. `carried`, a run's whole state, is taken from the run before and from nobody else.
 * @throws ApplicationFailure that fails the workflow with a sentence that names the field.
 */
export function readStart<S extends z.ZodType<{ carried?: unknown }>>(schema: () => S, given: readonly unknown[]): z.output<S> {
  const input = readInput(schema, given);
  if (input.carried !== undefined && workflowInfo().continuedFromExecutionRunId === undefined) {
    throw ApplicationFailure.nonRetryable('carried: only a run that goes on gives this to the next one; leave it out.', 'InvalidInput');
  }
  return input;
}
