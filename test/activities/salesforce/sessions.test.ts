import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { soql } from '../../../activities/salesforce/index.ts';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const query = soql`SELECT Id FROM Contact`;
const noRows = { totalSize: 0, done: true, records: [] };

let org: FakeOrg;
afterEach(() => org.server.close());

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
