import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { ServerResponse } from 'node:http';
import { failureOf } from '../crm/failureOf.ts';
import { cut, json } from '../crm/fakeServer.ts';
import { startFakeOrg, type FakeOrg } from './fakeOrg.ts';

const call = { lane: 'backfill' } as const;
const job = '750000000000001AAA';
const user = '005000000000001AAA';
const listed = { id: job, operation: 'query', object: 'Lead', createdById: user, createdDate: '2026-01-05T10:00:00.000+0000', columnDelimiter: 'CARET', state: 'InProgress' };
const refused = (response: ServerResponse, status: number, errorCode: string) => json(response, status, [{ errorCode, message: 'No.' }]);
const csv = (response: ServerResponse, text: string, headers: Record<string, string>) => response.writeHead(200, { 'content-type': 'text/csv', ...headers }).end(text);

let org: FakeOrg;
afterEach(() => org.server.close());
const first = () => org.salesforce.queryResults(job, { locator: '', most: 10 }, call);

describe('a bulk query job', () => {
  test('is created once and not repeated: an answer that is lost may have left one behind', async () => {
    org = await startFakeOrg((_request, response) => refused(response, 503, 'SERVER_UNAVAILABLE'));
    assert.equal((await failureOf(org.salesforce.createQueryJob('SELECT Id FROM Lead', call))).status, 503);
    assert.deepEqual(org.calls().map(({ method, url }) => `${method} ${url}`), ['POST /services/data/v67.0/jobs/query']);
    assert.deepEqual(JSON.parse(org.calls()[0]?.body ?? ''), { operation: 'query', query: 'SELECT Id FROM Lead', contentType: 'CSV', columnDelimiter: 'CARET', lineEnding: 'LF' });
  });

  test('that is gone is null, as job and in its results', async () => {
    org = await startFakeOrg((_request, response) => refused(response, 404, 'NOT_FOUND'));
    assert.deepEqual([await org.salesforce.queryJob(job, call), await first()], [null, null]);
  });

  test('has no results to be had where Salesforce says so in any of its ways', async () => {
    for (const answer of [(r: ServerResponse) => refused(r, 400, 'INVALIDJOBSTATE'), (r: ServerResponse) => refused(r, 409, 'API_ERROR'), (r: ServerResponse) => r.writeHead(204).end()]) {
      org = await startFakeOrg((_request, response) => answer(response));
      assert.equal(await first(), null);
      await org.server.close();
    }
  });

  test('gives rows by the header row, quotes and all, and the locator of the next set', async () => {
    org = await startFakeOrg((_request, response) => csv(response, '"Id"^"Email"\n"1"^"o""neill, jr@x.example"\n"2"^""\n', { 'Sforce-Locator': 'MTA', 'Sforce-NumberOfRecords': '2' }));
    assert.deepEqual(await org.salesforce.queryResults(job, { locator: 'NQ', most: 10 }, call), { rows: [{ Id: '1', Email: 'o"neill, jr@x.example' }, { Id: '2', Email: '' }], next: 'MTA' });
    assert.match(org.calls()[0]?.url ?? '', /\/jobs\/query\/750\w+\/results\?maxRecords=10&locator=NQ$/);
  });

  test('ends with the locator null, and may be empty', async () => {
    for (const text of ['"Id"^"Email"\n', '']) {
      org = await startFakeOrg((_request, response) => csv(response, text, { 'Sforce-Locator': 'null', 'Sforce-NumberOfRecords': '0' }));
      assert.deepEqual(await first(), { rows: [], next: null });
      await org.server.close();
    }
  });

  test('is never taken for complete where rows are missing, the CSV ends in a quote, the locator is not there, or the connection was cut', async () => {
    const whole = { 'Sforce-Locator': 'null', 'Sforce-NumberOfRecords': '2' };
    const answers: [string, (r: ServerResponse) => unknown][] = [
      ['INVALID_RESPONSE', (r) => csv(r, '"Id"\n"1"\n', whole)], ['INVALID_RESPONSE', (r) => csv(r, '"Id"\n"1"\n"2', whole)],
      ['INVALID_RESPONSE', (r) => csv(r, '"Id"\n"1"\n"2"\n', { 'Sforce-NumberOfRecords': '2' })], ['INVALID_RESPONSE', (r) => csv(r, '<h1>Maintenance</h1>', {})], ['NETWORK', cut],
    ];
    for (const [code, answer] of answers) {
      org = await startFakeOrg((_request, response) => void answer(response));
      assert.equal((await failureOf(first())).code, code);
      await org.server.close();
    }
  });

  test("tells a refusal by its code, although text was asked for: a day's calls that are used up are waited for", async () => {
    org = await startFakeOrg((_request, response) => json(response, 403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }], { 'Sforce-Limit-Info': 'api-usage=5000/5000' }));
    const { code, reason, status } = await failureOf(first());
    assert.deepEqual([code, reason, status], ['REQUEST_LIMIT_EXCEEDED', 'DAILY', 403]);
  });

  test("is found by user, object, time and the letter between columns: another program's job is not ours", async () => {
    const others = [{ createdById: '005000000000002AAA' }, { object: 'Contact' }, { columnDelimiter: 'COMMA' }, { operation: 'queryAll' }, { createdDate: '2026-01-05T09:30:00.000+0000' }];
    org = await startFakeOrg((request, response) => (request.url.includes('queryLocator')
      ? json(response, 200, { done: true, nextRecordsUrl: null, records: [{ ...listed, id: '750000000000002AAA' }] })
      : json(response, 200, { done: false, nextRecordsUrl: '/services/data/v67.0/jobs/query?queryLocator=x', records: [listed, ...others.map((one) => ({ ...listed, id: '750000000000009AAA', ...one }))] })));
    assert.deepEqual(await org.salesforce.queryJobsSince('Lead', '2026-01-05T10:00:30.000Z', call), [job, '750000000000002AAA']);
  });

  test('is deleted where it has ended, aborted before that where it runs, and let be where it is gone', async () => {
    const asked = () => org.calls().map(({ method }) => method);
    org = await startFakeOrg((_request, response) => response.writeHead(204).end());
    await org.salesforce.endQueryJob(job, call);
    assert.deepEqual(asked(), ['DELETE']);
    await org.server.close();
    org = await startFakeOrg((request, response, index) => (request.method === 'PATCH' ? json(response, 200, { id: job, state: 'Aborted' }) : index === 0 ? refused(response, 400, 'API_ERROR') : response.writeHead(204).end()));
    await org.salesforce.endQueryJob(job, call);
    assert.deepEqual(asked(), ['DELETE', 'PATCH', 'DELETE']);
    await org.server.close();
    org = await startFakeOrg((_request, response) => refused(response, 404, 'NOT_FOUND'));
    await org.salesforce.endQueryJob(job, call);
    assert.deepEqual(asked(), ['DELETE']);
  });
});
