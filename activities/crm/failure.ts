import { crmNames } from '../../sync/records.ts';
import { conceal } from './secrets.ts';

export type CrmSystem = 'hubspot' | 'salesforce';

/** A record that a CRM's duplicate rule matched. */
export interface DuplicateMatch {
  type: string;
  id: string;
  email: string | null;
}

export interface CrmFailureParts {
  system: CrmSystem;
  /** What was tried, e.g. `update Contact` or `read contacts`. */
  operation: string;
  status?: number | null;
  /** The vendor's code; `NETWORK` (no whole answer came), `INVALID_RESPONSE` (an answer of another shape) or null. */
  code?: string | null;
  /** A HubSpot 429's policy, or the cause of a broken connection, e.g. `UND_ERR_SOCKET`. */
  reason?: string | null;
  /** The vendor's own words, without values of the record. For people, never for decisions. */
  detail?: string | null;
  fields?: string[];
  rows?: string[];
  requestId?: string | null;
  retryAfterMs?: number | null;
  existingId?: string | null;
  limit?: { used: number; limit: number } | null;
  duplicates?: DuplicateMatch[];
  cause?: unknown;
}

/**
 * The one error that both CRM clients throw, and that a row of a batch answers with. It holds no token, and of a
 * contact only what the vendor's message says. What it means is decided in `sync/errors.ts`.
 */
export class CrmFailure extends Error {
  readonly system: CrmSystem;
  readonly operation: string;
  /** HTTP status of a refusal; null where no valid answer arrived, and for the rows of a Salesforce collection. */
  readonly status: number | null;
  readonly code: string | null;
  readonly reason: string | null;
  readonly detail: string | null;
  /** The properties or fields that the vendor names. */
  readonly fields: string[];
  /** The rows of a batch that a refusal of the whole batch names. */
  readonly rows: string[];
  /** HubSpot's `correlationId`; Salesforce sends none. */
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;
  /** The record that is there already (HubSpot 409, `Existing ID: 51`). */
  readonly existingId: string | null;
  /** Salesforce's `Sforce-Limit-Info` of the same answer. */
  readonly limit: { used: number; limit: number } | null;
  /** What Salesforce's duplicate rule matched (`DUPLICATES_DETECTED`). */
  readonly duplicates: DuplicateMatch[];

  constructor(given: CrmFailureParts) {
    const parts = withoutCredentials(given);
    super(sentence(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'CrmFailure';
    this.system = parts.system;
    this.operation = parts.operation;
    this.status = parts.status ?? null;
    this.code = parts.code ?? null;
    this.reason = parts.reason ?? null;
    this.detail = parts.detail ?? null;
    this.fields = parts.fields ?? [];
    this.rows = parts.rows ?? [];
    this.requestId = parts.requestId ?? null;
    this.retryAfterMs = parts.retryAfterMs ?? null;
    this.existingId = parts.existingId ?? null;
    this.limit = parts.limit ?? null;
    this.duplicates = parts.duplicates ?? [];
  }

  /** The same failure, not to be tried again before so many ms. */
  waiting(retryAfterMs: number): CrmFailure {
    const { system, operation, status, code, reason, detail, fields, rows, requestId, existingId, limit, duplicates, cause } = this;
    return new CrmFailure({ system, operation, status, code, reason, detail, fields, rows, requestId, existingId, limit, duplicates, cause, retryAfterMs });
  }
}

/** A vendor may repeat in any of its words what it was sent. */
function withoutCredentials({ code, reason, detail, requestId, fields = [], rows = [], ...parts }: CrmFailureParts): CrmFailureParts {
  const clean = (text: string | null | undefined): string | null => (text === null || text === undefined ? null : conceal(text));
  return { ...parts, code: clean(code), reason: clean(reason), detail: clean(detail), requestId: clean(requestId), fields: fields.map(conceal), rows: rows.map(conceal) };
}

function sentence({ system, operation, status, code, reason, fields }: CrmFailureParts): string {
  const facts = [status ? `status ${status}` : '', code ?? '', reason ?? ''].filter((fact) => fact !== '');
  const named = fields?.length ? ` for ${fields.join(', ')}` : '';
  return `${crmNames[system]} refused or failed to ${operation}${named}${facts.length ? ` (${facts.join(', ')})` : ''}.`;
}

/** The result of one row of a batch: one bad row never fails its page. */
export type Outcome<Done> = ({ ok: true } & Done) | { ok: false; failure: CrmFailure };
