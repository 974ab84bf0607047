import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { soql } from '../../../activities/salesforce/index.ts';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';

const call = { lane: 'live' } as const;
const query = soql`SELECT Id FROM Contact`;
const id = (n: number): string => `003${String(n).padStart(12, '0')}AAA`;
const noRows = { totalSize: 0, done: true, records: [] };

let org: FakeOrg;
afterEach(() => org.server.close());

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
