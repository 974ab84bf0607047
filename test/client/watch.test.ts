import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSluiceClient, type Flow } from '../../client/sluice-client.ts';
import { flowWords } from '../../client/words/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();

test('watching shows each sync once, as it happens, with what was written and why', async (t) => {
  const s = await sluice.open(t, 'watch');
  const id = await s.hubspot.create({ email: 'ada@gmail.example', firstname: 'Ada', lastname: 'Lovelace' });
  await s.sync(id);
  const typed = createSluiceClient({ client: s.client, connection: s.connection });
  const ended = new AbortController();
  const flows: Flow[] = [];
  const watching = (async () => { for await (const flow of typed.watchFlow(ended.signal)) flows.push(flow); })();
  const seen = (text: string) => until(`the flow shows ${text}`, async () => flows.some((flow) => flow.fields.some((f) => f.hubspot === text)));
  await s.hubspot.edit(id, { fax: '555-1' });
  await s.sync(id);
  await seen('fax');
  await s.hubspot.edit(id, { mobilephone: '555-2' });
  await s.sync(id);
  await seen('mobilephone');
  ended.abort();
  await watching;
  assert.equal(new Set(flows.map(({ at }) => at)).size, flows.length, 'each sync once');
  const last = flows.at(-1);
  assert.ok(last !== undefined);
  assert.deepEqual([last.hubspotId, last.status, last.trigger, last.wrote], [id, 'in-sync', 'resync: test', { hubspot: [], salesforce: ['MobilePhone'] }]);
  assert.match(flowWords(last), /^[\d-]+ [\d:]+ UTC {2}Ada Lovelace \(\d+\): in-sync, asked for by resync: test\. Wrote MobilePhone in Salesforce\.\n {4}mobilephone -> MobilePhone: HubSpot set it/);
});
