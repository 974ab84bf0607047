import { isGrpcServiceError, ServiceError, WorkflowFailedError, WorkflowNotFoundError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError, QueryRejectedError } from '@temporalio/client';
import { ActivityFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { UserError } from '../worker/user-error.ts';

/** What stood in the way of a request. */
export type FailureKind =
  /** Temporal does not answer, or not any more. */
  | 'no-server'
  /** The connection has no workflow on this server. */
  | 'no-connection'
  /** Nobody serves the connection's task queue. */
  | 'no-worker'
  /** A worker is there, but gave no answer in time. */
  | 'no-answer'
  /** The request was understood and refused; the message is the refusal's own sentence. */
  | 'refused'
  /** What the request is about does not exist. */
  | 'not-found'
  /** An import or resync ended without a result. */
  | 'job-failed';

/** A request to Sluice that failed, with one sentence for people. */
export class SluiceFailure extends UserError {
  override name = 'SluiceFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** gRPC's status codes that mean something here. */
const code = { cancelled: 1, deadlineExceeded: 4, failedPrecondition: 9, unavailable: 14 } as const;

/** What an error of Temporal's client comes down to. */
export type Told =
  | { kind: 'not-found' }
  | { kind: 'refused'; sentence: string }
  | { kind: 'job-failed'; sentence: string }
  /** `certain`: the server itself says that no worker polls. */
  | { kind: 'unanswered'; certain: boolean }
  | { kind: 'no-server'; details: string }
  | { kind: 'other' };

/** Reads an error of Temporal's client. */
export function tell(error: unknown): Told {
  if (error instanceof WorkflowNotFoundError) return { kind: 'not-found' };
  if (error instanceof WorkflowUpdateFailedError) return { kind: 'refused', sentence: sentenceOf(error) };
  if (error instanceof WorkflowFailedError) return { kind: 'job-failed', sentence: sentenceOf(error) };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'unanswered', certain: false };
  if (error instanceof QueryRejectedError) return { kind: 'other' };
  const status = isGrpcServiceError(error) ? error : error instanceof ServiceError && isGrpcServiceError(error.cause) ? error.cause : null;
  if (status === null) return { kind: 'other' };
  const number: number = status.code;
  if (number === code.deadlineExceeded || number === code.cancelled) return { kind: 'unanswered', certain: false };
  // A workflow whose task fails answers no query either.
  if (number === code.failedPrecondition) return { kind: 'unanswered', certain: status.details.includes('no poller') };
  if (number === code.unavailable) return { kind: 'no-server', details: status.details };
  return { kind: 'other' };
}

/** The sentence of whatever threw: an activity's failure only wraps it. */
function sentenceOf(error: WorkflowUpdateFailedError | WorkflowFailedError): string {
  let { cause } = error;
  while (cause instanceof ActivityFailure) ({ cause } = cause);
  if (cause instanceof CancelledFailure) return 'It was cancelled; what it had done until then stays.';
  if (cause instanceof TimeoutFailure) return 'The worker did not get it done in time: see its output.';
  // A CRM's own words may run over several lines.
  return (cause?.message ?? error.message).replace(/\s+/g, ' ').trim();
}
