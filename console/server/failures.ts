import * as z from 'zod';
import { AllowanceSpent } from '../../activities/crm/allowance.ts';
import { CrmFailure } from '../../activities/crm/failure.ts';
import { tell } from '../../activities/failure.ts';
import { SluiceFailure, type FailureKind } from '../../client/sluice-client.ts';
import { statusOf } from '../../worker/http-refusals.ts';

/** A request that is understood and cannot be met; the message is a sentence for the person. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: 400 | 404 | 409;

  constructor(status: 400 | 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

const statuses: Record<FailureKind, number> = { 'no-server': 503, 'no-connection': 503, 'no-worker': 503, 'no-answer': 504, refused: 409, 'not-found': 404, 'job-failed': 409 };

/** Whatever failed, as a status and a sentence with what to do. */
export function told(error: unknown): { status: number; message: string } {
  if (error instanceof Refusal) return { status: error.status, message: error.message };
  if (error instanceof SluiceFailure) return { status: statuses[error.kind], message: error.message };
  if (error instanceof AllowanceSpent) return { status: 429, message: error.message };
  if (error instanceof CrmFailure) {
    const { message, remedy } = tell(error).error;
    return { status: 502, message: `${message} ${remedy}` };
  }
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return { status: 400, message: `${issue?.path.join('.') || 'The request'}: ${issue?.message ?? 'not as expected'}.` };
  }
  const status = statusOf(error);
  if (status === 500) process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`);
  return { status, message: status === 500 ? 'Something went wrong in the console: see its output, and try again.' : 'The request is not as expected: reload the page, and try again.' };
}
