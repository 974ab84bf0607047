import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classify, safeMessage, type ErrorClass, type Failure, type RetryPolicy } from '../../sync/errors.ts';

const salesforce = (code: string | null, more: Partial<Failure> = {}): Failure => ({ system: 'salesforce', status: null, code, message: '', ...more });
const hubspot = (status: number | null, code: string | null = null, message = ''): Failure => ({ system: 'hubspot', status, code, message });

describe('the table of errors is the only classification', () => {
  const table: [ErrorClass, string, RetryPolicy, Failure[]][] = [
    ['temporary', 'temporary', 'backoff', [
      ...['UNABLE_TO_LOCK_ROW', 'SERVER_UNAVAILABLE', 'QUERY_TIMEOUT', 'REQUEST_RUNNING_TOO_LONG', 'ECONNRESET', 'UND_ERR_SOCKET', 'NETWORK'].map((code) => salesforce(code)),
      salesforce('UNKNOWN_EXCEPTION', { status: 500 }), salesforce(null, { status: 503 }),
      salesforce('REQUEST_LIMIT_EXCEEDED', { status: 403, message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.' }),
      salesforce('REQUEST_LIMIT_EXCEEDED', { status: 403, context: { limit: { used: 10, limit: 100 } } }),
      salesforce('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { message: 'UpdateAccount: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record' }),
      ...[423, 477, 500, 502, 503, 504, 521, 523, 524].map((status) => hubspot(status)),
      hubspot(429, 'RATE_LIMIT', 'TEN_SECONDLY_ROLLING You have reached your ten_secondly_rolling limit.'), hubspot(429, 'RATE_LIMIT', 'You have reached your secondly limit.'), hubspot(null, 'ETIMEDOUT'),
    ]],
    ['locked-for-long', 'temporary', 'hourly', [salesforce('ENTITY_IS_LOCKED')]],
    ['quota', 'api-limit', 'allowance', [
      salesforce('REQUEST_LIMIT_EXCEEDED', { status: 403, context: { limit: { used: 100, limit: 100 } } }),
      salesforce('REQUEST_LIMIT_EXCEEDED', { status: 403, message: 'TotalRequests Limit exceeded.' }),
      hubspot(429, 'RATE_LIMIT', 'DAILY You have reached your daily limit.'), hubspot(429, 'DAILY'),
    ]],
    ['quota', 'api-limit', 'hourly', [salesforce('STORAGE_LIMIT_EXCEEDED')]],
    ['auth', 'authentication', 'hold', [
      salesforce('INVALID_SESSION_ID', { status: 401 }), salesforce('invalid_grant', { status: 400 }), salesforce('invalid_client', { status: 400 }), salesforce('inactive_user', { status: 400 }), salesforce('API_DISABLED_FOR_ORG'), salesforce('API_CURRENTLY_DISABLED'),
      hubspot(401, 'INVALID_AUTHENTICATION'), hubspot(401), hubspot(400, 'invalid_grant'), hubspot(403, 'MISSING_SCOPES'),
    ]],
    ['property-value', 'property-value', 'on-change', [
      ...['REQUIRED_FIELD_MISSING', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'STRING_TOO_LONG', 'INVALID_EMAIL_ADDRESS', 'NUMBER_OUTSIDE_VALID_RANGE', 'TOO_MANY_ENUM_VALUE',
        'MALFORMED_ID', 'FIELD_INTEGRITY_EXCEPTION', 'FIELD_FILTER_VALIDATION_EXCEPTION'].map((code) => salesforce(code, { status: 400 })),
      hubspot(400, 'VALIDATION_ERROR', 'INVALID_OPTION Property values were not valid'), hubspot(400, 'VALIDATION_ERROR', 'not-a-date is no date'), hubspot(400, 'VALIDATION_ERROR'),
    ]],
    ['custom-code', 'custom-code', 'on-change', [
      salesforce('FIELD_CUSTOM_VALIDATION_EXCEPTION'), salesforce('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { message: 'MyTrigger: NullPointerException' }), hubspot(400, 'VALIDATION_ERROR', 'Refused by a validation rule.'),
    ]],
    ['duplicates', 'duplicates', 'on-change', [
      salesforce('DUPLICATES_DETECTED'), salesforce('DUPLICATE_VALUE'), salesforce('DUPLICATE_EXTERNAL_ID'), salesforce(null, { status: 300 }), hubspot(409, 'CONFLICT', 'Contact already exists. Existing ID: 51'), hubspot(409),
    ]],
    ['record-missing', 'record-missing', 'on-change', [
      ...['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY', 'CANNOT_UPDATE_CONVERTED_LEAD'].map((code) => salesforce(code)), salesforce(null, { status: 404 }), hubspot(404, 'OBJECT_NOT_FOUND'), hubspot(404),
    ]],
    ['permissions', 'permissions', 'on-change', [
      ...['INSUFFICIENT_ACCESS_OR_READONLY', 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'INACTIVE_OWNER_OR_USER'].map((code) => salesforce(code)), hubspot(403), hubspot(400, 'VALIDATION_ERROR', 'READ_ONLY_VALUE x'),
    ]],
    ['property-mapping', 'property-mapping', 'on-change', [salesforce('INVALID_FIELD', { status: 400 }), hubspot(400, 'VALIDATION_ERROR', 'PROPERTY_DOESNT_EXIST x'), hubspot(400, 'VALIDATION_ERROR', 'Property "tier" does not exist')]],
    ['associations', 'associations', 'on-change', [hubspot(400, 'VALIDATION_ERROR', 'Association limit reached')]],
  ];
  for (const [name, category, retry, failures] of table) {
    for (const failure of failures) {
      test(`${failure.system} ${failure.status ?? ''} ${failure.code ?? ''} ${failure.message.slice(0, 40)} is ${name}, retried ${retry}`, () => {
        const found = classify(failure);
        assert.deepEqual([found.class, found.category, found.retry, found.known], [name, category, retry, true]);
        assert.match(found.remedy, /^[A-Z].{20,}\.$/);
      });
    }
  }
});

test('an unknown code is temporary for three attempts, then waits for a change', () => {
  const attempts = [1, 2, 3, 4].map((attempts) => classify(salesforce('BRAND_NEW_CODE', { status: 400, context: { attempts } })));
  assert.deepEqual(attempts.map((one) => one.retry), ['backoff', 'backoff', 'backoff', 'on-change']);
  assert.ok(attempts.every((one) => one.class === 'temporary' && !one.known));
});

test('a lock is recognised, also inside a trigger, so that writes are serialised per account', () => {
  assert.equal(classify(salesforce('UNABLE_TO_LOCK_ROW')).lock, true);
  assert.equal(classify(salesforce('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { message: 'x: UNABLE_TO_LOCK_ROW' })).lock, true);
  assert.equal(classify(salesforce('QUERY_TIMEOUT')).lock, false);
});

test('a remedy names the fields, and a 409 the contact to take', () => {
  assert.match(classify(salesforce('STRING_TOO_LONG', { fields: ['Title'] })).remedy, /Fields: Title\.$/);
  assert.equal(classify(hubspot(409, 'CONFLICT', 'Contact already exists. Existing ID: 51')).existingId, '51');
});

test('messages are cut and hold no secret', () => {
  const secrets = ['Bearer abc.def-123', '00D5g00000ABCDE!AQ8AQHx.y_z', 'pat-na1-11111111-2222-3333', 'eyJhbGciOi.eyJzdWIiOi.SflKxw', 'refresh_token=1//abc', '"client_secret":"s3cr3t"', 'access_token: tok123'];
  const clean = safeMessage(`Failed with ${secrets.join(' and ')} at the end`);
  for (const leak of ['abc.def', 'AQ8AQHx', '11111111', 'SflKxw', '1//abc', 's3cr3t', 'tok123']) assert.ok(!clean.includes(leak), `${leak} in ${clean}`);
  assert.match(clean, /^Failed with .* at the end$/);
  assert.equal(safeMessage('x'.repeat(10_000)).length, 501);
});
