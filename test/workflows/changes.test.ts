import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { workflowIds, type Crm } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { changesStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { door } from './fakes/contacts.ts';
import { fakeFeeds } from './fakes/feeds.ts';
import { startFakeWorkers } from './fakes/workers.ts';

const temporal = await testTemporal();
const workflowBundle = await testWorkflowBundle();
const at = '2026-01-05T10:00:00.000Z';
const startToClose = 1; // Temporal's TimeoutType
const recordId = (n: number) => `00Q${String(n).padStart(12, '0')}AAA`;

async function open(name: string, fakes = fakeFeeds()) {
  const connection = uniqueConnection(name);
  const serve = async () => {
    const { stop } = await startFakeWorkers({ ...temporal, workflowBundle, connection, activities: fakes.activities });
    after(stop);
    return stop;
  };
  const stop = await serve();
  const start = (crm: Crm) => temporal.client.workflow.start(`${crm}Changes`, changesStart(connection, crm));
  const handle = (crm: Crm) => temporal.client.workflow.getHandle(workflowIds.changes(connection, crm));
  return {
    ...fakes, connection, handle, serve, stop,
    start: async (crm: Crm) => {
      await start(crm);
      await until('the place is marked', async () => (await handle(crm).query(m.feed)).readUpTo !== null);
    },
    feed: (crm: Crm) => handle(crm).query(m.feed),
    hubspot: (events: m.HubSpotEvent[]) => handle('hubspot').signal(m.hubspotEvents, { events }),
    salesforce: (events: m.SalesforceEvents['events'], replay: m.SalesforceEvents['replay'] = {}, gap = false) => handle('salesforce').signal(m.salesforceEvents, { events, replay, gap }),
  };
}

const change = (id: number | string, more: Partial<m.HubSpotEvent> = {}): m.HubSpotEvent => ({ id: String(id), kind: 'change', at, ...more });
const update = (n: number): m.SalesforceEvent => ({ id: recordId(n), object: 'Lead', kind: 'update', at });

describe('a change feed', { concurrency: 4 }, () => {
  test('tells few contacts one by one, each once however often its event came', async (t) => {
    const s = await open('few');
    await s.start('hubspot');
    const busy = door(t);
    s.world.before.push(() => busy.opened);
    await s.hubspot([change(1)]);
    await until('the first is under way', async () => s.world.before.length === 0);
    for (let i = 0; i < 3; i++) await s.hubspot([change(2), change(3, { kind: 'deletion' }), change(2)]);
    busy.open();
    await until('all are told', async () => s.world.delivered.length >= 3);
    assert.deepEqual(s.world.delivered.sort(), ['1', '2', '3']);
    assert.deepEqual(s.world.compared, []);
  });

  test('a burst goes in pages, and what no page shows is told at once', async () => {
    const s = await open('burst');
    await s.start('hubspot');
    for (let page = 0; page < 3; page++) await s.hubspot(Array.from({ length: 100 }, (_, i) => change(1_000 + page * 100 + i)));
    await s.hubspot([change(7, { kind: 'merge', merged: ['5', '6'] }), change(8, { kind: 'privacy-deletion' })]);
    await until('everybody was compared or told', async () => s.world.compared.length + s.world.delivered.length >= 302);
    assert.ok(s.world.delivered.includes('7') && s.world.delivered.includes('8'));
    assert.equal(new Set([...s.world.compared, ...s.world.delivered]).size, 302);
    assert.ok(s.world.delivered.length <= 22, `${s.world.delivered.length} were told one by one`);
  });

  test('thousands of events that came while no worker ran are taken in one task', async () => {
    const s = await open('thousands');
    await s.start('hubspot');
    await s.stop();
    for (let page = 0; page < 100; page++) await s.hubspot(Array.from({ length: 100 }, (_, i) => change(1_000 + (page % 50) * 100 + i)));
    await s.serve();
    await until('everybody was compared', async () => new Set(s.world.compared).size === 5_000);
    const { events } = await s.handle('hubspot').fetchHistory();
    // A task that the worker did not take any more, since it had stopped, is none of it.
    const failed = (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes ?? Number(event.workflowTaskTimedOutEventAttributes?.timeoutType) === startToClose);
    assert.deepEqual(failed.map((event) => event.workflowTaskFailedEventAttributes?.failure?.message ?? 'timed out'), []);
  });

  test('what could not be handed on stays, shows why, and is handed on later', async () => {
    const s = await open('refused');
    await s.start('salesforce');
    s.world.before.push(() => { throw ApplicationFailure.nonRetryable('Salesforce says no.'); });
    await s.salesforce([update(1)], { Lead: 7 });
    await until('the trouble shows', async () => (await s.feed('salesforce')).trouble?.what === 'Salesforce says no.');
    const { waiting, replay } = await s.feed('salesforce');
    assert.deepEqual([waiting, replay], [1, { Lead: 7, Contact: null }]);
  });

  test('contacts that a page job may hand over wait until it has ended', async () => {
    const s = await open('later');
    await s.start('hubspot');
    s.world.jobRuns = true;
    await s.hubspot(Array.from({ length: 40 }, (_, i) => change(i + 1)));
    await until('all of them wait', async () => (await s.feed('hubspot')).later === 40);
    s.world.jobRuns = false;
    assert.deepEqual(s.world.compared, []);
    assert.equal((await s.feed('hubspot')).waiting, 0);
  });

  test('a gap has a poll follow at once, and a flood of events is left to the poll from where it began', async (t) => {
    const s = await open('gap');
    await s.start('salesforce');
    const polls = s.world.polls.length;
    await s.salesforce([], {}, true);
    await until('it polls', async () => s.world.polls.length > polls);
    const busy = door(t);
    s.world.before.push(() => busy.opened);
    const early = '2020-01-01T00:00:00.000Z';
    for (let page = 0; page < 3; page++) await s.salesforce(Array.from({ length: 2_000 }, (_, i) => ({ ...update(page * 2_000 + i), at: early })));
    await until('no more than 5,000 wait', async () => (await s.feed('salesforce')).counts.events >= 6_000);
    assert.ok((await s.feed('salesforce')).waiting <= 5_000);
    await s.handle('salesforce').signal(m.check);
    await until('a poll begins where events were lost', async () => s.world.polls.includes(early));
    busy.open();
  });

  test('a pause keeps what comes, and a resume hands it on', async () => {
    const s = await open('pause');
    await s.start('hubspot');
    await s.handle('hubspot').signal(m.pause);
    await s.hubspot([change(1)]);
    assert.deepEqual([(await s.feed('hubspot')).waiting, (await s.feed('hubspot')).paused], [1, true]);
    await s.handle('hubspot').signal(m.resume);
    await until('it is told', async () => s.world.delivered.includes('1'));
  });

  test('where the org sends no change events it says so and polls alone; too old a place is given up', async () => {
    const fakes = fakeFeeds({ salesforcePollAloneSeconds: 1 });
    const s = await open('alone', fakes);
    s.world.subscribe = async () => {
      s.world.subscribe = async () => { throw ApplicationFailure.nonRetryable('Switch on Change Data Capture.', 'StreamUnavailable'); };
      throw ApplicationFailure.nonRetryable('Too old.', 'ReplayTooOld');
    };
    await s.start('salesforce');
    await until('it says so', async () => (await s.feed('salesforce')).events === 'unavailable');
    const { why } = await s.feed('salesforce');
    assert.match(why ?? '', /Switch on Change Data Capture/);
    assert.equal(s.world.listening, 2);
    const polls = s.world.polls.length;
    await until('it polls more often', async () => s.world.polls.length > polls + 1);
  });

  test('another form of id fails at once, and signals that are not understood are kept', async () => {
    const s = await open('forms');
    await assert.rejects(temporal.client.workflow.execute('hubspotChanges', { ...changesStart(s.connection, 'salesforce') }), (error: unknown) =>
      error instanceof Error && error.cause instanceof Error && /start it as changes\/main\/hubspot/.test(error.cause.message));
    await s.start('hubspot');
    await s.handle('hubspot').signal('events', { events: [{ id: 'x', kind: 'change', at }] });
    await until('it is kept', async () => (await s.feed('hubspot')).rejected.length === 1);
    assert.match((await s.feed('hubspot')).rejected[0]?.fault ?? '', /^events\.0\.id: expected a HubSpot contact id/);
  });
});
