/** One error of a save, as it stands in a row of a collection (`statusCode`) or in a body (`errorCode`). */
export type SaveError = { code: string; message: string; fields: string[]; extra?: Record<string, unknown> };

const STATUS: Record<string, number> = {
  INVALID_SESSION_ID: 401,
  REQUEST_LIMIT_EXCEEDED: 403,
  INSUFFICIENT_ACCESS_OR_READONLY: 403,
  NOT_FOUND: 404,
  ENTITY_IS_DELETED: 404,
  METHOD_NOT_ALLOWED: 405,
  SERVER_UNAVAILABLE: 503,
  UNKNOWN_EXCEPTION: 500,
};

/** What a request is refused with: an array of errors under one HTTP status. */
export class SalesforceError extends Error {
  readonly status: number;
  readonly errors: SaveError[];

  constructor(errors: SaveError[], status?: number) {
    super(errors.map((error) => `${error.code}: ${error.message}`).join('; '));
    this.status = status ?? STATUS[errors[0]?.code ?? ''] ?? 400;
    this.errors = errors;
  }

  /** The body: Salesforce names `fields` only where the error is about fields of a record. */
  body(): unknown[] {
    return this.errors.map(({ code, message, fields, extra }) => ({ ...extra, message, errorCode: code, ...(aboutRecord.has(code) ? { fields } : {}) }));
  }
}

const aboutRecord = new Set([
  'REQUIRED_FIELD_MISSING', 'STRING_TOO_LONG', 'INVALID_EMAIL_ADDRESS', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'NUMBER_OUTSIDE_VALID_RANGE',
  'INVALID_FIELD_FOR_INSERT_UPDATE', 'MALFORMED_ID', 'INVALID_CROSS_REFERENCE_KEY', 'CANNOT_UPDATE_CONVERTED_LEAD', 'DUPLICATE_VALUE', 'ENTITY_IS_DELETED',
  'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'INACTIVE_OWNER_OR_USER', 'UNABLE_TO_LOCK_ROW', 'ENTITY_IS_LOCKED', 'INSUFFICIENT_ACCESS_OR_READONLY',
  'FIELD_INTEGRITY_EXCEPTION', 'DUPLICATE_EXTERNAL_ID',
]);

export function saveError(code: string, message: string, fields: string[] = [], extra?: Record<string, unknown>): SaveError {
  return extra ? { code, message, fields, extra } : { code, message, fields };
}

/** A single refusal, to be thrown. */
export function refusal(code: string, message: string, status?: number): SalesforceError {
  return new SalesforceError([saveError(code, message)], status);
}
