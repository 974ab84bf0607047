import { ApplicationFailure } from '@temporalio/workflow';
import type * as z from 'zod';

/** The first fault of a JSON input as one sentence that names the field, for example: `createAs: expected one of "Lead", ...`. */
export function faultOf(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'The input is not valid.';
  const field = issue.path.map(String).join('.');
  const allowed = issue.code === 'unrecognized_keys' ? `${issue.message}; see the description of this message for the fields it takes` : issue.message;
  return field === '' ? `${allowed}.` : `${field}: ${allowed}.`;
}

/** Parses `input` (nothing counts as `{}`) or answers the sentence that says what is wrong with it. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): { ok: true; value: z.output<S> } | { ok: false; fault: string } {
  const result = schema.safeParse(input ?? {});
  return result.success ? { ok: true, value: result.data } : { ok: false, fault: faultOf(result.error) };
}

/**
 * The parsed input of a start or an update.
 * @throws ApplicationFailure that fails the workflow, or rejects the update, with a sentence that names the field.
 */
export function readInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = parseInput(schema, input);
  if (!parsed.ok) throw ApplicationFailure.nonRetryable(parsed.fault, 'InvalidInput');
  return parsed.value;
}
