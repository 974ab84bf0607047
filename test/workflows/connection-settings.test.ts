import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { taskQueues } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle, uniqueConnection, type TestTemporal } from '../support/temporal.ts';
import { fakeConnection } from './fakes/connection.ts';
import { door } from './fakes/contacts.ts';
import { startServerOfShortRuns } from './fakes/short-runs.ts';
import { causeSays, runsOf, startFakeWorkers } from './fakes/workers.ts';

const temporal = await testTemporal();
const workflowBundle = await testWorkflowBundle();

/** A connection over fake accounts, with a worker of its own. */
async function open({ client, nativeConnection }: Pick<TestTemporal, 'client' | 'nativeConnection'>) {
  const connection = uniqueConnection('settings');
  const { world, activities } = fakeConnection();
  const { stop } = await startFakeWorkers({ nativeConnection, workflowBundle, connection, activities });
  const main = client.workflow.getHandle(`connection/${connection}`);
  const runs = () => runsOf(client, main.workflowId);
  const settings = () => main.query(m.settings);
  await client.workflow.signalWithStart('connection', {
    workflowId: main.workflowId, taskQueue: taskQueues(connection).workflows, args: [{}], signal: m.check, signalArgs: [{}],
  });
  await until('the accounts are checked', async () => (await settings()).ready);
  return { world, main, runs, settings, stop, change: (change: m.ChangeSettings) => main.executeUpdate(m.changeSettings, { args: [change] }) };
}

describe('the settings of a connection', () => {
  let s: Awaited<ReturnType<typeof open>>;
  before(async () => { s = await open(temporal); });
  after(() => s.stop());

  const health = async () => {
    const { calls: _, ...rest } = await s.main.query(m.health);
    return rest;
  };

  test('two updates at once are made one after the other, and both are kept as changes', async (t) => {
    const { opened, open: goOn } = door(t);
    const { version } = await s.settings();
    s.world.segment = async (id) => {
      await opened;
      return { kind: 'usable', id, name: `Segment ${id}`, warnings: [] };
    };
    const selecting = s.main.executeUpdate(m.selectInclusionSegment, { args: [{ segmentId: '12', by: 'Ada' }] });
    await until('the segment is being read', async () => (await s.runs()).flat().some((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'readSegment'));
    const changing = s.change({ createAs: 'Contact', by: 'Grace' });
    await until('the second update was taken in', async () => (await s.runs()).flat().filter((e) => e.workflowExecutionUpdateAcceptedEventAttributes).length === 2);
    assert.equal((await s.settings()).version, version);
    goOn();
    const [, changed] = await Promise.all([selecting, changing]);
    assert.deepEqual([changed.version, changed.segment?.id, changed.createAs], [version + 2, '12', 'Contact']);
    assert.deepEqual(changed.changes.slice(0, 2).map((c) => [c.by, c.what]), [['Grace', 'Changed createAs.'], ['Ada', 'Selected the inclusion segment "Segment 12" (12).']]);
  });

  test('the last 20 changes are kept, newest first', async () => {
    for (let i = 1; i <= 22; i++) await s.change({ settleWindowMs: i, by: `person ${i}` });
    const { changes, settleWindowMs } = await s.settings();
    assert.deepEqual([changes.length, changes[0]?.by, changes.at(-1)?.by, settleWindowMs], [20, 'person 22', 'person 3', 22]);
  });

  test('an update that is rejected leaves no event and names the field', async () => {
    // What the changes before have started may still be adding events of its own.
    let before = -1;
    await until('the history has come to rest', async () => {
      const length = (await s.runs()).flat().length;
      const resting = length === before;
      before = length;
      await sleep(500);
      return resting;
    });
    const { version } = await s.settings();
    await assert.rejects(s.main.executeUpdate('changeSettings', { args: [{ createAs: 'Account' }] }), causeSays(/^createAs: /));
    await assert.rejects(s.main.executeUpdate('changeSettings', { args: [{ color: 'red' }] }), causeSays(/color/));
    await assert.rejects(s.main.executeUpdate('selectInclusionSegment', { args: [{}] }), causeSays(/^segmentId: /));
    assert.deepEqual([(await s.runs()).flat().length, (await s.settings()).version], [before, version]);
  });

  test('a change has the statuses brought up to date', async () => {
    const { relabels } = s.world;
    await s.change({ createAs: 'never' });
    await until('a relabel was started', async () => s.world.relabels > relabels);
  });

  test('a segment selected during a check is not blamed for what the check says of the one before', async (t) => {
    const { opened, open: goOn } = door(t);
    s.world.segment = (id) => ({ kind: 'usable', id, name: `Segment ${id}`, warnings: [] });
    await s.main.executeUpdate(m.selectInclusionSegment, { args: [{ segmentId: '12' }] });
    const { check, checks } = s.world;
    const fine = await check();
    let asked = 0;
    s.world.check = async () => {
      asked += 1;
      if (asked > 1) return fine;
      await opened;
      return { ...fine, segmentUnusable: 'It was deleted.' };
    };
    await s.main.signal(m.check, {});
    await until('a check is under way', async () => s.world.checks > checks && asked === 1);
    await s.main.executeUpdate(m.selectInclusionSegment, { args: [{ segmentId: '13' }] });
    goOn();
    const { relabels } = s.world;
    await until('what follows the check was done', async () => s.world.relabels > relabels);
    assert.deepEqual([(await s.settings()).segment?.id, (await s.settings()).segment?.unusable], ['13', null]);
    s.world.check = check;
  });

  test('what passes by itself leaves a connection that was in order as it is, warned of, and looked at again', async () => {
    const { check } = s.world;
    s.world.check = async () => ({ ...await check(), warnings: ['One mapping is skipped.'] });
    await s.main.signal(m.check, {});
    await until('it warns', async () => (await s.main.query(m.health)).warnings.length === 1);
    s.world.check = async () => ({ accounts: null, problems: ['Salesforce is away. Nothing: it passes.'], warnings: [], segment: { unusable: null, warnings: [] }, passing: true });
    await s.main.signal(m.check, {});
    await until('it warns of that too', async () => (await s.main.query(m.health)).warnings.length === 2);
    assert.deepEqual(await health(), { status: 'ready', problems: [], warnings: ['Salesforce is away. Nothing: it passes.', 'One mapping is skipped.'] });
    s.world.check = check;
    await s.main.signal(m.check, {});
    await until('it is in order', async () => (await s.main.query(m.health)).warnings.length === 0);
  });

  test('a mapping that is no longer skipped wakes whom it kept in error, and so do other mappings', async () => {
    const { check } = s.world;
    const skipping = (...skipped: string[]) => { s.world.check = async () => ({ ...await check(), skipped }); };
    const checkedWith = async (...skipped: string[]) => {
      const { checks } = s.world;
      skipping(...skipped);
      await s.main.signal(m.check, {});
      await until('it was checked', async () => s.world.checks > checks && (await s.settings()).checkedAt !== null);
    };
    const { wakes } = s.world;
    await checkedWith('club Lead.Club__c', 'fax Lead.Fax');
    await checkedWith('fax Lead.Fax', 'club Lead.Club__c');
    assert.equal(s.world.wakes, wakes);
    await checkedWith('fax Lead.Fax');
    await until('they were woken', async () => s.world.wakes === wakes + 1);
    await s.change({ mappings: [{ hubspot: 'email', lead: 'Email', contact: 'Email', rule: 'two-way' }] });
    await until('they were woken again', async () => s.world.wakes === wakes + 2);
    s.world.check = check;
  });

  test('what a worker was refused stays a warning where a check finds nothing, until somebody resumes', async () => {
    await s.main.signal(m.check, { met: 'HubSpot refuses one call. Resume the connection.' });
    await until('it warns', async () => (await s.main.query(m.health)).warnings.length === 1);
    assert.deepEqual(await health(), { status: 'ready', problems: [], warnings: ['HubSpot refuses one call. Resume the connection.'] });
    await s.main.signal(m.resume, {});
    await until('it is in order', async () => (await s.main.query(m.health)).warnings.length === 0);
  });

  test('a connection that is not ready says why, waits a minute to check by itself, and is ready as soon as a check says so', async () => {
    const { check, checks } = s.world;
    s.world.check = async () => ({ ...await check(), problems: ['The token is wrong. Set HUBSPOT_ACCESS_TOKEN.'] });
    await s.main.signal(m.check, {});
    await until('it is not ready', async () => !(await s.settings()).ready);
    assert.deepEqual(await health(), { status: 'not-ready', problems: ['The token is wrong. Set HUBSPOT_ACCESS_TOKEN.'], warnings: [] });
    const recheck = async () => (await s.runs()).flat().flatMap((e) => e.timerStartedEventAttributes?.startToFireTimeout?.seconds ?? []).map(Number);
    await until('a check is due in a minute', async () => (await recheck()).includes(60));
    s.world.check = check;
    await s.main.signal(m.check, {});
    await until('it is ready', async () => (await s.settings()).ready);
    assert.ok(s.world.checks >= checks + 2);
  });
});

test('settings survive continue-as-new, and the next run does not check again by itself', async () => {
  const server = await startServerOfShortRuns(40);
  const [connection, nativeConnection] = [await Connection.connect({ address: server.address }), await NativeConnection.connect({ address: server.address })];
  try {
    const s = await open({ client: new Client({ connection }), nativeConnection });
    try {
      await s.main.executeUpdate(m.selectInclusionSegment, { args: [{ segmentId: '12' }] });
      await s.main.signal(m.pause, {});
      for (let i = 1; i <= 12; i++) await s.change({ settleWindowMs: i });
      await until('the run has ended', async () => (await s.runs()).length > 1);
      const { checks } = s.world;
      const settings = await s.change({ settleWindowMs: 13 });
      const { ready, paused, segment, accounts, changes } = settings;
      assert.deepEqual([ready, paused, segment?.id, accounts?.hubspotPortalId, changes.length], [true, true, '12', '111', 14]);
      assert.equal(s.world.checks, checks);
    } finally {
      await s.stop();
    }
  } finally {
    await Promise.all([nativeConnection.close(), connection.close()]);
    await server.stop();
  }
});
