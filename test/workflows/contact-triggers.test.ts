import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { door, outside, readingOf } from './fakes/contacts.ts';
import { causeSays } from './fakes/workers.ts';
import { openContacts, type OpenContacts } from './fakes/open-contacts.ts';

const temporal = await testTemporal();
const bundle = await testWorkflowBundle();

describe('what a contact does with what comes in', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(temporal, bundle, 'triggers'); });
  after(() => s.stop());

  /** Has the next read of a contact wait until the door opens. */
  const holdNextRead = (t: TestContext, id: string) => {
    const { opened, open } = door(t);
    s.of(id).nextReads.push(async () => { await opened; return readingOf(s.of(id)); });
    return open;
  };

  test('several triggers during one sync lead to exactly one more', async (t) => {
    const open = holdNextRead(t, '1');
    await s.signal('1', m.resync, {});
    await s.reads('1', 1);
    for (const kind of ['propertyChange', 'propertyChange', 'creation']) await s.signal('1', m.changed, { source: 'hubspot', kind });
    await s.signal('1', m.resync, { reason: 'twice' });
    assert.equal((await s.state('1')).pending, 4);
    open();
    await s.reads('1', 2);
    const state = await s.rest('1');
    assert.deepEqual([s.of('1').reads, state.status, state.pending, state.lastSync?.trigger], [2, 'in-sync', 0, 'resync: twice']);
  });

  test('one of many that were told at once lets its calls wait for theirs, unless somebody asked for it alone', async (t) => {
    const patient = async (id: string, signals: [{ name: string }, object][]) => {
      await s.sync(id);
      const { opened, open } = door(t);
      const asItWas = readingOf(s.of(id));
      s.of(id).nextReads.push(async () => { await opened; return asItWas; });
      await s.signal(id, m.resync, {});
      await s.reads(id, 2);
      s.of(id).values['jobtitle'] = { salesforce: 'Title', h: 'Analyst', s: 'Countess' };
      for (const [definition, input] of signals) await s.signal(id, definition, input);
      open();
      await s.rest(id);
      return s.of(id).writes.map((write) => 'amongMany' in write);
    };
    const among = { source: 'hubspot', kind: 'change', amongMany: true };
    assert.deepEqual((await patient('20', [[m.changed, among], [m.changed, among]])).at(-1), true);
    assert.deepEqual((await patient('21', [[m.changed, among], [m.resync, {}]])).at(-1), false);
    assert.deepEqual((await patient('22', [[m.changed, { ...among, amongMany: false }], [m.changed, among]])).at(-1), false);
  });

  test('a sync under way is visible as syncing, with what asked for it', async (t) => {
    const open = holdNextRead(t, '2');
    await s.signal('2', m.changed, { source: 'salesforce', kind: 'update' });
    await s.reads('2', 1);
    const during = await s.state('2');
    assert.deepEqual([during.status, during.reason], ['syncing', 'Syncing, asked for by salesforce update.']);
    open();
    assert.equal((await s.rest('2')).status, 'in-sync');
  });

  test('a paused contact keeps its triggers and syncs once on resume', async () => {
    await s.sync('3');
    await s.signal('3', m.pause);
    for (const kind of ['a', 'b', 'c']) await s.signal('3', m.changed, { source: 'hubspot', kind });
    const paused = await s.state('3');
    assert.deepEqual([paused.status, paused.paused, paused.pending, paused.next], ['paused', true, 3, 'Send "resume": a sync is waiting.']);
    assert.match(paused.reason, /^Paused by a person; before that: /);
    const before = s.of('3').reads;
    await s.signal('3', m.resume);
    await s.reads('3', before + 1);
    const after = await s.rest('3');
    assert.deepEqual([s.of('3').reads, after.status, after.pending], [before + 1, 'in-sync', 0]);
  });

  test('a pause that comes while both sides are read stops the sync, which is made up for on resume', async (t) => {
    s.of('4').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    const open = holdNextRead(t, '4');
    await s.signal('4', m.resync, {});
    await s.reads('4', 1);
    await s.signal('4', m.pause);
    open();
    await until('the contact has stopped', async () => (await s.state('4')).status === 'paused');
    assert.deepEqual([s.of('4').writes.length, (await s.state('4')).pending], [0, 1]);
    await s.signal('4', m.resume);
    await until('the contact has synced', async () => (await s.state('4')).status === 'in-sync');
    assert.deepEqual([s.of('4').writes.length, s.of('4').values.jobtitle?.h], [1, 'Countess']);
  });

  test('preview answers while the contact is paused, and changes neither the CRMs nor the state', async () => {
    s.of('5').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    await s.signal('5', m.pause);
    const before = await s.state('5');
    const preview = await s.preview('5');
    assert.deepEqual([preview.wouldSync, preview.writes.hubspot], [true, { jobtitle: 'Countess' }]);
    assert.deepEqual(await s.state('5'), before);
    assert.equal(s.of('5').writes.length, 0);
  });

  test('a preview of a contact outside the segment writes nothing and says why', async () => {
    s.of('6').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    s.of('6').membership = outside;
    const state = await s.sync('6');
    assert.equal(state.status, 'outside-segment');
    const preview = await s.preview('6');
    assert.deepEqual([preview.wouldSync, preview.writes], [false, { hubspot: {}, salesforce: {} }]);
  });

  test('signals that cannot be understood change nothing, and the last 5 are kept with the field at fault', async () => {
    await s.sync('7');
    const before = s.of('7').reads;
    for (let i = 0; i < 7; i++) await s.signal('7', m.changed, { source: 'hubspot', kind: i });
    await s.signal('7', m.resync, { why: 'no such field' });
    await s.signal('7', m.adopt, { hubspotId: 'x' });
    const { rejected, pending, status } = await s.state('7');
    assert.deepEqual([rejected.length, pending, status, s.of('7').reads], [5, 0, 'in-sync', before]);
    assert.deepEqual(rejected.map((r) => r.signal), ['adopt', 'resync', 'changed', 'changed', 'changed']);
    assert.match(rejected[0]?.fault ?? '', /^hubspotId: expected a HubSpot contact id/);
    assert.match(rejected.at(2)?.fault ?? '', /^kind: /);
  });

  test('an update that cannot be understood is rejected without an event', async () => {
    await s.sync('8');
    const before = (await s.runs('8')).flat().length;
    await assert.rejects(s.handle('8').executeUpdate('preview', { args: [{ dry: true }] }), causeSays(/dry/));
    assert.equal((await s.runs('8')).flat().length, before);
  });

  test('a contact that HubSpot merged ends, and the survivor is told', async () => {
    s.of('9').nextReads.push(() => ({ kind: 'merged', into: '90' as never, settingsVersion: 3 }));
    await s.signal('9', m.resync, {});
    const answer = await s.handle('9').result() as m.ContactAnswer;
    assert.deepEqual([answer.status, answer.mergedInto, s.of('90').tells], ['merged', '90', ['merge']]);
    assert.equal((await s.handle('9').describe()).status.name, 'COMPLETED');
  });

  test('a survivor that cannot be told yet is told later, and what came in meanwhile goes to it', async (t) => {
    s.of('10').nextReads.push(() => ({ kind: 'merged', into: '100' as never, settingsVersion: 3 }));
    const { opened, open } = door(t);
    s.of('100').nextTells.push(() => { throw new Error('the server is away'); }, () => opened);
    await s.signal('10', m.resync, {});
    await until('the survivor is about to be told', async () => s.of('100').tells.length === 2);
    await s.signal('10', m.changed, { source: 'salesforce', kind: 'update' });
    open();
    assert.equal((await s.handle('10').result() as m.ContactAnswer).status, 'merged');
    assert.deepEqual(s.of('100').tells, ['merge', 'merge', 'merge']);
  });

  test('a sync held by the connection goes on after a look finds it free', async () => {
    s.of('11').nextReads.push(() => ({ kind: 'held', hold: 'paused', reason: 'The connection is paused.', settingsVersion: 2 }));
    await s.signal('11', m.resync, {});
    await s.reads('11', 1);
    await until('the contact is held', async () => (await s.state('11')).reason === 'The connection is paused.');
    assert.deepEqual([(await s.state('11')).status, (await s.state('11')).pending], ['paused', 1]);
    await s.signal('11', m.look, {});
    await until('the contact has synced', async () => (await s.state('11')).status === 'in-sync');
    assert.equal((await s.state('11')).lastSync?.trigger, 'resync');
  });

  test('a start by hand looks, and one under a wrong id fails at once with a sentence', async () => {
    const start = (workflowId: string, args: unknown[]) => s.client.workflow.start('contactSync', { workflowId, taskQueue: s.queue, args });
    await start(s.workflowId('12'), []);
    await until('the contact has looked', async () => (await s.state('12')).reason.includes('Not synced since it may sync.'));
    assert.deepEqual([(await s.state('12')).status, s.of('12').writes.length], ['waiting', 0]);
    const wrong = await start(`contact/${s.connection}/ada`, [{}]);
    await assert.rejects(wrong.result(), causeSays(/cannot have the id .*start it as contact\/main\/51/));
    const unknown = await start(s.workflowId('13'), [{ segment: 1 }]);
    await assert.rejects(unknown.result(), causeSays(/segment/));
  });
});
