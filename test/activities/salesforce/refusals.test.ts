import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { CrmFailure } from '../../../activities/crm/failure.ts';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const id = (n: number): string => `003${String(n).padStart(12, '0')}AAA`;

let org: FakeOrg;
afterEach(() => org.server.close());

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

  test('a field that is not there is named in the words alone', async () => {
    const failure = await refused(400, [{ errorCode: 'INVALID_FIELD', message: "No such column 'Club__c' on sobject of type Contact" }]);
    assert.deepEqual([failure.code, failure.fields], ['INVALID_FIELD', ['Club__c']]);
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
