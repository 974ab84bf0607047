import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();

test('S1.11 a write that had to wait for the rate limit is decided again, so a contact that left meanwhile is not written', async (t) => {
  const s = await sluice.open(t, 'late');
  const segment = await s.hubspot.segment('Romans', 'city', ['Rome']);
  const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace', city: 'Rome' });
  await s.select(segment);
  await s.sync(id);
  const [lead] = await s.salesforce.query('SELECT Id FROM Lead');
  await s.salesforce.edit('Lead', String(lead?.Id), { Title: 'Countess' });
  await s.hubspot.fault({ method: 'POST', path: '/batch\\/update$/', status: 429, headers: { 'retry-after': '7' }, body: { status: 'error', errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING', message: 'You have reached your ten_secondly_rolling limit.' }, times: 1 });
  await s.client.workflow.signalWithStart('contactSync', { workflowId: `contact/${s.connection}/${id}`, taskQueue: s.queue, args: [{ look: false }], signal: m.resync, signalArgs: [{}] });
  await sleep(1_500);
  await s.hubspot.edit(id, { city: 'Paris' });
  await until('it is outside', async () => (await s.state(id)).status === 'outside-segment', 30_000);
  assert.equal((await s.hubspot.get(id)).jobtitle ?? null, null);
});
