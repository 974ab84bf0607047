import { randomUUID } from 'node:crypto';

export type ErrorDetail = { message: string; code?: string; in?: string; context?: Record<string, string[]> };
export type ErrorBody = {
  status: 'error';
  message: string;
  correlationId: string;
  category?: string;
  subCategory?: string;
  errors?: ErrorDetail[];
  context?: Record<string, string[]>;
  errorType?: string;
  policyName?: string;
};

/** An answer of HubSpot's error form. `status` is the HTTP status. */
export class HubSpotError extends Error {
  readonly status: number;
  readonly category: string;
  readonly errors: ErrorDetail[];
  readonly context: Record<string, string[]>;

  constructor(status: number, category: string, message: string, errors: ErrorDetail[] = [], context: Record<string, string[]> = {}) {
    super(message);
    this.status = status;
    this.category = category;
    this.errors = errors;
    this.context = context;
  }

  body(): ErrorBody {
    return {
      status: 'error',
      message: this.message,
      correlationId: randomUUID(),
      ...(Object.keys(this.context).length > 0 ? { context: this.context } : {}),
      ...(this.errors.length > 0 ? { errors: this.errors } : {}),
      category: this.category,
    };
  }

  /** As an element of `errors` in a batch answer of 207. */
  row(context: Record<string, string[]>): BatchError {
    return { status: 'error', category: this.category, message: this.message, errors: this.errors, context: { ...this.context, ...context }, links: {} };
  }
}

export type BatchError = { status: 'error'; category: string; message: string; errors: ErrorDetail[]; context: Record<string, string[]>; links: Record<string, string> };

export function validationError(message: string, errors: ErrorDetail[] = []): HubSpotError {
  return new HubSpotError(400, 'VALIDATION_ERROR', message, errors);
}

/** Property problems, worded as HubSpot does: the message repeats the list as JSON. */
export function propertyErrors(problems: { name: string; code: string; message: string }[]): HubSpotError {
  const inMessage = problems.map(({ name, code, message }) => ({ isValid: false, message, error: code, name }));
  return validationError(
    `Property values were not valid: ${JSON.stringify(inMessage)}`,
    problems.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
  );
}

/** Inputs of a batch that do not exist. */
export function missingRows(message: string, ids: string[]): BatchError {
  return notFound(message).row({ ids });
}

export function notFound(message: string, context: Record<string, string[]> = {}): HubSpotError {
  return new HubSpotError(404, 'OBJECT_NOT_FOUND', message, [], context);
}

export function conflict(message: string): HubSpotError {
  return new HubSpotError(409, 'CONFLICT', message);
}

export function rateLimited(policyName: 'TEN_SECONDLY_ROLLING' | 'SECONDLY' | 'DAILY'): ErrorBody {
  return {
    status: 'error',
    message: `You have reached your ${policyName.toLowerCase()} limit.`,
    errorType: 'RATE_LIMIT',
    correlationId: randomUUID(),
    policyName,
  };
}

const CATEGORIES: Record<number, string> = {
  400: 'VALIDATION_ERROR', 401: 'INVALID_AUTHENTICATION', 403: 'MISSING_SCOPES', 404: 'OBJECT_NOT_FOUND', 409: 'CONFLICT', 423: 'LOCKED',
};

/** HubSpot's body for a status that a fault names without a body. */
export function bodyOfStatus(status: number): ErrorBody | undefined {
  if (status < 400) return undefined;
  if (status === 429) return rateLimited('TEN_SECONDLY_ROLLING');
  return { status: 'error', message: status >= 500 ? 'internal error' : `Refused with ${status}`, correlationId: randomUUID(), category: CATEGORIES[status] ?? 'INTERNAL_ERROR' };
}
