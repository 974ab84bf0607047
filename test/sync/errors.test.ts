import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classify, safeMessage, UNKNOWN_REMEDY, type ErrorClass, type Failure, type RetryPolicy } from '../../sync/errors.ts';

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
      hubspot(429, 'RATE_LIMIT', 'TEN_SECONDLY_ROLLING You have reached your ten_secondly_rolling limit.'), hubspot(429, 'RATE_LIMIT', 'You have reached your secondly limit.'), hubspot(null, 'ETIMEDOUT'), hubspot(500, 'VALIDATION_ERROR', 'INVALID_OPTION'), hubspot(429), hubspot(408),
      ...['EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'INVALID_RESPONSE', 'ABORT_ERR', 'TIMEOUT'].map((code) => salesforce(code)), ...[408, 429, 500].map((status) => salesforce(null, { status })),
    ]],
    ['locked-for-long', 'temporary', 'hourly', [salesforce('ENTITY_IS_LOCKED')]],
    ['quota', 'api-limit', 'allowance', [
      salesforce('REQUEST_LIMIT_EXCEEDED', { status: 403, context: { limit: { used: 100, limit: 100 } } }),
      salesforce('REQUEST_LIMIT_EXCEEDED', { status: 403, message: 'TotalRequests Limit exceeded.' }),
      hubspot(429, 'RATE_LIMIT', 'DAILY You have reached your daily limit.'), hubspot(429, 'DAILY'), hubspot(429, null, 'The daily limit is reached.'), hubspot(429, 'RATE_LIMIT', 'DAILY'), salesforce('ALLOWANCE_SPENT'), hubspot(null, 'ALLOWANCE_SPENT'),
    ]],
    ['quota', 'api-limit', 'hourly', [salesforce('STORAGE_LIMIT_EXCEEDED')]],
    ['auth', 'authentication', 'hold', [
      salesforce('INVALID_SESSION_ID', { status: 401 }), salesforce('invalid_grant', { status: 400 }), salesforce('invalid_client', { status: 400 }), salesforce('inactive_user', { status: 400 }), salesforce('API_DISABLED_FOR_ORG'), salesforce('API_CURRENTLY_DISABLED'), salesforce('INVALID_AUTH_HEADER'), salesforce('INVALID_LOGIN'),
      ...['unauthorized_client', 'unsupported_grant_type', 'invalid_scope', 'invalid_client_id', 'inactive_org', 'access_denied'].map((code) => salesforce(code, { status: 400 })), hubspot(400, 'EXPIRED_AUTHENTICATION'), hubspot(400, 'BAD_REFRESH_TOKEN'),
      hubspot(401, 'INVALID_AUTHENTICATION'), hubspot(401), hubspot(400, 'invalid_grant'), hubspot(403, 'MISSING_SCOPES'),
    ]],
    ['property-value', 'property-value', 'on-change', [
      ...['REQUIRED_FIELD_MISSING', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'STRING_TOO_LONG', 'INVALID_EMAIL_ADDRESS', 'NUMBER_OUTSIDE_VALID_RANGE', 'TOO_MANY_ENUM_VALUE',
        'MALFORMED_ID', 'FIELD_INTEGRITY_EXCEPTION', 'FIELD_FILTER_VALIDATION_EXCEPTION', 'JSON_PARSER_ERROR'].map((code) => salesforce(code, { status: 400 })),
      ...['INVALID_OPTION', 'INVALID_EMAIL', 'INVALID_DATE', 'INVALID_INTEGER', 'INVALID_LONG', 'INVALID_DOUBLE', 'INVALID_NUMBER', 'INVALID_BOOLEAN', 'PROPERTY_VALUE_TOO_LONG'].map((code) => hubspot(400, code)),
      hubspot(400, 'VALIDATION_ERROR', 'the text PROPERTY_DOESNT_EXIST is too long'),
      hubspot(400, 'VALIDATION_ERROR', 'INVALID_OPTION Property values were not valid'), hubspot(400, 'VALIDATION_ERROR', 'not-a-date is no date'), hubspot(400, 'VALIDATION_ERROR'),
    ]],
    ['custom-code', 'custom-code', 'on-change', [
      salesforce('FIELD_CUSTOM_VALIDATION_EXCEPTION'), salesforce('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { message: 'MyTrigger: NullPointerException' }), hubspot(400, 'VALIDATION_ERROR', 'Refused by a validation rule.'), hubspot(400, 'VALIDATION_ERROR', 'INVALID_OPTION refused by a validation rule.'),
      salesforce('FIELD_CUSTOM_VALIDATION_EXCEPTION', { message: 'unable to obtain exclusive access to this idea' }),
    ]],
    ['duplicates', 'duplicates', 'on-change', [
      salesforce('DUPLICATES_DETECTED'), salesforce('DUPLICATE_VALUE'), salesforce('DUPLICATE_EXTERNAL_ID'), salesforce(null, { status: 300 }), hubspot(409, 'CONFLICT', 'Contact already exists. Existing ID: 51'), hubspot(409), hubspot(400, 'CONFLICTING_UNIQUE_VALUE'),
    ]],
    ['record-missing', 'record-missing', 'on-change', [
      ...['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY', 'CANNOT_UPDATE_CONVERTED_LEAD'].map((code) => salesforce(code)), salesforce(null, { status: 404 }), hubspot(404, 'OBJECT_NOT_FOUND'), hubspot(404), hubspot(400, 'OBJECT_NOT_FOUND'),
    ]],
    ['permissions', 'permissions', 'on-change', [
      ...['INSUFFICIENT_ACCESS_OR_READONLY', 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'INACTIVE_OWNER_OR_USER', 'INSUFFICIENT_ACCESS'].map((code) => salesforce(code)), hubspot(403), hubspot(400, 'VALIDATION_ERROR', 'READ_ONLY_VALUE x'),
    ]],
    ['property-mapping', 'property-mapping', 'on-change', [salesforce('INVALID_FIELD', { status: 400 }), hubspot(400, 'VALIDATION_ERROR', 'PROPERTY_DOESNT_EXIST x'), hubspot(400, 'VALIDATION_ERROR', 'Property "tier" does not exist'), hubspot(400, null, 'The properties a, b do not exist.'), hubspot(400, null, 'property tier doesn\'t exist')]],
    ['associations', 'associations', 'on-change', [hubspot(400, 'VALIDATION_ERROR', 'Association limit reached'), salesforce('LIMIT_EXCEEDED', { message: 'association limit reached' })]],
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
  assert.equal(attempts[2]?.remedy, classify(salesforce('QUERY_TIMEOUT')).remedy);
  assert.equal(attempts[3]?.remedy, UNKNOWN_REMEDY);
  assert.equal(UNKNOWN_REMEDY, 'Sluice does not know this error: read its message, correct the cause and resync the contact.');
  assert.equal(classify(salesforce('BRAND_NEW_CODE')).retry, 'backoff', 'it is the first where nobody counts');
});

test('a known code is retried by its class, however often it has failed', () => {
  assert.equal(classify(salesforce('UNABLE_TO_LOCK_ROW', { context: { attempts: 99 } })).retry, 'backoff');
});

describe('what the table does not hold is unknown', () => {
  const failures: [string, Failure][] = [
    ['a code without a status', salesforce('BRAND_NEW_CODE')], ['nothing at all', salesforce(null)], ['a code that contains that of a broken connection', salesforce('MY_TIMEOUT')], ['a code that begins like that of a broken connection', salesforce('TIMEOUT_OF_MINE')],
    ['a refusal of HubSpot\'s by another code', hubspot(400, 'BRAND_NEW', 'No.')], ['a refusal of Salesforce\'s without a code', salesforce(null, { status: 400 })], ['a refusal of Salesforce\'s with 403 or 409, whose code would tell', salesforce(null, { status: 409 })],
  ];
  for (const [name, failure] of failures) test(name, () => assert.deepEqual([classify(failure).class, classify(failure).known], ['temporary', false]));
});

test('storage that is used up has a remedy of its own', () => {
  assert.equal(classify(salesforce('STORAGE_LIMIT_EXCEEDED')).remedy, 'Free or buy storage in the Salesforce org; Sluice looks every hour.');
});

test('a lock is recognised, also inside a trigger, so that writes are serialised per account', () => {
  assert.equal(classify(salesforce('UNABLE_TO_LOCK_ROW')).lock, true);
  assert.equal(classify(salesforce('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', { message: 'x: UNABLE_TO_LOCK_ROW' })).lock, true);
  assert.equal(classify(salesforce(null, { status: 500, message: 'unable to obtain exclusive access to this record' })).lock, true);
  assert.equal(classify(salesforce('QUERY_TIMEOUT')).lock, false);
  assert.equal(classify(salesforce('STRING_TOO_LONG', { message: 'UNABLE_TO_LOCK_ROW is too long' })).lock, false, 'what does not pass by itself is no lock');
  assert.equal(classify(hubspot(500, 'UNABLE_TO_LOCK_ROW')).lock, false, 'HubSpot has no locks');
});

test('a remedy names the fields, and a 409 the contact to take', () => {
  const bare = classify(salesforce('STRING_TOO_LONG'));
  assert.deepEqual([bare.remedy, bare.fields], ['Correct the value in either CRM, or allow it in the field on the other side (option, length, range).', []]);
  const named = classify(salesforce('STRING_TOO_LONG', { fields: ['Title', 'Phone'] }));
  assert.deepEqual([named.remedy, named.fields], [`${bare.remedy} Fields: Title, Phone.`, ['Title', 'Phone']]);
  assert.equal(classify(hubspot(409, 'CONFLICT', 'Contact already exists. Existing ID: 51')).existingId, '51');
  assert.equal(classify(hubspot(409, 'CONFLICT')).existingId, null);
  assert.equal(classify(salesforce('DUPLICATE_VALUE', { message: 'Existing ID: 51' })).existingId, null, 'Salesforce\'s ids are others');
});

describe('messages hold no secret', () => {
  const cases: [string, string][] = [
    ['Bearer abc.def-123 is refused', '[removed] is refused'], ['OAuth  abc', '[removed]'], ['session 00D5g00000ABCDE!AQ8AQHx.y_z, ended', 'session [removed], ended'], ['key pat-na1-11111111-2222-3333.', 'key [removed].'],
    ['jwt eyJhbGciOi.eyJzdWIiOi.SflKxw!', 'jwt [removed]!'], ['unsigned eyJhbGciOi.eyJzdWIiOi. here', 'unsigned [removed] here'], ['refresh_token=1//abc&x=1', 'refresh_token=[removed]&x=1'], ['{"client_secret":"s3cr3t","a":1}', '{"client_secret":"[removed]","a":1}'],
    ['access_token: tok123', 'access_token: [removed]'], ['password = pass', 'password = [removed]'], ["assertion='a.b'", "assertion='[removed]'"], ['hapikey=k', 'hapikey=[removed]'], ['sid=00Dx', 'sid=[removed]'], ['my_sid=x says nothing', 'my_sid=x says nothing'],
  ];
  for (const [message, expected] of cases) test(message, () => assert.equal(safeMessage(message), expected));

  test('and are one line of at most 500 characters, never cut through one', () => {
    assert.equal(safeMessage('  a \r\n\t b\n'), 'a b');
    assert.equal(safeMessage('x'.repeat(500)), 'x'.repeat(500));
    assert.equal(safeMessage('x'.repeat(501)), `${'x'.repeat(500)}…`);
    assert.equal(safeMessage(`${'x'.repeat(499)}😀`), `${'x'.repeat(499)}…`);
    assert.equal(classify(salesforce('X', { message: ' Bearer abc  is\nrefused ' })).message, '[removed] is refused');
  });
});
