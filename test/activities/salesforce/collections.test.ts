import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const id = (n: number): string => `003${String(n).padStart(12, '0')}AAA`;

let org: FakeOrg;
afterEach(() => org.server.close());

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
