import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Carried } from '../../workflows/contact/carried.ts';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle } from '../support/temporal.ts';
import { openContacts, type OpenContacts } from './fakes/open-contacts.ts';
import { startServerOfShortRuns } from './fakes/short-runs.ts';
import type { historyOf } from './fakes/workers.ts';

const server = await startServerOfShortRuns(60);
process.env['SLUICE_TEST_TEMPORAL'] = server.address;
const sluice = await testSluice();
const bundle = await testWorkflowBundle();
after(() => server.stop());

type Run = Awaited<ReturnType<typeof historyOf>>;

/** What a run hands to the next one, as it stands in the history. */
function carriedOut(run: Run): Carried | null {
  const payload = run.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.input?.payloads?.[0];
  return payload === undefined ? null : defaultPayloadConverter.fromPayload<{ carried: Carried }>(payload).carried;
}

/**
 * Follows every trigger through the chain of runs: it is either read for (a read that was scheduled after it) or carried on.
 * Answers what is left; fails where a run carries on anything else than what came in since its last read.
 */
function followTriggers(runs: Run[]): { signals: number; left: number } {
  let signals = 0;
  let left = 0;
  for (const run of runs) {
    for (const event of run) {
      if (event.workflowExecutionSignaledEventAttributes?.signalName === 'changed') {
        signals += 1;
        left += 1;
      }
      if (event.activityTaskScheduledEventAttributes?.activityType?.name === 'readPair') left = 0;
    }
    const carried = carriedOut(run);
    if (carried !== null) assert.equal(carried.inbox?.sync?.count ?? 0, left);
  }
  return { signals, left };
}

describe('continue-as-new of a contact', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(sluice.temporal, bundle, 'continue'); });
  after(() => s.stop());

  /** 1,000 signals, 20 under way at a time; after each hundred the contact answers a query, so that a busy machine sees runs end too. */
  const flood = async (id: string) => {
    let sent = 0;
    const sender = async (upTo: number) => {
      while (sent < upTo) await s.signal(id, m.changed, { source: 'hubspot', kind: `edit ${(sent += 1)}` });
    };
    for (let upTo = 100; upTo <= 1_000; upTo += 100) {
      await Promise.all(Array.from({ length: 20 }, () => sender(upTo)));
      await s.state(id);
    }
  };
  const tell = (t: TestContext, runs: Run[]) => t.diagnostic(`1,000 signals in ${runs.length} runs of ${Math.max(...runs.map((r) => r.length))} events at most`);

  test('of 1,000 signals to a contact that syncs none is lost', async (t) => {
    await flood('1');
    await until('nothing waits', async () => (await s.rest('1')).pending === 0);
    const runs = await s.runs('1');
    tell(t, runs);
    assert.deepEqual(followTriggers(runs), { signals: 1_000, left: 0 });
    assert.ok(runs.length > 3, `${runs.length} runs`);
    assert.equal((await s.state('1')).status, 'in-sync');
  });

  test('a paused contact continues as new too, keeps all 1,000 signals and syncs once on resume', async (t) => {
    await s.signal('2', m.pause);
    await flood('2');
    await until('all have arrived', async () => (await s.state('2')).pending === 1_000);
    const runs = await s.runs('2');
    tell(t, runs);
    assert.deepEqual(followTriggers(runs), { signals: 1_000, left: 1_000 });
    assert.ok(runs.length > 3, `${runs.length} runs`);
    assert.deepEqual([(await s.state('2')).status, s.of('2').reads], ['paused', 0]);
    await s.signal('2', m.resume);
    await s.reads('2', 1);
    const state = await s.rest('2');
    assert.deepEqual([s.of('2').reads, state.status, state.pending], [1, 'in-sync', 0]);
  });

  test('link, base, the last 20 decisions and a failure that is waited out survive', async () => {
    const contact = s.of('3');
    for (let edit = 1; edit <= 25; edit++) {
      contact.values.jobtitle = { salesforce: 'Title', h: contact.values.jobtitle?.h ?? null, s: `Title ${edit}` };
      await s.sync('3');
      await until('the edit is written', async () => contact.values.jobtitle?.h === `Title ${edit}`);
    }
    const { salesforce, origin } = await s.rest('3');
    const history = await s.handle('3').query(m.history);
    assert.deepEqual([history.length, history[0]?.fields[0]?.hubspot], [20, 'jobtitle']);
    assert.equal(salesforce?.rung, 'lead-email');
    const [, ...later] = await s.runs('3');
    assert.ok(later.length > 0);
    assert.ok(later.every(([start]) => start?.workflowExecutionStartedEventAttributes?.memo?.fields?.['name'] != null), 'a run that only rests has the name too');
    assert.deepEqual((await s.handle('3').describe()).memo, { name: 'Ada Lovelace' });
    // With the base a deletion is one; without it a blank is filled.
    contact.values.jobtitle = { salesforce: 'Title', h: null, s: 'Title 25' };
    await s.sync('3');
    await until('the deletion is written', async () => contact.values.jobtitle?.s === null);
    assert.deepEqual((await s.rest('3')).origin, origin);
  });

  test('what a contact of the seed carries on at rest is at most 4 KB', async (t) => {
    const o = await sluice.open(t, 'size');
    const lead = { FirstName: 'Josephine', LastName: 'Darakjy', Company: 'Chanay, Jeffrey A Esq', Street: '4 B Blue Ridge Blvd', City: 'Brighton', State: 'MI', PostalCode: '48116', Phone: '810-292-9388', MobilePhone: '810-374-9840', Email: 'josephine_darakjy@darakjy.example', Website: 'http://www.chanayjeffreyaesq.example' };
    const record = await o.salesforce.create('Lead', lead);
    await o.job('salesforceImport', 'first');
    const id = String((await o.salesforce.get('Lead', record))['HubSpot_Contact_Id__c']);
    for (let edit = 1; edit <= 21; edit++) {
      await o.hubspot.edit(id, { jobtitle: `Attorney ${edit}` });
      await o.sync(id);
    }
    const runs = await s.runsOf(`contact/${o.connection}/${id}`);
    const sizes = runs.flatMap((run) => carriedOut(run) ?? []).map((carried) => ({ bytes: Buffer.byteLength(JSON.stringify(carried)), decisions: carried.decisions?.decisions.length }));
    t.diagnostic(`carried on: ${JSON.stringify(sizes)}`);
    assert.ok(sizes.at(-1)?.decisions === 20 && sizes.every(({ bytes }) => bytes <= 4_096));
  });
});
