import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();

/** The sentence with which an update was refused. */
async function refusal(update: Promise<unknown>): Promise<string> {
  const error = await update.then(() => null, (e: unknown) => e);
  assert.ok(error instanceof WorkflowUpdateFailedError, `expected a refusal, got ${String(error)}`);
  return error.cause?.message ?? '';
}

describe('S2 Only active segments can be chosen', () => {
  test('S2.2 a static, deleted, unknown or non-contact segment is refused with the reason, and the former setting stays', async (t) => {
    const s = await sluice.open(t, 's2-2');
    const good = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const deleted = await s.hubspot.segment('Old', 'email', ['@old.']);
    const make = async (body: object) => (await s.hubspot.api('POST', '/crm/v3/lists', body) as { list: { listId: string } }).list.listId;
    const fixed = await make({ name: 'Trade fair', objectTypeId: '0-1', processingType: 'MANUAL' });
    const companies = await make({ name: 'Firms', objectTypeId: '0-2', processingType: 'MANUAL' });
    await s.hubspot.api('DELETE', `/crm/v3/lists/${deleted}`);
    await s.select(good);
    const refused: [string, RegExp][] = [
      [fixed, /"Trade fair".*static/], [deleted, new RegExp(`no segment ${deleted}`)], ['999999', /no segment 999999/], [companies, /"Firms".*not a segment of contacts/],
    ];
    for (const [id, sentence] of refused) assert.match(await refusal(s.select(id)), sentence);
    assert.equal((await s.main.query(m.settings)).segment?.id, good);
  });

  test('S2.3 and S2.4 a deleted segment closes the gate for everybody; restored, what is pending runs and nothing else', async (t) => {
    const s = await sluice.open(t, 's2-3');
    const segment = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    const other = await s.hubspot.create({ email: 'grace@gmail.example', lastname: 'Hopper' });
    await s.select(segment);
    await s.signal(other, m.look);
    await s.hubspot.api('DELETE', `/crm/v3/lists/${segment}`);
    await new Promise((done) => setTimeout(done, 5_100)); // the segment is remembered for 5 s
    await s.writes();
    await s.client.workflow.signalWithStart('contactSync', { workflowId: `contact/${s.connection}/${id}`, taskQueue: s.queue, args: [{ look: false }], signal: m.resync, signalArgs: [{}] });
    await until('the contact says why', async () => (await s.state(id)).status === 'error');
    const held = await s.state(id);
    assert.equal(held.error?.category, 'segment');
    assert.equal(held.pending, 1);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    await s.main.signal(m.check);
    await until('health says so', async () => (await s.main.query(m.health)).status === 'segment-unusable');
    assert.match((await s.main.query(m.health)).problems.join(), /inclusion segment is unusable/);
    await s.hubspot.api('PUT', `/crm/v3/lists/${segment}/restore`);
    await new Promise((done) => setTimeout(done, 5_100));
    await s.main.signal(m.check);
    await until('the pending trigger has run', async () => (await s.state(id)).status === 'in-sync');
    assert.equal((await s.state(other)).status, 'waiting');
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead')).length, 1);
  });
});

describe('S3 Selecting does not sync; members sync on triggers', () => {
  test('S3.1, S3.2, S3.5 and S3.6 selecting, changing and clearing write nothing and relabel who is known', async (t) => {
    const s = await sluice.open(t, 's3-1');
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    const navy = await s.hubspot.segment('Navy', 'email', ['@navy.']);
    const ids = { linked: await s.hubspot.create({ email: 'a@gmail.example', lastname: 'A' }), known: await s.hubspot.create({ email: 'b@gmail.example', lastname: 'B' }), outside: await s.hubspot.create({ email: 'c@navy.example', lastname: 'C' }) };
    await s.sync(ids.linked);
    await s.signal(ids.known, m.look);
    await s.signal(ids.outside, m.look);
    await s.writes();
    const statuses = async () => [(await s.state(ids.linked)).status, (await s.state(ids.known)).status, (await s.state(ids.outside)).status];
    const become = async (expected: string[]) => {
      await until(`statuses are ${expected.join()}`, async () => (await statuses()).join() === expected.join(), 8_000).catch(async () => assert.deepEqual(await statuses(), expected));
      await until('the relabel has ended', async () => (await s.client.workflow.count(`WorkflowId = 'resync/${s.connection}/relabel' AND ExecutionStatus = 'Running'`)).count === 0);
      assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    };
    await s.select(gmail);
    await become(['in-sync', 'waiting', 'outside-segment']);
    await s.sync(ids.known);
    assert.deepEqual(await statuses(), ['in-sync', 'in-sync', 'outside-segment']);
    await s.writes();
    await s.select(navy);
    await become(['outside-segment', 'outside-segment', 'waiting']);
    await s.main.executeUpdate('clearInclusionSegment', { args: [{ by: 'a test' }] });
    await become(['waiting', 'waiting', 'waiting']);
    const { changes, segment } = await s.main.query(m.settings);
    assert.equal(segment, null);
    assert.deepEqual([changes[0]?.by, changes.length >= 3], ['a test', true]);
  });

  test('S3.7 a resync of the segment syncs each member once, and nobody else', async (t) => {
    const s = await sluice.open(t, 's3-7');
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    const members = await Promise.all(['a', 'b', 'c'].map((n) => s.hubspot.create({ email: `${n}@gmail.example`, lastname: n.toUpperCase() })));
    const outside = await s.hubspot.create({ email: 'd@navy.example', lastname: 'D' });
    await s.sync(members[0] ?? '');
    await s.select(gmail);
    await until('HubSpot has evaluated it', async () => (await s.hubspot.members(gmail)).length === 3);
    const dry = await s.job('segmentResync', 'segment', { dryRun: true });
    assert.deepEqual([dry.checked, dry.written, dry.createdIn.salesforce, dry.unchanged], [3, 2, 2, 1]);
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead')).length, 1);
    const result = await s.job('segmentResync', 'segment');
    assert.deepEqual([result.checked, result.written, result.createdIn.salesforce, result.unchanged, result.workflows.done], [3, 2, 2, 1, 2]);
    const leads = await s.salesforce.query('SELECT Email, HubSpot_Contact_Id__c FROM Lead ORDER BY Email');
    assert.deepEqual(leads.map((l) => l.HubSpot_Contact_Id__c), members);
    await until('each member has a workflow', async () => (await Promise.all(members.map((id) => s.state(id)))).every((one) => one.status === 'in-sync'));
    await assert.rejects(s.state(outside), /not found/i);
    await s.writes();
    const again = await s.job('segmentResync', 'segment');
    assert.deepEqual([again.unchanged, again.written], [3, 0]);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
  });

  test('S3.8 a preview of a choice counts who enters, who leaves, what would be created and written, and writes nothing', async (t) => {
    const s = await sluice.open(t, 's3-8');
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    const navy = await s.hubspot.segment('Navy', 'email', ['@navy.']);
    const [a, b] = [await s.hubspot.create({ email: 'a@gmail.example', lastname: 'A' }), await s.hubspot.create({ email: 'b@gmail.example', lastname: 'B' })];
    await s.hubspot.create({ email: 'c@navy.example', lastname: 'C' });
    await s.hubspot.create({ email: 'd@navy.example', lastname: 'D' });
    await s.salesforce.create('Lead', { LastName: 'D', Company: 'Navy', Email: 'd@navy.example', Title: 'Captain' });
    await until('HubSpot has evaluated both', async () => (await s.hubspot.members(gmail)).length + (await s.hubspot.members(navy)).length === 4);
    await s.select(gmail);
    await s.sync(a);
    await s.sync(b);
    await s.writes();
    const result = await s.job('segmentResync', 'preview', { segmentId: navy });
    assert.deepEqual([result.dryRun, result.checked, result.written, result.createdIn.salesforce], [true, 2, 2, 1]);
    assert.deepEqual([result.choice?.enter, result.choice?.leave], [2, 2]);
    assert.ok((result.choice?.calls.hubspot ?? 0) > 0 && (result.choice?.calls.salesforce ?? 0) > 0);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    assert.equal((await s.main.query(m.settings)).segment?.id, gmail);
    for (const [last, input, sentence] of [['preview', {}, /segmentId: a preview needs/], ['segment', { segmentId: navy }, /segmentId: only a preview/], ['preview', { segmentId: '999999' }, /no segment 999999/]] as const) {
      await assert.rejects(s.job('segmentResync', last, input), (error: Error) => sentence.test(String((error.cause as Error | undefined)?.message)));
    }
  });

  test('S2.1, S3.4, S5.1 and S5.3 the choices are the active contact segments; one that HubSpot still processes is marked and may be chosen', async (t) => {
    const s = await sluice.open(t, 's2-1');
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    const gone = await s.hubspot.segment('Gone', 'email', ['@gone.']);
    await s.hubspot.api('DELETE', `/crm/v3/lists/${gone}`);
    for (const [name, objectTypeId] of [['Trade fair', '0-1'], ['Firms', '0-2']]) await s.hubspot.api('POST', '/crm/v3/lists', { name, objectTypeId, processingType: 'MANUAL' });
    const id = await s.hubspot.create({ email: 'a@navy.example', lastname: 'A' });
    await s.hubspot.control('POST', 'settings', { segmentLagMs: 3_000 });
    t.after(async () => { await s.hubspot.control('POST', 'settings', { segmentLagMs: 0 }); });
    const filterBranch = { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [{ filterType: 'PROPERTY', property: 'email', operation: { operationType: 'MULTISTRING', operator: 'CONTAINS', values: ['@navy.'] } }] }] };
    const { list } = await s.hubspot.api('POST', '/crm/v3/lists', { name: 'Navy', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch }) as { list: { listId: string } };
    const entries = await s.main.executeUpdate<m.SegmentEntry[], [object]>('listSegments', { args: [{}] });
    assert.deepEqual(entries.map(({ name, processing }) => [name, processing]), [['Gmail', false], ['Navy', true]]);
    await s.main.executeUpdate(m.selectInclusionSegment, { args: [{ segmentId: list.listId, by: 'Grace' }] });
    const { segment } = await s.main.query(m.settings);
    assert.deepEqual([segment?.id, segment?.name, segment?.selectedBy], [list.listId, 'Navy', 'Grace']);
    assert.ok(Date.parse(segment?.selectedAt ?? '') > 0);
    assert.notEqual(list.listId, gmail);
    await s.client.workflow.signalWithStart('contactSync', { workflowId: `contact/${s.connection}/${id}`, taskQueue: s.queue, args: [{ look: false }], signal: m.resync, signalArgs: [{}] });
    await until('the member syncs once HubSpot has evaluated it', async () => (await s.state(id)).status === 'in-sync');
  });

  test('S5.4 where HubSpot cannot be reached the choice fails with the reason and the old setting stays', async (t) => {
    const s = await sluice.open(t, 's5-4');
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    await s.hubspot.fault({ method: 'GET', path: '/crm.v3.lists/', status: 503, times: 1000 });
    assert.match(await refusal(s.select(gmail)), /HubSpot/);
    assert.equal((await s.main.query(m.settings)).segment, null);
  });
});
