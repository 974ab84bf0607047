import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import { soql } from '../../../activities/salesforce/index.ts';
import { cut, json, stall } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const query = soql`SELECT Id FROM Contact`;
const id = (n: number): string => `003${String(n).padStart(12, '0')}AAA`;
const noRows = { totalSize: 0, done: true, records: [] };

let org: FakeOrg;
afterEach(() => org.server.close());

/** The failure's facts, or the test fails. */
async function failureOf(promise: Promise<unknown>): Promise<CrmFailure> {
  const error: unknown = await promise.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof CrmFailure, `a CrmFailure, not ${String(error)}`);
  return error;
}

describe('an answer of Salesforce that does not come whole', () => {
  test('cut in the middle, it rejects and leaves the process alive', async () => {
    org = await startFakeOrg((_request, response) => cut(response));
    const failure = await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }], call));
    assert.deepEqual([failure.code, failure.reason], ['NETWORK', 'UND_ERR_SOCKET']);
    assert.equal(org.calls().length, 1, 'a create is not repeated');
  });

  test('cut once, a query is asked again', async () => {
    org = await startFakeOrg((_request, response, index) => (index === 0 ? cut(response) : json(response, 200, noRows)));
    assert.deepEqual((await org.salesforce.query(query, call)).records, []);
    assert.equal(org.calls().length, 2);
  });

  test('a silent server is given up on', async () => {
    org = await startFakeOrg(() => {});
    const failure = await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }], call));
    assert.deepEqual([failure.code, failure.reason], ['NETWORK', 'UND_ERR_HEADERS_TIMEOUT']);
  });

  test('an answer that stops is given up on', async () => {
    org = await startFakeOrg((_request, response) => stall(response));
    const failure = await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }], call));
    assert.deepEqual([failure.code, failure.reason], ['NETWORK', 'UND_ERR_BODY_TIMEOUT']);
  });

  test('truncated JSON, which jsforce returns as a string and a success, is an invalid answer', async () => {
    org = await startFakeOrg((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('[{"id":"003');
    });
    assert.equal((await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }], call))).code, 'INVALID_RESPONSE');
    assert.equal((await failureOf(org.salesforce.query(query, call))).code, 'INVALID_RESPONSE');
  });

  test('JSON without its content type is an invalid answer', async () => {
    org = await startFakeOrg((_request, response) => response.end(JSON.stringify(noRows)));
    assert.equal((await failureOf(org.salesforce.query(query, call))).code, 'INVALID_RESPONSE');
  });

  test('a row without its Id is an invalid answer', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, { totalSize: 1, done: true, records: [{ Email: 'a@b.example' }] }));
    assert.equal((await failureOf(org.salesforce.query(query, call))).code, 'INVALID_RESPONSE');
  });

  test('an aborted signal ends the call with its reason', async () => {
    const stop = new AbortController();
    org = await startFakeOrg(() => stop.abort(new Error('cancelled')));
    await assert.rejects(org.salesforce.query(query, { lane: 'live', signal: stop.signal }), /^Error: cancelled$/);
  });
});

describe('repeats', () => {
  test('are ours alone: a query goes out four times on 503, a create once', async () => {
    org = await startFakeOrg((_request, response) => json(response, 503, [{ errorCode: 'SERVER_UNAVAILABLE', message: 'busy' }]));
    assert.equal((await failureOf(org.salesforce.query(query, call))).code, 'SERVER_UNAVAILABLE');
    assert.equal(org.calls().length, 4);
    await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }], call));
    assert.equal(org.calls().length, 5);
  });

  test('a delete whose first answer was lost finds the record deleted: that is success', async () => {
    org = await startFakeOrg((_request, response, index) => (index === 0 ? json(response, 503, []) : json(response, 200, [{ success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }] }])));
    const [outcome] = await org.salesforce.remove([id(1) as never], call);
    assert.deepEqual(outcome, { ok: true, id: id(1) });
  });

  test('Retry-After holds the other calls back too', async () => {
    org = await startFakeOrg((_request, response, index) => (index === 0 ? json(response, 503, [], { 'retry-after': '2' }) : json(response, 200, noRows)));
    await org.salesforce.query(query, call);
    assert.ok(org.clock.waits.some((ms) => ms === 2000), `waits: ${org.clock.waits.join(', ')}`);
  });
});

describe('sessions', () => {
  const refuse = (response: Parameters<typeof json>[0]) => json(response, 401, [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }]);

  test('a fresh session that is refused is not renewed: no loop, and the code is kept', async () => {
    org = await startFakeOrg((_request, response) => refuse(response));
    const failure = await failureOf(org.salesforce.query(query, call));
    assert.deepEqual([failure.status, failure.code], [401, 'INVALID_SESSION_ID']);
    assert.deepEqual([org.logins(), org.calls().length], [1, 1]);
  });

  test('an expired session is renewed once, for all calls that it refused, and they go out again', async () => {
    org = await startFakeOrg((request, response) => (request.headers.authorization === 'Bearer token-0' && org.clock.now() > 1_060_000 ? refuse(response) : json(response, 200, noRows)));
    await org.salesforce.query(query, call);
    org.clock.pass(3_600_000);
    await Promise.all([1, 2, 3].map(() => org.salesforce.query(query, call)));
    assert.equal(org.logins(), 2);
    assert.equal(org.calls().filter(({ headers }) => headers.authorization === 'Bearer token-1').length, 3);
  });

  test('an expired session that stays refused costs one login', async () => {
    org = await startFakeOrg((_request, response, index) => (index === 0 ? json(response, 200, noRows) : refuse(response)));
    await org.salesforce.query(query, call);
    org.clock.pass(3_600_000);
    assert.equal((await failureOf(org.salesforce.query(query, call))).code, 'INVALID_SESSION_ID');
    assert.equal(org.logins(), 2);
  });

  test('a new login may name another host, and the call goes out again to that one', async () => {
    const moved = await startFakeOrg((_request, response) => json(response, 200, noRows));
    org = await startFakeOrg((_request, response, index) => (index === 0 ? json(response, 200, noRows) : refuse(response)), { instanceUrl: (own, login) => (login === 0 ? own : moved.server.url) });
    await org.salesforce.query(query, call);
    org.clock.pass(3_600_000);
    await org.salesforce.query(query, call);
    assert.equal(moved.calls().length, 1);
    await moved.server.close();
  });

  test('concurrent first calls share one login', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, noRows));
    await Promise.all([1, 2, 3].map(() => org.salesforce.query(query, call)));
    assert.equal(org.logins(), 1);
  });

  test('a refused login is a failure with OAuth\'s code, and holds no secret', async () => {
    org = await startFakeOrg(() => {}, { login: (response) => json(response, 400, { error: 'invalid_grant', error_description: 'request not supported on this domain' }) });
    const failure = await failureOf(org.salesforce.query(query, call));
    assert.deepEqual([failure.status, failure.code], [400, 'invalid_grant']);
    assert.doesNotMatch(JSON.stringify(failure) + failure.message + String(failure.stack), /secret/);
  });

  test('a login answered in another shape is an invalid answer, tried again by the next call', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, noRows), { login: (response) => response.end('{"access_to') });
    assert.equal((await failureOf(org.salesforce.query(query, call))).code, 'INVALID_RESPONSE');
    assert.ok(org.logins() > 1);
  });

  test('the org and the user come from the identity URL', async () => {
    org = await startFakeOrg(() => {});
    assert.deepEqual(await org.salesforce.identity(call), { organizationId: '00D000000000001EAA', userId: '005000000000001AAA', instanceUrl: org.server.url });
  });
});

describe('refusals', () => {
  const refused = async (status: number, body: unknown, headers: Record<string, string> = {}): Promise<CrmFailure> => {
    org = await startFakeOrg((_request, response) => json(response, status, body, headers));
    return failureOf(org.salesforce.create('Contact', [{ LastName: 'Secretname' }], call));
  };

  test('one error: code, fields and the vendor\'s words', async () => {
    const failure = await refused(400, [{ errorCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [LastName]', fields: ['LastName'] }]);
    assert.deepEqual([failure.status, failure.code, failure.fields], [400, 'REQUIRED_FIELD_MISSING', ['LastName']]);
    assert.equal(failure.message, 'Salesforce refused or failed to create Contact for LastName (status 400, REQUIRED_FIELD_MISSING).');
  });

  test('several errors: the first code and all fields', async () => {
    const failure = await refused(400, [{ errorCode: 'STRING_TOO_LONG', message: 'a', fields: ['A'] }, { errorCode: 'INVALID_EMAIL_ADDRESS', message: 'b', fields: ['Email'] }]);
    assert.deepEqual([failure.code, failure.fields], ['STRING_TOO_LONG', ['A', 'Email']]);
  });

  test('HTML instead of JSON: the status', async () => {
    org = await startFakeOrg((_request, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html>Bad Gateway</html>');
    });
    const failure = await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }], call));
    assert.deepEqual([failure.status, failure.code], [502, 'ERROR_HTTP_502']);
  });

  test('300: the records that match', async () => {
    const failure = await refused(300, [`/services/data/v67.0/sobjects/Contact/${id(1)}`, `/services/data/v67.0/sobjects/Contact/${id(2)}`]);
    assert.equal(failure.code, 'MULTIPLE_CHOICES');
    assert.deepEqual(failure.duplicates, [{ type: 'Contact', id: id(1), email: null }, { type: 'Contact', id: id(2), email: null }]);
  });

  test('a daily limit is told from a passing one by the org\'s count', async () => {
    const body = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }];
    const daily = await refused(403, body, { 'sforce-limit-info': 'api-usage=15000/15000' });
    assert.deepEqual([daily.code, daily.reason], ['REQUEST_LIMIT_EXCEEDED', 'DAILY']);
    await org.server.close();
    assert.equal((await refused(403, body, { 'sforce-limit-info': 'api-usage=18/15000' })).reason, 'CONCURRENT');
    assert.deepEqual(org.salesforce.usage(), { used: 18, limit: 15000 });
  });
});

describe('collections', () => {
  test('more than 200 rows go out in calls of 200', async () => {
    org = await startFakeOrg((request, response) => {
      const { records } = JSON.parse(request.body) as { records: unknown[] };
      json(response, 200, records.map((_, index) => ({ id: id(index), success: true, errors: [] })));
    });
    const outcomes = await org.salesforce.create('Contact', Array.from({ length: 401 }, (_, index) => ({ LastName: `L${index}` })), call);
    assert.equal(outcomes.length, 401);
    assert.deepEqual(org.calls().map(({ body }) => (JSON.parse(body) as { records: unknown[]; allOrNone: boolean }).records.length), [200, 200, 1]);
  });

  test('a row\'s error says statusCode where a single call says errorCode, and carries what a duplicate rule matched', async () => {
    const record = { attributes: { type: 'Lead' }, Id: id(9), Email: 'a@b.example' };
    org = await startFakeOrg((_request, response) =>
      json(response, 200, [
        { success: false, errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [], duplicateResult: { matchResults: [{ matchRecords: [{ record }] }] } }] },
        { id: id(2), success: true, errors: [] },
      ]),
    );
    const [bad, good] = await org.salesforce.create('Contact', [{ LastName: 'A' }, { LastName: 'B' }], call);
    assert.ok(bad && !bad.ok);
    assert.equal(bad.failure.code, 'DUPLICATES_DETECTED');
    assert.deepEqual(bad.failure.duplicates, [{ type: 'Lead', id: id(9), email: 'a@b.example' }]);
    assert.deepEqual(good, { ok: true, id: id(2) });
  });

  test('an answer with another number of rows is invalid', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, [{ id: id(1), success: true, errors: [] }]));
    assert.equal((await failureOf(org.salesforce.create('Contact', [{ LastName: 'A' }, { LastName: 'B' }], call))).code, 'INVALID_RESPONSE');
  });

  test('an answer whose rows are in another order is invalid', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, [2, 1].map((n) => ({ id: id(n), success: true, errors: [] }))));
    const rows = [1, 2].map((n) => ({ Id: id(n) as never, FirstName: 'A' }));
    assert.equal((await failureOf(org.salesforce.update('Contact', rows, call))).code, 'INVALID_RESPONSE');
  });

  test('what was written before a later call failed is told row by row', async () => {
    org = await startFakeOrg((request, response, index) => {
      const { records } = JSON.parse(request.body) as { records: unknown[] };
      if (index === 0) json(response, 200, records.map((_, n) => ({ id: id(n), success: true, errors: [] })));
      else json(response, 500, []);
    });
    const outcomes = await org.salesforce.create('Contact', Array.from({ length: 250 }, () => ({ LastName: 'L' })), call);
    assert.deepEqual([outcomes.filter(({ ok }) => ok).length, outcomes.filter(({ ok }) => !ok).length], [200, 50]);
  });

  test('an external id travels in the body: a slash in it is no path', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, [{ id: id(1), success: true, created: true, errors: [] }]));
    const outcomes = await org.salesforce.upsertByExternalId('Contact', 'HubSpot_Contact_Id__c', [{ HubSpot_Contact_Id__c: 'a/b', LastName: 'A' }], call);
    assert.deepEqual(outcomes, [{ ok: true, id: id(1), created: true }]);
    assert.equal(org.calls()[0]?.url, '/services/data/v67.0/composite/sobjects/Contact/HubSpot_Contact_Id__c');
  });

  test('retrieve asks for the fields without describing first, and what is missing is null', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, [{ attributes: { type: 'Contact', url: '/x' }, Id: id(1), LastName: 'A' }, null]));
    const found = await org.salesforce.retrieve('Contact', [id(1) as never, id(2) as never], ['LastName'], call);
    assert.deepEqual([...found], [[id(1), { Id: id(1), LastName: 'A' }], [id(2), null]]);
    assert.equal(org.calls().length, 1);
  });
});

describe('queries', () => {
  test('all pages are followed, beyond the 10,000 at which jsforce stops in silence', async () => {
    const size = 2000;
    org = await startFakeOrg((request, response) => {
      const page = Number(/-(\d+)$/.exec(request.url)?.[1] ?? 0);
      const records = Array.from({ length: size }, (_, index) => ({ attributes: { type: 'Contact' }, Id: id(page * size + index) }));
      json(response, 200, { totalSize: 12_000, done: page === 5, records, ...(page < 5 ? { nextRecordsUrl: `/services/data/v67.0/query/01g-${page + 1}` } : {}) });
    });
    assert.equal((await org.salesforce.queryAllPages(query, { ...call, atMost: 12_000 })).length, 12_000);
    assert.equal(org.calls().length, 6);
  });

  test('more rows than expected are refused, not cut', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, { ...noRows, totalSize: 11 }));
    assert.equal((await failureOf(org.salesforce.queryAllPages(query, { ...call, atMost: 10 }))).code, 'TOO_MANY_ROWS');
  });

  test('an IN list is cut so that URI and headers stay within 16,384 bytes, in as few queries as that takes', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, noRows));
    const emails = Array.from({ length: 1000 }, (_, index) => `o'connor+${index}@éxample.example`);
    await org.salesforce.queryIn(emails, (some) => soql`SELECT Id FROM Contact WHERE Email IN (${some})`, { ...call, atMost: 10 });
    const heads = org.calls().map(({ headBytes }) => headBytes);
    assert.ok(Math.max(...heads) <= 16_384, `heads: ${heads.join(', ')}`);
    assert.ok(heads.slice(0, -1).every((bytes) => bytes > 15_600), `heads: ${heads.join(', ')}`);
    const asked = org.calls().flatMap(({ url }) => [...decodeURIComponent(url).matchAll(/\+(\d+)@/g)].map(([, n]) => Number(n)));
    assert.deepEqual(asked.sort((a, b) => a - b), emails.map((_, index) => index));
  });

  test('relations come as nested rows without attributes', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, { totalSize: 1, done: true, records: [{ attributes: { type: 'Contact', url: '/x' }, Id: id(1), Account: { attributes: { type: 'Account', url: '/y' }, Name: 'Acme' } }] }));
    assert.deepEqual((await org.salesforce.query(query, call)).records, [{ Id: id(1), Account: { Name: 'Acme' } }]);
  });
});

test('every call names version 67.0 and the client sluice, which returns in change events', async () => {
  org = await startFakeOrg((_request, response) => json(response, 200, noRows));
  await org.salesforce.query(query, call);
  const [sent] = org.calls();
  assert.match(sent?.url ?? '', /^\/services\/data\/v67\.0\/query\?/);
  assert.equal(sent?.headers['sforce-call-options'], 'client=sluice');
});
