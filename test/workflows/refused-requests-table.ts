import type { RetryPolicy } from '../../sync/errors.ts';
import type { ErrorCategory } from '../../sync/records.ts';

/** Which of a sync's calls is refused: the batch read or update in HubSpot, the query or the collections update in Salesforce. */
export const places = {
  'hubspot read': { system: 'hubspot', path: '/contacts\\/batch\\/read$/' },
  'hubspot write': { system: 'hubspot', path: '/contacts\\/batch\\/update$/' },
  'salesforce read': { system: 'salesforce', path: '/queryAll$/' },
  'salesforce write': { system: 'salesforce', path: '/composite\\/sobjects$/' },
} as const;
export type Place = keyof typeof places;

/** A whole request that is refused, and what must come of it. */
export interface Case {
  name: string;
  at: Place;
  /** As the sandbox injects it. */
  fault: Record<string, unknown>;
  /** How often it is refused until it goes: by itself where the refusal passes, else once the fault is gone. */
  calls: number;
  /** What each refused attempt says, and how many attempts there are. */
  told: { category: ErrorCategory; code: string; retry: RetryPolicy } | null;
  attempts: number;
  /** What is shown meanwhile: nothing for what passes within seconds; until when, by the server's word; else the status. */
  shown: { after: 'seconds' } | { after: 'wait'; ms: number } | { after: 'person'; status: 'error' | 'needs-review'; remedy: RegExp };
}

/** In one activity a passing failure is repeated 3 times, within 10 s; then the contact waits 1 s. */
const perAttempt = 4;

const hubspotBody = (message: string, category: string, more: object = {}) => ({ status: 'error', message, correlationId: '0a1b2c3d-0000-4000-8000-000000000000', category, ...more });
export const rateLimit = (policyName: string) => ({ status: 'error', message: `You have reached your ${policyName.toLowerCase()} limit.`, errorType: 'RATE_LIMIT', correlationId: '0a1b2c3d-0000-4000-8000-000000000000', policyName });
const salesforceBody = (errorCode: string, message: string, fields?: string[]) => [{ message, errorCode, ...(fields && { fields }) }];
const usage = (used: number) => ({ 'sforce-limit-info': `api-usage=${used}/15000` });

const passing = (name: string, at: Place, code: string, fault: object): Case =>
  ({ name, at, fault: { ...fault }, calls: perAttempt, attempts: 1, told: { category: 'temporary', code, retry: 'backoff' }, shown: { after: 'seconds' } });
const asked = (name: string, at: Place, code: string, seconds: number, fault: object): Case =>
  ({ name, at, fault: { ...fault, headers: { 'retry-after': String(seconds) } }, calls: 1, attempts: 1, told: { category: 'temporary', code, retry: 'backoff' }, shown: { after: 'wait', ms: seconds * 1000 } });
const staying = (name: string, at: Place, category: ErrorCategory, code: string, fault: object, remedy: RegExp, status: 'error' | 'needs-review' = 'error'): Case =>
  // HubSpot refuses a batch for the sake of one row: then no attempt fails, and the others go out.
  ({ name, at, fault: { ...fault }, calls: 1, attempts: at === 'hubspot write' ? 0 : 1, told: { category, code, retry: 'on-change' }, shown: { after: 'person', status, remedy } });

const temporary: Case[] = [
  // After 5 s a decision is too old to be sent a fourth time: Temporal repeats the activity, and no failure is told.
  { ...passing('423, a locked record', 'hubspot write', 'LOCKED', { status: 423, body: hubspotBody('The resource is locked.', 'LOCKED') }), calls: 3, attempts: 0 },
  passing('423, locked for others', 'hubspot read', 'LOCKED', { status: 423, body: hubspotBody('The resource is locked.', 'LOCKED') }),
  asked('429 of the rolling window', 'hubspot read', 'RATE_LIMIT', 12, { status: 429, body: rateLimit('TEN_SECONDLY_ROLLING') }),
  asked('477, the account moves to another data centre', 'hubspot read', '477', 86_400, { status: 477, body: '' }),
  asked('503 with Retry-After', 'salesforce read', 'SERVER_UNAVAILABLE', 12, { status: 503 }),
  ...[500, 502, 503, 504].map((status) => passing(`${status} as a page of HTML`, 'hubspot read', String(status), { status, body: '<html><body>Bad Gateway</body></html>' })),
  ...[521, 523, 524].map((status) => passing(`${status} of HubSpot's edge`, 'hubspot write', String(status), { status, body: `error code: ${status}`, contentType: 'text/plain' })),
  passing('500 in HubSpot\'s own form', 'hubspot write', 'INTERNAL_ERROR', { status: 500 }),
  passing('a connection that is reset', 'hubspot read', 'NETWORK', { reset: true }),
  passing('an answer that is cut off', 'hubspot read', 'NETWORK', { cut: true }),
  passing('JSON that ends too soon', 'hubspot read', 'INVALID_RESPONSE', { truncate: true }),
  passing('a connection that is reset after the write took effect', 'hubspot write', 'NETWORK', { reset: true, when: 'after' }),
  passing('a connection that is reset', 'salesforce read', 'NETWORK', { reset: true }),
  passing('an answer that is cut off', 'salesforce write', 'NETWORK', { cut: true }),
  passing('JSON that ends too soon', 'salesforce read', 'INVALID_RESPONSE', { truncate: true }),
  passing('502 as a page of HTML', 'salesforce read', 'ERROR_HTTP_502', { status: 502, body: '<html><body>Bad Gateway</body></html>' }),
  passing('500', 'salesforce write', 'UNKNOWN_EXCEPTION', { status: 500 }),
  passing('503', 'salesforce read', 'SERVER_UNAVAILABLE', { status: 503, body: salesforceBody('SERVER_UNAVAILABLE', 'The server is too busy to handle the request.') }),
  passing('too many long requests at once', 'salesforce read', 'REQUEST_LIMIT_EXCEEDED', { status: 403, body: salesforceBody('REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.'), headers: usage(18) }),
  passing('403 REQUEST_LIMIT_EXCEEDED while the day has room', 'salesforce read', 'REQUEST_LIMIT_EXCEEDED', { status: 403, body: salesforceBody('REQUEST_LIMIT_EXCEEDED', 'Limit exceeded.'), headers: usage(14_999) }),
  passing('QUERY_TIMEOUT', 'salesforce read', 'QUERY_TIMEOUT', { status: 400, body: salesforceBody('QUERY_TIMEOUT', 'Your query request was running for too long.') }),
  passing('REQUEST_RUNNING_TOO_LONG', 'salesforce write', 'REQUEST_RUNNING_TOO_LONG', { status: 400, body: salesforceBody('REQUEST_RUNNING_TOO_LONG', 'Your request was running for too long, and has been stopped.') }),
  passing('UNABLE_TO_LOCK_ROW', 'salesforce write', 'UNABLE_TO_LOCK_ROW', { status: 400, body: salesforceBody('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record', []) }),
];

const lasting: Case[] = [
  staying('404', 'salesforce write', 'record-missing', 'NOT_FOUND', { status: 404, body: salesforceBody('NOT_FOUND', 'The requested resource does not exist') }, /Restore the record/),
  staying('404', 'hubspot write', 'record-missing', 'OBJECT_NOT_FOUND', { status: 404, body: hubspotBody('resource not found', 'OBJECT_NOT_FOUND') }, /Restore the record/),
  staying('409 that names the contact that is there', 'hubspot write', 'duplicates', 'CONFLICT', { status: 409, body: hubspotBody('Contact already exists. Existing ID: 51', 'CONFLICT') }, /Merge the duplicates/, 'needs-review'),
  staying('300, several records match', 'salesforce write', 'duplicates', 'MULTIPLE_CHOICES', { status: 300, body: ['00Q000000000001AAA', '00Q000000000002AAA'].map((id) => `/services/data/v67.0/sobjects/Lead/${id}`) }, /Merge the duplicates/, 'needs-review'),
  staying('403 on an object', 'hubspot read', 'permissions', '403', { status: 403, body: { status: 'error', message: 'You do not have permission to view these objects.', correlationId: '0a1b2c3d-0000-4000-8000-000000000000' } }, /permission to read and edit/),
  staying('403 on an object', 'salesforce write', 'permissions', 'INSUFFICIENT_ACCESS', { status: 403, body: salesforceBody('INSUFFICIENT_ACCESS', 'insufficient access rights on object') }, /permission to read and edit/),
  staying('400 for a field that the schema still shows', 'salesforce read', 'property-mapping', 'INVALID_FIELD', { status: 400, body: salesforceBody('INVALID_FIELD', "SELECT Id, Fax FROM Lead\n           ^\nERROR at Row:1:Column:12\nNo such column 'Fax' on entity 'Lead'.") }, /correct or remove its mapping/),
  staying('the limit of associations', 'hubspot write', 'associations', 'VALIDATION_ERROR', { status: 400, body: hubspotBody('The association limit of this record is reached.', 'VALIDATION_ERROR') }, /its association follows/),
  ...(['hubspot read', 'salesforce read'] as const).map((at): Case => ({
    name: 'a code that nobody knows', at, calls: 4, attempts: 4,
    fault: { status: 418, body: at === 'hubspot read' ? hubspotBody('No coffee here.', 'TEAPOT') : salesforceBody('TEAPOT', 'No coffee here.') },
    told: { category: 'temporary', code: 'TEAPOT', retry: 'backoff' }, shown: { after: 'person', status: 'error', remedy: /does not know this error/ },
  })),
];

/** A silent server: the activity's 30 s end, and Temporal repeats it. */
const silent: Case[] = (['hubspot read', 'salesforce read'] as const).map((at) => ({ name: 'no answer at all', at, fault: { delayMs: 60_000 }, calls: 1, attempts: 0, told: null, shown: { after: 'seconds' } }));

/** The longest first, so that the lanes end together. */
export const cases: Case[] = [...silent, ...temporary, ...lasting];
