import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();
describe('changes as they come', { concurrency: false }, () => {
  test('an edit in either CRM reaches the other, and the echo writes nothing', async (t) => {
    const s = await sluice.open(t, 'live');
    const id = await s.hubspot.create({ email: 'ada@gmail.example', firstname: 'Ada', lastname: 'Lovelace', jobtitle: 'Countess' });
    const first = await s.sync(id);
    assert.equal(first.status, 'in-sync', first.reason);
    await withFeeds(t, s);
    const record = first.salesforce?.id ?? '';
    await s.writes();
    await s.salesforce.control('POST', 'edit', { id: record, fields: { Title: 'Engineer' } });
    await until('HubSpot has the title', async () => (await s.hubspot.get(id))['jobtitle'] === 'Engineer');
    await s.hubspot.control('POST', 'edit', { id, properties: { fax: '555-9' } });
    await until('Salesforce has the fax', async () => (await s.salesforce.get('Lead', record))['Fax'] === '555-9');
    assert.deepEqual(await s.writes(), { hubspot: 1, salesforce: 1 });
  });
});
