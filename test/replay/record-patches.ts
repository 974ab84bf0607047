/**
 * `npm run record-histories` runs this too: every branch that `patched` begins, recorded beside the older histories, which stay, and which
 * went the other way.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { workflowIds } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { importStart, resyncStart } from '../../workflows/start.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { handover, linkedLead, told } from '../workflows/fakes/contacts.ts';
import { fakeAccount } from '../workflows/fakes/jobs.ts';
import { openContacts, type OpenContacts } from '../workflows/fakes/open-contacts.ts';
import { deleteBeforeFirstWrite, losePassAnswer } from '../workflows/fakes/unanswered.ts';
import { startFakeWorkers } from '../workflows/fakes/workers.ts';
import { isOfPatches, newRecording } from './histories.ts';

const sluice = await testSluice();
const bundle = await testWorkflowBundle();
const recording = newRecording(isOfPatches);

describe('contacts over fake activities', { concurrency: false }, () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(sluice.temporal, bundle, 'record'); });
  after(() => s.stop());
  const keep = (name: string, id: string) => recording.add(s.client, `patch-contact-${name}`, s.workflowId(id), { [s.connection]: 'recorded' });

  test('a value that is deleted after the read of a first sync that was not sent', async () => {
    deleteBeforeFirstWrite(s.of('1'));
    await s.sync('1');
    assert.equal(s.of('1').values['phone']?.s, null);
    await keep('unsent-write', '1');
  });

  test('a pass through the closed gate that landed without an answer', async () => {
    losePassAnswer(s.of('2'));
    await s.signal('2', m.adopt, { hubspotId: '2', salesforce: { type: linkedLead.type, id: linkedLead.id }, bypass: 'on-create' });
    await until('it is frozen', async () => (await s.state('2')).status === 'outside-segment');
    await keep('unanswered-pass', '2');
  });

  test('an API allowance that is spent', async () => {
    s.of('3').nextReads.push(() => { throw told('allowance', 'The allocation is spent.'); });
    await s.sync('3');
    await keep('no-room', '3');
  });

  test('one that starts with what a page hands over, and is told among many', async () => {
    await s.client.workflow.start('contactSync', { workflowId: s.workflowId('4'), taskQueue: s.queue, args: [{ look: false, adopt: handover('4') }] });
    (s.of('4').values['jobtitle'] ?? assert.fail()).h = 'Baroness';
    await s.signal('4', m.changed, { source: 'hubspot', kind: 'change', amongMany: true });
    await until('it has synced', async () => s.of('4').writes.length > 0);
    await s.rest('4');
    await keep('handed-over', '4');
  });
});

test('through both sandboxes', async (t) => {
  const s = await sluice.open(t, 'record');
  const { client, connection, hubspot, salesforce } = s;
  const rename = { [connection]: 'recorded', [hubspot.url]: 'http://hubspot.example', [salesforce.url]: 'http://salesforce.example' };
  const keep = (name: string, workflowId: string) => recording.add(client, `patch-${name}`, workflowId, rename);

  for (const n of [1, 2, 3]) await salesforce.create('Lead', { FirstName: 'Ada', LastName: `Lovelace ${n}`, Company: 'Engines', Email: `ada${n}@gmail.example` });
  await s.job('salesforceImport', 'first');
  await keep('import-lists-ahead', workflowIds.import(connection, 'first'));
  await s.job('segmentResync', 'all');
  await keep('resync-lists-ahead', workflowIds.resync(connection, 'all'));

  const [primary, loser] = [await hubspot.create({ email: 'b@gmail.example', lastname: 'Byron' }), await hubspot.create({ email: 'c@gmail.example', lastname: 'Byron' })];
  await s.sync(primary);
  await s.sync(loser);
  const merged = await hubspot.control('POST', 'merge', { primary, loser }) as { id: string };
  await client.workflow.signalWithStart('contactSync', { workflowId: workflowIds.contact(connection, merged.id), taskQueue: s.queue, args: [{ look: false }], signal: m.changed, signalArgs: [{ source: 'hubspot', kind: 'change' }] });
  await until('the survivor waits for its heir', async () => (await s.state(merged.id)).status === 'syncing');
  await s.handle(primary).signal(m.changed, { source: 'hubspot', kind: 'merge' });
  await until('the survivor has synced', async () => (await s.state(merged.id)).status === 'in-sync');
  await keep('contact-heir', workflowIds.contact(connection, merged.id));

  const { mappings } = await s.main.query(m.settings);
  await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: mappings.slice(1) }] });
  await s.ready();
  await keep('connection-wakes', workflowIds.connection(connection));
});

test('a burst of changes, and one that comes after it', async (t) => {
  const s = await sluice.open(t, 'record');
  const { client, connection, hubspot, salesforce } = s;
  await withFeeds(t, s);
  const ids = await Promise.all(Array.from({ length: 25 }, (_, n) => hubspot.create({ email: `p${n}@gmail.example`, lastname: 'Passenger' })));
  await until('all have synced', async () => (await client.workflow.count(`Connection = '${connection}' AND SyncStatus = 'in-sync'`)).count === ids.length);
  await Promise.all(ids.map((id) => hubspot.edit(id, { jobtitle: 'Passenger' })));
  await hubspot.edit(ids[0] ?? '', { phone: '555-1' });
  await until('all are written', async () => (await salesforce.query("SELECT Id FROM Lead WHERE Title = 'Passenger'")).length === ids.length);
  const rename = { [connection]: 'recorded', [hubspot.url]: 'http://hubspot.example', [salesforce.url]: 'http://salesforce.example' };
  for (const crm of ['hubspot', 'salesforce'] as const) await recording.add(client, `patch-${crm}Changes-burst`, workflowIds.changes(connection, crm), rename);
});

test('jobs of more pages than are in flight', async (t) => {
  const { account, activities } = fakeAccount({ contacts: 20, pageSize: 2, pagesPerList: 10 });
  const connection = uniqueConnection('record');
  const { nativeConnection, client } = sluice.temporal;
  const workers = await startFakeWorkers({ nativeConnection, workflowBundle: bundle, connection, activities });
  t.after(() => workers.stop());
  const keep = (name: string, workflowId: string) => recording.add(client, `patch-${name}`, workflowId, { [connection]: 'recorded' });
  await (await client.workflow.start('salesforceImport', importStart(connection, 'many', { object: 'Contact' }))).result();
  await keep('import-pages', `import/${connection}/many`);
  await (await client.workflow.start('segmentResync', resyncStart(connection, 'all', {}))).result();
  await keep('resync-pages', workflowIds.resync(connection, 'all'));
  assert.deepEqual([account.done.filter((name) => name === 'importPage').length, account.done.filter((name) => name === 'resyncPage').length], [10, 10]);
});

test('write them', async (t) => {
  const { files, bytes } = await recording.write();
  assert.equal(files, 12);
  t.diagnostic(`${files} histories, ${Math.round(bytes / 1024)} KB`);
});
