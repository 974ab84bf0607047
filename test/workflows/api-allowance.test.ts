import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { resyncStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { pendingActivities } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { toldTo } from './fakes/told.ts';

const sluice = await testSluice();

const cases = [
  {
    system: 'salesforce', code: 'REQUEST_LIMIT_EXCEEDED', path: '/^.services.data/', reason: /^Waits for the API to allow more calls: Salesforce .*REQUEST_LIMIT_EXCEEDED, DAILY.* TotalRequests Limit exceeded\.$/,
    fault: { status: 403, body: [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }], headers: { 'sforce-limit-info': 'api-usage=15000/15000' } },
  },
  {
    system: 'hubspot', code: 'RATE_LIMIT', path: '/^.crm/', reason: /^Waits for the API to allow more calls: HubSpot .*RATE_LIMIT, DAILY.* It is renewed at \d{4}-\d\d-\d\dT\d\d:00:00\.000Z\.$/,
    fault: { status: 429, body: { status: 'error', message: 'You have reached your daily limit.', errorType: 'RATE_LIMIT', correlationId: '0a1b2c3d-0000-4000-8000-000000000000', policyName: 'DAILY' } },
  },
] as const;
const tenMinutes = 600_000;

describe('section 8, quota: a day whose calls are used up', { concurrency: false }, () => {
  for (const { system, code, path, reason, fault } of cases) {
    test(`${system}: contacts and pages wait for room, one call looks for all of them, health warns once, and nothing is dropped`, async (t) => {
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
        assert.deepEqual((await toldTo(s, id)).map(({ error, retry }) => [error.category, error.code, retry]), [['api-limit', code, 'allowance']]);
      }
      const resync = await s.client.workflow.start('segmentResync', resyncStart(s.connection, 'all', {}));
      await until('the resync waits too', async () => (await pendingActivities(resync)).some(({ type }) => type === 'api-limit'));
      await until('health says so', async () => (await s.main.query(m.health)).warnings.length === inOrder.warnings.length + 1);
      const { status, problems, warnings } = await s.main.query(m.health);
      assert.deepEqual([status, problems], ['ready', []]);
      assert.match(warnings[0] ?? '', /DAILY.* the sync goes on when the limit has room again/);
      assert.equal(await hits(), 1, 'one call was spent by all, the check of the connection included');

      // What a worker knows of the limit goes with it; what waits does not.
      await s[system].noFaults();
      await s.restartWorker();
      for (const { id, record } of people) {
        assert.equal((await s.sync(id)).status, 'in-sync');
        assert.equal((await s.salesforce.get('Lead', record))['City'], 'Oslo');
      }
      await s.main.signal(m.check);
      await until('health has nothing more to say', async () => (await s.main.query(m.health)).warnings.length === inOrder.warnings.length);
      await resync.terminate('its next look is minutes away');
    });
  }
});
