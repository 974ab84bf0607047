import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { importStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { door } from './fakes/contacts.ts';
import type { FakeAccount } from './fakes/jobs.ts';
import { openAccount } from './fakes/open-account.ts';
import { startServerOfShortRuns } from './fakes/short-runs.ts';
import { runsOf } from './fakes/workers.ts';

const server = await startServerOfShortRuns(80);
process.env['SLUICE_TEST_TEMPORAL'] = server.address;
const { client, nativeConnection } = await testTemporal();
const workflowBundle = await testWorkflowBundle();
after(() => server.stop());

async function open(t: TestContext, over: Partial<FakeAccount>) {
  const { connection, account, count } = await openAccount(t, { nativeConnection, workflowBundle }, { byJobAbove: 10, ...over });
  const run = await client.workflow.start<(input: m.ImportInput) => Promise<m.ImportProgress>>('salesforceImport', importStart(connection, 'first', { object: 'Contact' }));
  const latest = client.workflow.getHandle<() => Promise<m.ImportProgress>>(run.workflowId);
  return {
    account, count, run, latest, progress: () => latest.query(m.progress) as Promise<m.ImportProgress>,
    runs: () => runsOf(client, run.workflowId),
  };
}

function addsUp(p: m.ImportProgress, { handedOver }: FakeAccount, contacts: number): void {
  assert.deepEqual([p.phase, p.total, p.read, p.created, p.workflows], ['done', contacts, contacts, contacts, { done: contacts, waiting: 0 }]);
  assert.deepEqual(handedOver.map(Number).sort((a, b) => a - b), Array.from({ length: contacts }, (_, i) => i + 1));
}

describe('an import of many records', () => {
  test('lists them by a bulk query job, which it waits for by timers, takes set by set and ends', async (t) => {
    const s = await open(t, { contacts: 20, pageSize: 2, pagesPerList: 3, looks: 2 });
    addsUp(await s.run.result(), s.account, 20);
    assert.deepEqual(s.account.listJobs, [{ id: '7501', after: '', looks: 6, ended: true }]);
    assert.deepEqual([s.count('listPages'), s.count('lookAtListJob'), s.count('endListJob')], [1, 6, 1]);
    const events = (await s.runs()).flat();
    assert.ok(events.filter((e) => e.timerFiredEventAttributes).length >= 2, 'it waited by timers');
  });

  test('up to the threshold are listed in pages', async (t) => {
    const s = await open(t, { contacts: 10, pageSize: 2 });
    addsUp(await s.run.result(), s.account, 10);
    assert.deepEqual([s.account.listJobs, s.count('endListJob')], [[], 0]);
  });

  test('says that Salesforce prepares the list, and by which job', async (t) => {
    const s = await open(t, { contacts: 20, pageSize: 10, looks: 3 });
    await until('the job was looked at', async () => s.count('lookAtListJob') >= 2);
    const { phase, listing } = await s.progress();
    assert.deepEqual([phase, listing], ['waiting for Salesforce to prepare the list', { by: 'bulk query job', job: '7501', note: null }]);
    await s.run.cancel();
  });

  test('begins a job that failed anew, says so, and neither leaves out nor repeats anything', async (t) => {
    const s = await open(t, { contacts: 20, pageSize: 5, loses: ['failed (Salesforce was busy)'] });
    const result = await s.run.result();
    addsUp(result, s.account, 20);
    assert.deepEqual(s.account.listJobs.map(({ after, ended }) => ({ after, ended })), [{ after: '', ended: true }, { after: '', ended: true }]);
    assert.match(result.listing.note ?? '', /^Salesforce's bulk query job 7501 failed \(Salesforce was busy\): a new one lists all Contacts\./);
  });

  test('whose results are gone in the midst goes on after the last record listed', async (t) => {
    const s = await open(t, { contacts: 20, pageSize: 2, pagesPerList: 4 });
    s.account.before = (activity) => { if (activity === 'lookAtListJob' && s.account.done.filter((name) => name === activity).length === 2) for (const job of s.account.listJobs.slice(0, 1)) job.ended = true; };
    const result = await s.run.result();
    addsUp(result, s.account, 20);
    assert.deepEqual(s.account.listJobs.map(({ after }) => after), ['', '8']);
    assert.match(result.listing.note ?? '', /job 7501 is gone: a new one lists the Contacts after 8\./);
    assert.equal(s.count('importPage'), 10);
  });

  test('is listed in pages where jobs come to nothing three times in a row, or Salesforce takes none', async (t) => {
    const failing = await open(t, { contacts: 12, pageSize: 4, loses: ['failed', 'failed', 'was aborted'] });
    const result = await failing.run.result();
    addsUp(result, failing.account, 12);
    assert.deepEqual([failing.account.listJobs.length, failing.account.listJobs.every(({ ended }) => ended), result.listing.by], [3, true, 'pages']);
    assert.match(result.listing.note ?? '', /job 7503 was aborted, the third in a row: all Contacts are listed in pages instead\./);
    const refused = await open(t, { contacts: 12, pageSize: 4, refusesJobs: 'FEATURENOTENABLED' });
    const other = await refused.run.result();
    addsUp(other, refused.account, 12);
    assert.match(other.listing.note ?? '', /^Salesforce takes no bulk query job \(FEATURENOTENABLED\)/);
  });

  test('goes through several runs by one job and its locators', async (t) => {
    const s = await open(t, { contacts: 60, pageSize: 2, pagesPerList: 4, looks: 2 });
    addsUp(await s.latest.result(), s.account, 60);
    const runs = await s.runs();
    t.diagnostic(`${runs.length} runs of ${runs.map((r) => r.length).join(', ')} events`);
    assert.ok(runs.length > 2);
    assert.deepEqual([s.account.listJobs.length, s.count('importPage')], [1, 30]);
  });

  test('paused looks at no job, and goes on', async (t) => {
    const { opened, open: goOn } = door(t);
    const s = await open(t, { contacts: 20, pageSize: 5, before: (activity) => (activity === 'beginListJob' ? opened : undefined) });
    await until('the job is being begun', async () => s.account.inFlight.now === 1);
    await s.run.signal(m.pause);
    goOn();
    await until('the job has begun', async () => s.count('beginListJob') === 1);
    await s.progress();
    assert.equal(s.count('lookAtListJob'), 0);
    await s.run.signal(m.resume);
    addsUp(await s.run.result(), s.account, 20);
  });

  test('that is cancelled ends its job, whether it waits for it, imports from it, or is only about to know it', async (t) => {
    const waits = await open(t, { contacts: 20, pageSize: 5, looks: 100 });
    await until('it waits for the job', async () => waits.count('lookAtListJob') >= 1);
    await waits.run.cancel();
    await assert.rejects(waits.run.result());
    assert.ok(waits.account.listJobs[0]?.ended);

    const { opened, open: goOn } = door(t);
    const imports = await open(t, { contacts: 20, pageSize: 5, before: (activity) => (activity === 'importPage' ? opened : undefined) });
    await until('it imports its four pages', async () => imports.account.inFlight.now === 4);
    await imports.run.cancel();
    await assert.rejects(imports.run.result());
    goOn();
    assert.ok(imports.account.listJobs[0]?.ended);

    const begin = door(t);
    const begins = await open(t, { contacts: 20, pageSize: 5, before: (activity) => (activity === 'beginListJob' ? begin.opened : undefined) });
    await until('the job is being begun', async () => begins.account.inFlight.now === 1);
    await begins.run.cancel();
    await until('the cancellation has arrived', async () => (await begins.runs()).flat().some((e) => e.workflowExecutionCancelRequestedEventAttributes));
    begin.open();
    await assert.rejects(begins.run.result());
    assert.deepEqual(begins.account.listJobs.map(({ ended }) => ended), [true]);
  });
});
