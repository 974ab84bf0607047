import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure } from '@temporalio/common';
import * as m from '../../workflows/messages.ts';
import { importStart, resyncStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { door } from './fakes/contacts.ts';
import type { FakeAccount } from './fakes/jobs.ts';
import { openAccount } from './fakes/open-account.ts';
import { startServerOfShortRuns } from './fakes/short-runs.ts';
import { causeSays, runsOf } from './fakes/workers.ts';

// A job of a few pages is one run here, a job of many goes through several.
const server = await startServerOfShortRuns(100);
process.env['SLUICE_TEST_TEMPORAL'] = server.address;
const { client, nativeConnection } = await testTemporal();
const workflowBundle = await testWorkflowBundle();
after(() => server.stop());

/** An account with workers of its own; jobs are started by scope. */
async function open(t: TestContext, over: Partial<FakeAccount>) {
  const { connection, account, count } = await openAccount(t, { nativeConnection, workflowBundle }, over);
  return {
    account, count,
    import: (input: m.ImportInput = {}) => client.workflow.start<(input: m.ImportInput) => Promise<m.ImportProgress>>('salesforceImport', importStart(connection, 'first', input)),
    resync: (scope: 'segment' | 'all' | 'errors', input: m.ResyncJobInput = {}) =>
      client.workflow.start<(input: m.ResyncJobInput) => Promise<m.ResyncProgress>>('segmentResync', resyncStart(connection, scope, input)),
    relabel: () => client.workflow.signalWithStart('segmentResync', { ...resyncStart(connection, 'relabel', {}), signal: m.again, signalArgs: [{}] }),
    runs: (workflowId: string) => runsOf(client, workflowId),
  };
}

/** read = created + alreadyThere + duplicates + skipped + failed; of the first two, `now` adds up; each has a workflow. */
function addsUp(p: m.ImportProgress, contacts: number): void {
  assert.equal(p.phase, 'done');
  assert.equal(p.read, contacts);
  assert.equal(p.read, p.created + p.alreadyThere + p.duplicates + p.failed + Object.values(p.skipped).reduce((a, b) => a + b, 0));
  assert.equal(p.created + p.alreadyThere, Object.values(p.now).reduce((a, b) => a + b, 0));
  assert.deepEqual(p.workflows, { done: contacts, waiting: 0 });
}
const once = (ids: string[], contacts: number) => assert.deepEqual(ids.map(Number).sort((a, b) => a - b), Array.from({ length: contacts }, (_, i) => i + 1));

describe('an import', () => {
  test('keeps up to six pages in flight, counts every contact once and hands each over', async (t) => {
    const { opened, open: goOn } = door(t);
    const s = await open(t, { contacts: 24, pageSize: 2, pagesPerList: 12, before: (activity) => (activity === 'importPage' ? opened : undefined) });
    const run = await s.import();
    await until('six pages are in flight', async () => s.account.inFlight.now === 6);
    goOn();
    addsUp(await run.result(), 24);
    once(s.account.handedOver, 24);
    assert.equal(s.count('importPage'), 12);
  });

  test('has three in flight while pages take longer than 8 s', async (t) => {
    const { opened, open: goOn } = door(t);
    let begun = 0;
    const before = async (activity: string): Promise<void> => {
      if (activity !== 'importPage') return;
      begun += 1;
      await (begun <= 6 ? sleep(8_100) : opened);
    };
    const s = await open(t, { contacts: 40, pageSize: 2, pagesPerList: 20, before });
    const run = await s.import();
    await until('all six have taken long', async () => s.count('importPage') === 6);
    await until('three more have begun', async () => begun === 9);
    await run.query(m.progress); // answered once the workflow has seen to all that came
    assert.deepEqual([begun, s.account.inFlight.now], [9, 3]);
    goOn();
    addsUp(await run.result(), 40);
    once(s.account.handedOver, 40);
  });

  test('lists further pages while six are imported', async (t) => {
    const { opened, open: goOn } = door(t);
    const s = await open(t, { contacts: 48, pageSize: 2, pagesPerList: 8, before: (activity) => (activity === 'importPage' ? opened : undefined) });
    const run = await s.import();
    await until('six pages are in flight, and the next are listed', async () => s.account.inFlight.now === 6 && s.count('listPages') === 2);
    assert.equal(s.count('importPage'), 0);
    goOn();
    addsUp(await run.result(), 48);
    once(s.account.handedOver, 48);
  });

  test('creates the workflows behind the data, not beside it', async (t) => {
    const s = await open(t, { contacts: 12, pageSize: 2, pagesPerList: 2 });
    addsUp(await (await s.import()).result(), 12);
    const streams = s.account.done.filter((name) => name === 'importPage' || name === 'handOver');
    assert.deepEqual(streams, [...Array<string>(6).fill('importPage'), ...Array<string>(6).fill('handOver')]);
  });

  test('stops after the pages under way while it is paused, looks at nobody, and goes on', async (t) => {
    const { opened, open: goOn } = door(t);
    const s = await open(t, { contacts: 24, pageSize: 2, pagesPerList: 20, before: (activity) => (activity === 'importPage' ? opened : undefined) });
    const run = await s.import();
    await until('six pages are in flight', async () => s.account.inFlight.now === 6);
    await run.signal(m.pause);
    goOn();
    await until('the pages under way are done and handed over', async () => (await run.query(m.progress)).workflows.done === 12);
    const { paused } = await run.query(m.progress);
    assert.deepEqual([paused, s.account.handedOver.length, s.count('importPage')], [true, 12, 6]);
    await run.signal(m.resume);
    addsUp(await run.result(), 24);
    once(s.account.handedOver, 24);
  });

  test('a pause holds the looks at non-members too', async (t) => {
    const s = await open(t, { contacts: 4, pageSize: 4, member: () => false, looksAfterSeconds: [1] });
    const run = await s.import();
    await until('it waits for the segment', async () => (await run.query(m.progress)).phase.startsWith('waiting for HubSpot'));
    await run.signal(m.pause);
    await until('the look is due', async () => (await s.runs(run.workflowId)).flat().some((e) => e.timerFiredEventAttributes));
    assert.equal(s.count('findMembers'), 0);
    await run.signal(m.resume);
    addsUp(await run.result(), 4);
    assert.equal(s.count('findMembers'), 1);
  });

  test('looks again as often as the setting says, fills who appears and hands the others over as email-only', async (t) => {
    const s = await open(t, { contacts: 9, pageSize: 3, member: (id) => Number(id) <= 3, looksAfterSeconds: [0, 0.2, 0.4] });
    s.account.before = (activity) => {
      if (activity === 'findMembers') s.account.member = (id) => Number(id) <= 3 + 2 * (s.count('findMembers') + 1);
    };
    const run = await s.import();
    const result = await run.result();
    addsUp(result, 9);
    once(s.account.handedOver, 9);
    assert.deepEqual([s.count('findMembers'), s.count('fillPage'), result.now.filled, result.now.emailOnly], [3, 3, 9, 0]);
    const none = await open(t, { contacts: 6, pageSize: 3, member: (id) => id === '1', looksAfterSeconds: [0, 0] });
    const left = await (await none.import()).result();
    addsUp(left, 6);
    once(none.account.handedOver, 6);
    assert.deepEqual([none.count('findMembers'), none.count('fillPage'), left.now.filled, left.now.emailOnly], [2, 0, 1, 5]);
  });

  test('a page that fails is repeated by Temporal, and counted once', async (t) => {
    let failures = 2;
    const s = await open(t, { contacts: 6, pageSize: 2, before: (activity) => { if (activity === 'importPage' && failures-- > 0) throw new Error('HubSpot is away.'); } });
    const run = await s.import();
    addsUp(await run.result(), 6);
    const attempts = (await s.runs(run.workflowId)).flat().map((e) => e.activityTaskStartedEventAttributes?.attempt ?? 1);
    assert.ok(attempts.some((attempt) => attempt > 1));
    assert.equal(s.count('importPage'), 3);
  });

  test('a page that cannot succeed ends the import with its own sentence', async (t) => {
    const s = await open(t, { before: (activity) => { if (activity === 'listPages') throw ApplicationFailure.nonRetryable('where: no such field.'); } });
    await assert.rejects((await s.import({ where: 'Nonsense = 1' })).result(), causeSays(/^where: no such field\.$/));
  });

  test('goes through several runs with what is waiting and handed over, and its counts add up', async (t) => {
    const s = await open(t, { contacts: 90, pageSize: 2, pagesPerList: 8, member: (id) => Number(id) % 3 !== 0, looksAfterSeconds: [0, 0.1] });
    const { opened, open: goOn } = door(t);
    // The handovers fall behind, so that a backlog is carried on.
    s.account.before = (activity) => (activity === 'handOver' && s.account.handedOver.length === 4 ? opened : undefined);
    const run = await s.import();
    await until('the handovers are behind', async () => s.count('importPage') > 12);
    await run.signal(m.pause);
    await run.signal(m.resume);
    goOn();
    const result = await client.workflow.getHandle<() => Promise<m.ImportProgress>>(run.workflowId).result();
    addsUp(result, 90);
    once(s.account.handedOver, 90);
    const runs = await s.runs(run.workflowId);
    t.diagnostic(`${runs.length} runs of ${runs.map((r) => r.length).join(', ')} events`);
    assert.ok(runs.length > 2);
    assert.deepEqual([result.now.filled, result.now.emailOnly, s.count('importPage')], [60, 30, 45]);
  });

  test('a paused import continues as new no more often than it must, and stays paused', async (t) => {
    const s = await open(t, { contacts: 4, pageSize: 2 });
    s.account.before = (activity) => (activity === 'listPages' ? opened : undefined);
    const { opened, open: goOn } = door(t);
    const run = await s.import();
    await run.signal(m.pause);
    goOn();
    for (let i = 0; i < 40; i++) {
      await run.signal(m.pause);
      await run.query(m.progress);
    }
    const latest = client.workflow.getHandle<() => Promise<m.ImportProgress>>(run.workflowId);
    await until('it has continued as new', async () => (await s.runs(run.workflowId)).length > 1);
    assert.deepEqual([(await latest.query(m.progress)).paused, s.count('importPage')], [true, 0]);
    await latest.signal(m.resume);
    addsUp(await latest.result(), 4);
  });
});

describe('a resync', () => {
  test('goes through every page in several runs, writes each contact once and hands each over', async (t) => {
    const s = await open(t, { contacts: 80, pageSize: 2 });
    const run = await s.resync('segment');
    const result = await run.result();
    const runs = await s.runs(run.workflowId);
    t.diagnostic(`${runs.length} runs of ${runs.map((r) => r.length).join(', ')} events`);
    assert.ok(runs.length > 2);
    assert.deepEqual([result.phase, result.checked, result.written, result.writtenIn.hubspot, result.total, result.workflows], ['done', 80, 80, 80, 80, { done: 80, waiting: 0 }]);
    once(s.account.handedOver, 80);
  });

  test('lists ahead while six pages are compared; pauses between pages and goes on', async (t) => {
    const s = await open(t, { contacts: 20, pageSize: 2 });
    const { opened, open: goOn } = door(t);
    let begun = 0;
    s.account.before = (activity) => {
      if (activity !== 'resyncPage') return;
      begun += 1;
      return opened;
    };
    const run = await s.resync('all');
    await until('six pages are under way, and three wait', async () => begun === 6 && s.count('listContacts') === 9);
    await run.signal(m.pause);
    goOn();
    await until('the pages under way are done', async () => s.count('resyncPage') === 6);
    await until('they are handed over', async () => s.account.handedOver.length === 12);
    assert.deepEqual([(await run.query(m.progress)).paused, s.count('resyncPage')], [true, 6]);
    await run.signal(m.resume);
    const result = await run.result();
    assert.deepEqual([result.checked, result.written, begun, s.count('listContacts')], [20, 20, 10, 10]);
  });

  test('of errors keeps to its category in each of its runs', async (t) => {
    const s = await open(t, { contacts: 80, pageSize: 2 });
    const run = await s.resync('errors', { category: 'needs-review' });
    assert.equal((await run.result()).checked, 80);
    assert.ok((await s.runs(run.workflowId)).length > 2);
    assert.equal(s.account.listed.length, 40);
    for (const asked of s.account.listed) assert.deepEqual(asked, { scope: 'errors', category: 'needs-review' });
  });

  test('a dry run hands nothing over', async (t) => {
    const s = await open(t, { contacts: 4, pageSize: 2 });
    const result = await (await s.resync('all', { dryRun: true })).result();
    assert.deepEqual([result.dryRun, result.checked, s.account.handedOver], [true, 4, []]);
  });
});

describe('a relabel', () => {
  const result = async (workflowId: string) => await client.workflow.getHandle(workflowId).result() as m.ResyncProgress;

  test('started with the signal goes once; told again while it runs it goes once more, across runs too', async (t) => {
    const s = await open(t, { contacts: 4, pageSize: 2 });
    const once = await s.relabel();
    assert.equal((await result(once.workflowId)).checked, 4);
    assert.equal(s.count('relabelPage'), 2);

    const many = await open(t, { contacts: 60, pageSize: 2 });
    const run = await many.relabel();
    await until('some pages are compared', async () => many.count('relabelPage') >= 2);
    await many.relabel();
    assert.equal((await result(run.workflowId)).checked, 120);
    assert.ok((await many.runs(run.workflowId)).length > 2);
    assert.equal(many.count('relabelPage'), 60);
  });

  test('waits while it is paused', async (t) => {
    const s = await open(t, { contacts: 8, pageSize: 2 });
    const { opened, open: goOn } = door(t);
    s.account.before = (activity) => (activity === 'relabelPage' && s.count('relabelPage') === 1 ? opened : undefined);
    const run = await s.relabel();
    await until('the second page is under way', async () => s.account.inFlight.now === 1 && s.count('relabelPage') === 1);
    await run.signal(m.pause);
    goOn();
    await until('the second page is done', async () => s.count('relabelPage') === 2);
    await run.query(m.progress);
    assert.equal(s.count('relabelPage'), 2);
    await run.signal(m.resume);
    assert.equal((await result(run.workflowId)).checked, 8);
  });
});
