/**
 * `npm run record-histories` runs this too: the change feeds, and what came to a contact's life with them, recorded beside the older
 * histories, which stay.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { workflowIds } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { changesStart } from '../../workflows/start.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { fakeFeeds } from '../workflows/fakes/feeds.ts';
import { startServerOfShortRuns } from '../workflows/fakes/short-runs.ts';
import { runsOf, startFakeWorkers } from '../workflows/fakes/workers.ts';
import { isOfChanges, newRecording } from './histories.ts';

const sluice = await testSluice();
const workflowBundle = await testWorkflowBundle();
const recording = newRecording(isOfChanges);

test('lives of contacts, through both sandboxes with the feeds on', async (t) => {
  const s = await sluice.open(t, 'record');
  const { client, connection, hubspot, salesforce } = s;
  const rename = { [connection]: 'recorded', [hubspot.url]: 'http://hubspot.example', [salesforce.url]: 'http://salesforce.example' };
  const contact = (id: string) => workflowIds.contact(connection, id);
  const person = (email: string) => hubspot.create({ email, firstname: 'Ada', lastname: 'Lovelace', jobtitle: 'Countess' });
  const [converted, primary, loser, kept, gone, forgotten, looping] = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => person(`${name}@gmail.example`))) as [string, string, string, string, string, string, string];
  const records = new Map<string, string>();
  for (const id of [converted, primary, loser, kept, gone, forgotten, looping]) records.set(id, (await s.sync(id)).salesforce?.id ?? '');
  await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'on-create', deletes: { inHubSpot: 'delete', inSalesforce: 'delete', graceHours: 1 } }] });
  await withFeeds(t, s);
  const status = (id: string, is: m.ContactStatus, what = '') => until(`contact ${id} is ${is}${what}`, async () => (await s.state(id)).status === is && (await s.state(id)).reason.includes(what));

  await salesforce.control('POST', 'convert', { leadId: records.get(converted) });
  await until('the link has moved', async () => (await s.state(converted)).salesforce?.type === 'Contact');
  await hubspot.control('POST', 'merge', { primary, loser });
  await status(loser, 'merged');
  const survivor = (await s.state(loser)).mergedInto ?? '';
  await status(survivor, 'in-sync');
  await salesforce.control('POST', 'delete', { id: records.get(kept) });
  await status(kept, 'deleted', 'time of grace');
  await s.handle(kept).signal(m.keep);
  await status(kept, 'deleted', 'keep');
  await hubspot.control('POST', 'delete', { id: gone });
  await status(gone, 'deleted', 'time of grace');
  await s.main.executeUpdate(m.changeSettings, { args: [{ deletes: { graceHours: 0 } }] });
  await s.handle(gone).signal(m.changed, { source: 'hubspot', kind: 'deletion' });
  await status(gone, 'deleted', 'was deleted too');
  for (let i = 0; i < 12 && (await s.state(looping)).status !== 'needs-review'; i++) {
    await hubspot.control('POST', 'edit', { id: looping, properties: { fax: `555-${i}` } });
    await salesforce.control('POST', 'edit', { id: records.get(looping), fields: { Title: `Title ${i}` } });
    await s.sync(looping).catch(() => undefined);
    await s.handle(looping).signal(m.changed, { source: 'hubspot', kind: 'change' });
  }
  await s.handle(looping).executeUpdate(m.resolve, { args: [{ salesforceId: 'ignore' }] });
  await s.handle(looping).executeUpdate(m.resolve, { args: [{ salesforceId: 'new' }] });
  const lead = await salesforce.control('POST', 'create', { object: 'Lead', fields: { LastName: 'Hopper', Company: 'Navy', Email: 'grace@navy.example' } }) as { id: string };
  const created = async () => (await client.workflow.list({ query: `Connection = '${connection}' AND SalesforceId = '${lead.id}'` })[Symbol.asyncIterator]().next()).value?.workflowId;
  await until('the Lead has a contact', async () => (await created()) !== undefined);
  await s.handle(forgotten).executeUpdate<object, [m.Forget]>('forget', { args: [{ by: 'Ada' }] });
  await until('it is forgotten', async () => (await s.state(forgotten)).reason.includes('Forgotten at'));
  const ids = { converted, merged: loser, survivor, kept, gone, looping };
  for (const [name, id] of Object.entries(ids)) await recording.add(client, `contactSync-life-${name}`, contact(id), rename);
  await recording.add(client, 'contactSync-life-created', (await created()) ?? '', rename);
  await recording.add(client, 'contactSync-life-forgotten', contact(forgotten), rename);
  for (const crm of ['hubspot', 'salesforce'] as const) await recording.add(client, `${crm}Changes-live`, workflowIds.changes(connection, crm), rename);
});

test('feeds over many runs', async (t) => {
  const server = await startServerOfShortRuns(60);
  const connections = [await Connection.connect({ address: server.address }), await NativeConnection.connect({ address: server.address })] as const;
  const client = new Client({ connection: connections[0] });
  const connection = uniqueConnection('record');
  const { world, activities } = fakeFeeds({ joinersSeconds: 1 });
  const { stop } = await startFakeWorkers({ nativeConnection: connections[1], workflowBundle, connection, activities });
  t.after(async () => {
    await stop();
    await Promise.all(connections.map((one) => one.close()));
    await server.stop();
  });
  const at = '2026-01-05T10:00:00.000Z';
  for (const crm of ['hubspot', 'salesforce'] as const) {
    const handle = await client.workflow.start(`${crm}Changes`, changesStart(connection, crm));
    const send = (n: number) => (crm === 'hubspot' ? handle.signal(m.hubspotEvents, { events: [{ id: String(n), kind: 'change', at }] })
      : handle.signal(m.salesforceEvents, { events: [{ id: `00Q${String(n).padStart(12, '0')}AAA`, object: 'Lead', kind: 'update', at }], replay: { Lead: n } }));
    const handed = () => until('all are handed on', async () => (await handle.query(m.feed)).waiting === 0);
    world.before.push(() => { throw new Error('A worker was lost.'); });
    for (let n = 1; n <= 12; n++) {
      await send(n);
      await handed();
    }
    await handle.signal(m.pause);
    await send(13);
    await handle.signal(m.resume);
    await handed();
    await until('it went on in a new run', async () => (await runsOf(client, handle.workflowId)).length > 1);
    const runIds = (await runsOf(client, handle.workflowId)).map((events) => events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '');
    await recording.add(client, `${crm}Changes-chain`, handle.workflowId, { [connection]: 'recorded' }, runIds.slice(0, 3));
  }
});

test('write them', async (t) => {
  const { files, bytes } = await recording.write();
  assert.ok(files >= 12, `${files} histories`);
  t.diagnostic(`${files} histories, ${Math.round(bytes / 1024)} KB`);
});
