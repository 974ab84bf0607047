import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { testTemporal } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { cases, places, rateLimit, type Case } from './refused-requests-table.ts';
import { toldTo } from './fakes/told.ts';

/** Most of a case's time is waiting, and a refused request hits whatever goes the same way: so each lane has accounts of its own. */
const temporal = await testTemporal();
const searching = await testSluice({ temporal });
const lanes = await Promise.all(Array.from({ length: 5 }, () => testSluice({ temporal })));
type Sluice = Awaited<ReturnType<Awaited<ReturnType<typeof testSluice>>['open']>>;

describe('section 8: what a CRM refuses a whole request with', { concurrency: true }, () => {
  const open = [...cases];
  lanes.forEach(({ open: connect }, lane) => {
    test(`each code has its category, its remedy and its retries, and costs as few calls as it can (lane ${lane + 1})`, async (t) => {
      const s = await connect(t, 'requests');
      let done = 0;
      for (;;) {
        const one = open.shift();
        if (one === undefined) break;
        await t.test(`${one.at}: ${one.name}`, () => refused(s, one));
        done += 1;
      }
      assert.ok(done > 0);
    });
  });

  test('429 of a second, which searches alone meet: the poll is repeated, misses nobody, and is no trouble of the feed', async (t) => {
    const s = await searching.open(t, 'search');
    const id = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Lovelace' });
    const record = (await s.sync(id)).salesforce?.id ?? '';
    const { feed } = await withFeeds(t, s, { delayMs: null, feeds: { hubspotPollSeconds: 1 } });
    await s.hubspot.fault({ path: '/contacts.search$/', status: 429, body: rateLimit('SECONDLY'), times: 5 });
    await until('it was refused', async () => ((await s.hubspot.faults())[0]?.hits ?? 0) > 0);
    await s.hubspot.edit(id, { city: 'Oslo' });
    await until('the change has come', async () => (await s.salesforce.get('Lead', record))['City'] === 'Oslo');
    assert.deepEqual([(await s.hubspot.faults())[0]?.hits, (await feed('hubspot')).trouble, (await s.state(id)).error], [5, null, null]);
  });
});

async function refused(s: Sluice, one: Case): Promise<void> {
  const { system, path } = places[one.at];
  const id = await s.hubspot.create({ email: `${Math.random().toString(36).slice(2)}@firm.example`, lastname: 'Case' });
  const before = await s.sync(id);
  assert.equal(before.status, 'in-sync', before.reason);
  const record = before.salesforce?.id ?? '';
  const arrived = async () => [(await s.hubspot.get(id))['city'], (await s.salesforce.get('Lead', record))['City']].every((city) => city === 'Oslo');
  await (one.at === 'hubspot write' ? s.salesforce.edit('Lead', record, { City: 'Oslo' }) : s.hubspot.edit(id, { city: 'Oslo' }));
  await s[system].noFaults();
  await s[system].fault({ path, ...one.fault, times: one.shown.after === 'seconds' ? one.calls : 1_000 });
  const hits = async () => (await s[system].faults())[0]?.hits;
  await s.client.workflow.getHandle(`contact/${s.connection}/${id}`).signal(m.changed, { source: system, kind: 'change' });

  const { shown } = one;
  switch (shown.after) {
    case 'seconds':
      // It never showed as an error: that takes ten minutes.
      await until('it has passed by itself', async () => {
        const state = await s.state(id);
        assert.ok(state.error === null && state.status !== 'error', state.reason);
        return state.status === 'in-sync' && state.next === null && state.pending === 0 && (await arrived());
      }, 90_000);
      break;
    case 'wait': {
      await until('it waits', async () => (await s.state(id)).next?.startsWith('Tries again at ') ?? false);
      const { next, status, error } = await s.state(id);
      const ms = Date.parse(next?.slice('Tries again at '.length, -1) ?? '') - Date.now();
      assert.ok(ms > shown.ms - 12_000 && ms <= shown.ms, `${ms} ms`);
      assert.deepEqual([status, error], ['in-sync', null]);
      break;
    }
    case 'person': {
      await until('it says so', async () => (await s.state(id)).status === shown.status);
      const { error, reason, next, review } = await s.state(id);
      assert.match(error?.remedy ?? reason, shown.remedy);
      assert.deepEqual([error?.category ?? null, error?.code ?? null, error?.nextAttemptAt ?? null], shown.status === 'error' ? [one.told?.category, one.told?.code, null] : [null, null, null]);
      assert.ok(next !== null && !/again at/.test(next), next ?? 'nothing');
      if (one.told?.code === 'MULTIPLE_CHOICES') assert.equal(review?.candidates.length, 2);
    }
  }
  assert.equal(await hits(), one.calls, 'calls spent');
  const told = await toldTo(s, id);
  assert.deepEqual(told.map(({ error, retry }) => ({ category: error.category, code: error.code, retry })), Array.from({ length: one.attempts }, () => one.told));

  await s[system].noFaults();
  if (shown.after === 'seconds') return;
  const cured = await s.sync(id);
  assert.deepEqual([cured.status, cured.error, await arrived()], ['in-sync', null, true], cured.reason);
}
