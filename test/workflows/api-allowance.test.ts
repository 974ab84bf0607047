import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { resyncStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { toldTo } from './fakes/told.ts';

const sluice = await testSluice();

const cases = [
  {
    system: 'salesforce', code: 'REQUEST_LIMIT_EXCEEDED', path: '/^.services.data/', reason: /^Waits for the API to allow more calls: (Salesforce .*REQUEST_LIMIT_EXCEEDED, DAILY.* TotalRequests Limit exceeded|Live edits wait: Salesforce refuses all calls, since its own limit is used up\. They go on at \S+Z)\.$/,
    fault: { status: 403, body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }], headers: { 'sforce-limit-info': 'api-usage=15000/15000' } },
  },
  {
    system: 'hubspot', code: 'RATE_LIMIT', path: '/^.crm/', reason: /^Waits for the API to allow more calls: (HubSpot .*RATE_LIMIT, DAILY.* You have reached your daily limit|Live edits wait: HubSpot refuses all calls, since its own limit is used up\. They go on at \S+Z)\.$/,
    fault: { status: 429, body: { status: 'error', message: 'You have reached your daily limit.', errorType: 'RATE_LIMIT', correlationId: '0a1b2c3d-0000-4000-8000-000000000000', policyName: 'DAILY' } },
  },
] as const;
const tenMinutes = 600_000;

describe('section 8, quota: a day whose calls are used up', { concurrency: false }, () => {
  for (const { system, code, path, reason, fault } of cases) {
    test(`${system}: contacts and pages wait for room, one call looks for all of them, health says so, and a person can have it asked again`, async (t) => {
      const s = await sluice.open(t, 'allowance');
      const people = await Promise.all(['ada', 'grace', 'jean'].map(async (who) => {
        const id = await s.hubspot.create({ email: `${who}@firm.example`, lastname: who });
        const { status, salesforce } = await s.sync(id);
        assert.equal(status, 'in-sync');
        return { id, record: salesforce?.id ?? '' };
      }));
      const inOrder = await s.main.query(m.health);
      for (const { id } of people) await s.hubspot.edit(id, { city: 'Oslo' });
      await s[system].fault({ path, ...fault, rate: 1 });
      const hits = async () => (await s[system].faults())[0]?.hits;
      const trigger = (id: string) => s.client.workflow.getHandle(`contact/${s.connection}/${id}`).signal(m.changed, { source: 'hubspot', kind: 'change' });

      for (const { id } of people) {
        await trigger(id);
        await until('it waits', async () => (await s.state(id)).status === 'waiting');
        const state = await s.state(id);
        assert.match(state.reason, reason);
        assert.equal(state.error, null);
        const ms = Date.parse(state.next?.slice('Looks again at '.length, -1) ?? '') - Date.now();
        assert.ok(ms > 0 && ms <= tenMinutes * 1.1, `${state.next}: ${ms} ms`);
        for (const { error, retry } of await toldTo(s, id)) assert.deepEqual([error.category, [code, 'ALLOWANCE_SPENT'].includes(error.code), retry], ['api-limit', true, 'allowance']);
      }
      const resync = await s.client.workflow.start('segmentResync', resyncStart(s.connection, 'all', {}));
      await until('the resync waits too', async () => (await resync.query(m.progress)).waits !== null);
      const shut = async () => (await s.main.query(m.health)).warnings.filter((warning) => !inOrder.warnings.includes(warning));
      await until('health says so', async () => (await shut()).length > 0);
      const { status, problems } = await s.main.query(m.health);
      assert.deepEqual([status, problems], ['ready', []]);
      for (const warning of await shut()) assert.match(warning, /refuses all calls, since its own limit is used up\. They go on at /);
      assert.equal(await hits(), 1, 'one call was spent by all, the check of the connection included');

      await s[system].noFaults();
      await s.main.signal(m.resume, {});
      for (const { id, record } of people) {
        assert.equal((await s.sync(id)).status, 'in-sync');
        assert.equal((await s.salesforce.get('Lead', record))['City'], 'Oslo');
      }
      await until('no call is refused any more', async () => !(await shut()).some((warning) => /refuses all calls/.test(warning)));
      await resync.signal(m.resume, {});
      assert.equal((await resync.result()).error, 0);
    });
  }
});
