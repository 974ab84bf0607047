import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { z } from 'zod';
import { soql } from '../../../activities/salesforce/index.ts';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import type { Heard } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const query = soql`SELECT Id FROM Contact`;
const id = (n: number): string => `003${String(n).padStart(12, '0')}AAA`;
const noRows = { totalSize: 0, done: true, records: [] };

let org: FakeOrg;
afterEach(() => org.server.close());

const compositeBody = z.object({ compositeRequest: z.array(z.object({ url: z.string(), referenceId: z.string() })) });
const partsOf = ({ body }: Heard) => compositeBody.parse(JSON.parse(body)).compositeRequest;

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

  test('an IN list is cut into queries whose URIs stay within 16,384 bytes, in as few as that takes, five to an API call', async () => {
    org = await startFakeOrg((request, response) => json(response, 200, { compositeResponse: partsOf(request).map(({ referenceId }) => ({ referenceId, httpStatusCode: 200, httpHeaders: {}, body: noRows })) }));
    const emails = Array.from({ length: 2000 }, (_, index) => `o'connor+${index}@éxample.example`);
    await org.salesforce.queryIn(emails, (some) => soql`SELECT Id FROM Contact WHERE Email IN (${some})`, { ...call, atMost: 10 });
    const urls = org.calls().flatMap((request) => partsOf(request).map(({ url }) => url));
    const lengths = urls.map((url) => url.length);
    assert.ok(Math.max(...lengths) <= 16_384, `lengths: ${lengths.join(', ')}`);
    assert.ok(lengths.slice(0, -1).every((bytes) => bytes > 13_500), `lengths: ${lengths.join(', ')}`);
    assert.equal(org.calls().length, Math.ceil(urls.length / 5));
    const asked = urls.flatMap((url) => [...decodeURIComponent(url).matchAll(/\+(\d+)@/g)].map(([, n]) => Number(n)));
    assert.deepEqual(asked.sort((a, b) => a - b), emails.map((_, index) => index));
  });

  test('a part that is refused, missing or of another shape is a failure of the query', async () => {
    const refusedPart = { httpStatusCode: 400, httpHeaders: {}, body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'X'" }] };
    for (const [part, code] of [[refusedPart, 'INVALID_FIELD'], [{ httpStatusCode: 200, httpHeaders: {}, body: 'cut' }, 'INVALID_RESPONSE']] as const) {
      org = await startFakeOrg((request, response) => json(response, 200, { compositeResponse: partsOf(request).map(({ referenceId }) => ({ referenceId, ...part })) }));
      const lists = ['Lead', 'Contact'].map((type) => ({ values: ['a'], build: (some: readonly string[]) => soql`SELECT Id FROM ${soql.name(type)} WHERE Email IN (${some})` }));
      await assert.rejects(org.salesforce.queryLists(lists, { ...call, atMost: 10 }), { code });
      await org.server.close();
    }
    org = await startFakeOrg((_request, response) => json(response, 200, { compositeResponse: [] }));
    await assert.rejects(org.salesforce.queryLists(['Lead', 'Contact'].map((type) => ({ values: ['a'], build: () => `SELECT Id FROM ${type}` })), { ...call, atMost: 10 }), { code: 'INVALID_RESPONSE' });
  });

  test('relations come as nested rows without attributes', async () => {
    org = await startFakeOrg((_request, response) => json(response, 200, { totalSize: 1, done: true, records: [{ attributes: { type: 'Contact', url: '/x' }, Id: id(1), Account: { attributes: { type: 'Account', url: '/y' }, Name: 'Acme' } }] }));
    assert.deepEqual((await org.salesforce.query(query, call)).records, [{ Id: id(1), Account: { Name: 'Acme' } }]);
  });
});
