import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { soql } from '../../../activities/salesforce/index.ts';
import { failureOf } from '../crm/failureOf.ts';
import { cut, json, stall } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const query = soql`SELECT Id FROM Contact`;
const id = (n: number): string => `003${String(n).padStart(12, '0')}AAA`;
const noRows = { totalSize: 0, done: true, records: [] };

let org: FakeOrg;
afterEach(() => org.server.close());

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

test('every call names version 67.0 and the client sluice, which returns in change events', async () => {
  org = await startFakeOrg((_request, response) => json(response, 200, noRows));
  await org.salesforce.query(query, call);
  const [sent] = org.calls();
  assert.match(sent?.url ?? '', /^\/services\/data\/v67\.0\/query\?/);
  assert.equal(sent?.headers['sforce-call-options'], 'client=sluice');
});
