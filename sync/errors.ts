/** The only classification of what the two CRMs refuse (behaviour: section 8). Pure. */
import { cut } from './convert/text.ts';
import { HUBSPOT_CODES, SALESFORCE_CODES, TREATMENTS, type ErrorClass, type RetryPolicy } from './errors/table.ts';
import type { ErrorCategory } from './records.ts';

export type { ErrorClass, RetryPolicy } from './errors/table.ts';

/** What a token endpoint answers for ever, until a person acts (RFC 6749, section 5.2; Salesforce adds the last four). */
const OAUTH_REFUSALS: ReadonlySet<string | null> = new Set([
  'invalid_grant', 'invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'invalid_client_id', 'inactive_user', 'inactive_org', 'access_denied',
]);

/** A failure as a CRM's client reports it. */
export interface Failure {
  system: 'hubspot' | 'salesforce';
  /** HTTP status; null where no answer arrived, and for one row of a collection. */
  status: number | null;
  /** The vendor's code or category, `invalid_grant`, or the cause of a broken connection; null where it gave none. */
  code: string | null;
  /** The vendor's words; may begin with HubSpot's 429 policy or the code of a single error. */
  message: string;
  /** The fields that the vendor names. */
  fields?: readonly string[];
  context?: {
    /** `Sforce-Limit-Info` of the same answer: calls used and the org's limit. */
    limit?: { used: number; limit: number } | null;
    /** How often this has failed in a row, this time included: decides about unknown codes. */
    attempts?: number;
  };
}

export interface Classified {
  class: ErrorClass;
  category: ErrorCategory;
  retry: RetryPolicy;
  /** A sentence for the person who looks after the sync. */
  remedy: string;
  /** The vendor's words without secrets, cut. */
  message: string;
  fields: string[];
  /** Salesforce could not lock a row: write one at a time per parent account. */
  lock: boolean;
  /** False where neither code nor status is in the table. */
  known: boolean;
  /** HubSpot's contact that is there already (409). */
  existingId: string | null;
}

/** Unknown codes are taken for temporary this often, then wait for a change. */
export const UNKNOWN_ATTEMPTS = 3;
export const UNKNOWN_REMEDY = 'Sluice does not know this error: read its message, correct the cause and resync the contact.';
const LOCK = /UNABLE_TO_LOCK_ROW|unable to obtain exclusive access/i;
const BROKEN = /^(?:E[A-Z]{4,}|EAI_AGAIN|UND_ERR_\w+|NETWORK|INVALID_RESPONSE|ABORT_ERR|TIMEOUT)$/;

/** Classifies a failure by code, then status; never throws. */
export function classify(failure: Failure): Classified {
  const found = failure.system === 'salesforce' ? salesforceClass(failure) : hubspotClass(failure);
  const name = found ?? 'temporary';
  const { category, retry, remedy } = TREATMENTS[name];
  const fields = [...failure.fields ?? []];
  const exhausted = found === null && (failure.context?.attempts ?? 1) > UNKNOWN_ATTEMPTS;
  const noStorage = failure.code === 'STORAGE_LIMIT_EXCEEDED';
  return {
    class: name,
    category,
    retry: exhausted ? 'on-change' : noStorage ? 'hourly' : retry,
    remedy: exhausted ? UNKNOWN_REMEDY
      : noStorage ? 'Free or buy storage in the Salesforce org; Sluice looks every hour.'
        : inWords(remedy, fields),
    message: safeMessage(failure.message),
    fields,
    lock: failure.system === 'salesforce' && name === 'temporary' && LOCK.test(wordsOf(failure)),
    known: found !== null,
    existingId: failure.system === 'hubspot' ? /Existing ID: (\d+)/.exec(failure.message)?.[1] ?? null : null,
  };
}

const wordsOf = ({ code, message }: Pick<Failure, 'code' | 'message'>): string => [code, message].join(' ');

const inWords = (remedy: string, fields: readonly string[]): string => (fields.length === 0 ? remedy : `${remedy} Fields: ${fields.join(', ')}.`);

function salesforceClass({ status, code, message, context }: Failure): ErrorClass | null {
  if (code === 'REQUEST_LIMIT_EXCEEDED') return isDaily(message, context?.limit ?? null) ? 'quota' : 'temporary';
  // Triggers and flows are wrapped: a lock inside passes by itself.
  if (code === 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY' && LOCK.test(message)) return 'temporary';
  if (/association limit/i.test(message)) return 'associations';
  return SALESFORCE_CODES.get(code) ?? byStatus(status, code);
}

/** Daily and concurrent limit share a code: the daily one shows in the header, else in the words. */
function isDaily(message: string, limit: { used: number; limit: number } | null): boolean {
  return limit === null ? /TotalRequests/i.test(message) : limit.used >= limit.limit;
}

function hubspotClass({ status, code, message }: Failure): ErrorClass | null {
  if (status === 429) return /\bDAILY\b/i.test(wordsOf({ code, message })) ? 'quota' : 'temporary';
  if (status === 423 || status === 477 || (status ?? 0) >= 500) return 'temporary';
  // A validation error says in its single errors, or in words, what it is really about.
  const single = HUBSPOT_CODES.get(/^[A-Z_]+\b/.exec(message)?.[0] ?? null);
  if (single !== undefined && single !== 'property-value') return single;
  if (/propert(?:y|ies)\b.*\b(?:does not|do not|doesn't) exist/i.test(message)) return 'property-mapping';
  if (/validation rule/i.test(message)) return 'custom-code';
  if (/association limit/i.test(message)) return 'associations';
  return HUBSPOT_CODES.get(code) ?? byStatus(status, code)
    ?? (status === 403 ? 'permissions' : status === 409 ? 'duplicates' : null);
}

/** What a status or a broken connection says where the code says nothing. */
function byStatus(status: number | null, code: string | null): ErrorClass | null {
  if (status === 401 || OAUTH_REFUSALS.has(code)) return 'auth';
  if (status === 404) return 'record-missing';
  if (status === 300) return 'duplicates';
  if (status !== null) return status >= 500 || status === 408 || status === 429 ? 'temporary' : null;
  return code !== null && BROKEN.test(code) ? 'temporary' : null;
}

const SECRETS = [
  /\b(?:Bearer|OAuth)\s+[^\s"',]+/gi,
  /\b00D[A-Za-z0-9]{12,15}![^\s"',]+/g,
  /\bpat-[a-z]{2}\d-[\w-]+/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /(?<=\b(?:access_token|refresh_token|client_secret|password|assertion|hapikey|sid)["']?\s*[=:]\s*["']?)[^\s"'&,}]+/gi,
];
const MAX_MESSAGE_LENGTH = 500;

/** A text without what looks like a token or a secret. */
export const withoutSecrets = (text: string): string => SECRETS.reduce((left, secret) => left.replace(secret, '[removed]'), text);

/** A vendor's message without tokens and secrets, in one line of at most 500 characters. */
export function safeMessage(message: string): string {
  return cut(withoutSecrets(message).replace(/\s+/g, ' ').trim(), MAX_MESSAGE_LENGTH);
}
