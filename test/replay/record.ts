/**
 * `npm run record-histories`: runs every workflow type on a dev server and keeps the histories that the replay test replays. Record
 * anew after a change that old histories need not survive, before the first deploy that has contacts.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { workflowIds } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { importStart, resyncStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { fakeConnection } from '../workflows/fakes/connection.ts';
import { told } from '../workflows/fakes/contacts.ts';
import { fakeAccount, type FakeAccount } from '../workflows/fakes/jobs.ts';
import { openContacts, type OpenContacts } from '../workflows/fakes/open-contacts.ts';
import { startServerOfShortRuns } from '../workflows/fakes/short-runs.ts';
import { runsOf, startFakeWorkers } from '../workflows/fakes/workers.ts';
import { isOfChanges, isOfLists, isOfPatches, newRecording } from './histories.ts';

const sluice = await testSluice({ segmentLagMs: 800 });
const workflowBundle = await testWorkflowBundle();
// What the other recordings made stays.
const recording = newRecording((file) => ![isOfChanges, isOfLists, isOfPatches].some((isOf) => isOf(file)));
const lead = (n: string, email: string) => ({ FirstName: 'Ada', LastName: n, Company: `${n} Ltd`, Email: email, Title: 'Countess', Phone: '555-1' });

const twoWay = [
  { hubspot: 'email', lead: 'Email', contact: 'Email', rule: 'two-way' }, { hubspot: 'lastname', lead: 'LastName', contact: 'LastName', rule: 'two-way' },
  { hubspot: 'jobtitle', lead: 'Title', contact: 'Title', rule: 'two-way' }, { hubspot: 'phone', lead: 'Phone', contact: 'Phone', rule: 'two-way' },
];
let complete = 0;

describe('record', { concurrency: false }, () => {
  test('through both sandboxes', async (t) => {
    const s = await sluice.open(t, 'record');
    const { client, connection } = s;
    const urls = { [s.hubspot.url]: 'http://hubspot.example', [s.salesforce.url]: 'http://salesforce.example' };
    const keep = (name: string, workflowId: string) => recording.add(client, name, workflowId, { [connection]: 'recorded', ...urls });

    // The connection, with every update and what is refused.
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    const fixed = await s.hubspot.api('POST', '/crm/v3/lists', { name: 'Trade fair', objectTypeId: '0-1', processingType: 'MANUAL' }) as { list: { listId: string } };
    const update = (name: string, input: object) => s.main.executeUpdate<unknown, [object]>(name, { args: [input] });
    await update('listSegments', {});
    await update('findSegment', { name: 'gmail' });
    await update('findContact', { email: 'nobody@gmail.example' });
    await update('selectInclusionSegment', { segmentId: fixed.list.listId }).catch(() => undefined);
    await update('changeSettings', { looksAfterSeconds: [0, 1, 2, 3], createAs: 'Contact', mappings: twoWay, by: 'Ada' });
    await update('selectInclusionSegment', { segmentId: gmail });
    await update('clearInclusionSegment', {});
    await update('selectInclusionSegment', { segmentId: gmail });
    await s.main.signal(m.pause);
    await s.main.signal(m.check);
    await s.main.signal(m.resume);
    await s.main.signal(m.pause, { reason: 'a field that does not exist' });
    await until('the relabel that was asked for has ended', async () => (await client.workflow.getHandle(workflowIds.resync(connection, 'relabel')).describe()).status.name === 'COMPLETED');

    // An import: its page is repeated after refusals, and who joins the segment late is filled.
    const member = await s.salesforce.create('Lead', lead('Lovelace', 'ada@gmail.example'));
    await s.salesforce.create('Lead', lead('Byron', 'byron@navy.example'));
    await s.salesforce.create('Lead', lead('Nemo', ''));
    await s.salesforce.create('Contact', { LastName: 'Babbage', Email: 'charles@gmail.example' });
    await s.hubspot.fault({ method: 'POST', path: '/contacts.batch.create/', status: 503, times: 4 });
    await s.job('salesforceImport', 'first');
    await keep('salesforceImport-retried-page', workflowIds.import(connection, 'first'));

    // A member: edits on both sides, a pause, a refused value, and a row that is locked for a while.
    const id = String((await s.salesforce.get('Lead', member))['HubSpot_Contact_Id__c']);
    await s.hubspot.edit(id, { jobtitle: 'Programmer' });
    await s.sync(id);
    await s.handle(id).signal(m.pause);
    await s.salesforce.edit('Lead', member, { Phone: '555-2' });
    await s.handle(id).signal(m.changed, { source: 'salesforce', kind: 'update' });
    await s.handle(id).executeUpdate<m.Preview, [object]>('preview', { args: [{}] });
    await until('the pause is shown', async () => (await s.state(id)).status === 'paused');
    await s.handle(id).signal(m.resume);
    await until('the pause is made up for', async () => (await s.state(id)).status === 'in-sync');
    await s.salesforce.fault({ row: { match: 'Poet', code: 'STRING_TOO_LONG', fields: ['Title'], message: 'Job Title: too long' }, times: 1 });
    await s.hubspot.edit(id, { jobtitle: 'Poet' });
    await s.handle(id).signal(m.resync, { reason: 'refused' });
    await until('the refusal is shown', async () => (await s.state(id)).status === 'error');
    await s.salesforce.fault({ row: { match: 'Analyst', code: 'UNABLE_TO_LOCK_ROW', fields: [], message: 'unable to obtain exclusive access' }, times: 3 });
    await s.hubspot.edit(id, { jobtitle: 'Analyst' });
    await s.handle(id).signal(m.changed, { source: 'hubspot', kind: 'propertyChange' });
    await until('the locked row is written', async () => (await s.salesforce.get('Lead', member))['Title'] === 'Analyst');
    await until('the contact has recovered', async () => (await s.state(id)).status === 'in-sync');
    await s.handle(id).signal(m.look);
    await keep('contactSync-error-and-recovery', workflowIds.contact(connection, id));

    // A contact outside the segment, and one that HubSpot merges into the member.
    const other = await s.hubspot.create({ email: 'mary@navy.example', lastname: 'Shelley' });
    await s.sync(other);
    await keep('contactSync-outside-segment', workflowIds.contact(connection, other));
    const twin = await s.hubspot.create({ email: 'twin@gmail.example', lastname: 'Twin' });
    await until('the twin is a member', async () => (await s.hubspot.members(gmail)).includes(twin));
    await s.sync(twin);
    await s.hubspot.api('POST', '/crm/v3/objects/contacts/merge', { primaryObjectId: id, objectIdToMerge: twin });
    await s.handle(twin).signal(m.changed, { source: 'hubspot', kind: 'merge' });
    await s.handle(twin).result();
    await keep('contactSync-created-and-merged', workflowIds.contact(connection, twin));

    await s.job('segmentResync', 'segment');
    await keep('segmentResync-segment', workflowIds.resync(connection, 'segment'));
    await s.job('segmentResync', 'all', { dryRun: true });
    await keep('segmentResync-all-dry-run', workflowIds.resync(connection, 'all'));
    await s.main.executeUpdate('clearInclusionSegment', { args: [{}] });
    await until('the relabel has ended', async () => (await client.workflow.getHandle(workflowIds.resync(connection, 'relabel')).describe()).status.name === 'COMPLETED');
    await keep('segmentResync-relabel', workflowIds.resync(connection, 'relabel'));
    await keep('connection-updates', workflowIds.connection(connection));
    complete += 1;
  });

  test('chains of runs', async () => {
    const server = await startServerOfShortRuns(40);
    const connections = [await Connection.connect({ address: server.address }), await NativeConnection.connect({ address: server.address })] as const;
    const temporal = { client: new Client({ connection: connections[0] }), nativeConnection: connections[1] };
    try {
      await recordContacts(temporal);
      await recordJobs(temporal);
      complete += 1;
    } finally {
      await Promise.all(connections.map((one) => one.close()));
      await server.stop();
    }
  });

  test('write them', async (t) => {
    assert.equal(complete, 2, 'nothing is written unless all was recorded');
    const { files, bytes } = await recording.write();
    t.diagnostic(`${files} histories, ${Math.round(bytes / 1024)} KB`);
  });
});

type Servers = { client: Client; nativeConnection: NativeConnection };

async function keepChain(client: Client, name: string, workflowId: string, connection: string): Promise<void> {
  const runs = await runsOf(client, workflowId);
  if (runs.length < 2) throw new Error(`${workflowId} did not continue as new.`);
  const runIds = runs.map((events) => events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '');
  await recording.add(client, name, workflowId, { [connection]: 'recorded' }, runIds);
}

async function recordContacts(temporal: Servers): Promise<void> {
  const s = await openContacts(temporal, workflowBundle, 'record');
  try {
    await recordChains(temporal, s);
  } finally {
    await s.stop();
  }
}

async function recordChains(temporal: Servers, s: OpenContacts): Promise<void> {
  for (let edit = 1; edit <= 4; edit++) {
    s.of('1').values.jobtitle = { salesforce: 'Title', h: s.of('1').values.jobtitle?.h ?? null, s: `Title ${edit}` };
    await s.sync('1');
  }
  s.of('1').nextReads.push(() => { throw told('backoff', 'HubSpot is away.'); });
  await s.sync('1');
  await until('it is tried again', async () => (await s.state('1')).status === 'in-sync' && (await s.state('1')).next === null);
  await keepChain(temporal.client, 'contactSync-chain', s.workflowId('1'), s.connection);

  await s.sync('2');
  await s.signal('2', m.pause);
  for (let i = 0; i < 12; i++) {
    await s.signal('2', m.changed, { source: 'hubspot', kind: `edit ${i}` });
    await s.state('2');
  }
  await s.signal('2', m.resume);
  await until('the pause is made up for', async () => (await s.state('2')).status === 'in-sync');
  await keepChain(temporal.client, 'contactSync-paused-chain', s.workflowId('2'), s.connection);
}

async function recordJobs({ client, nativeConnection }: Servers): Promise<void> {
  const connection = uniqueConnection('record');
  let refusals = 1;
  const { account, activities } = fakeAccount({
    contacts: 20, pageSize: 2, pagesPerList: 5, looksAfterSeconds: [0, 0.2, 0.4], member: (id) => Number(id) % 5 !== 0,
    before: (activity) => { if (activity === 'resyncPage' && refusals-- > 0) throw new Error('A worker was lost.'); },
  });
  const settings = fakeConnection();
  const workers = await startFakeWorkers({ nativeConnection, workflowBundle, connection, activities: { ...activities, ...settings.activities } });
  try {
    await recordJobChains(client, connection, account);
  } finally {
    await workers.stop();
  }
}

async function recordJobChains(client: Client, connection: string, account: FakeAccount): Promise<void> {
  const imported = await client.workflow.start('salesforceImport', importStart(connection, 'all', {}));
  await until('some pages are imported', async () => account.done.filter((name) => name === 'importPage').length > 2);
  await imported.signal(m.pause);
  account.member = (id) => Number(id) % 10 !== 0; // some join meanwhile
  await imported.query(m.progress);
  await imported.signal(m.resume);
  await imported.result();
  await keepChain(client, 'salesforceImport-chain', imported.workflowId, connection);

  const resync = await client.workflow.start('segmentResync', resyncStart(connection, 'segment', {}));
  await resync.result();
  await keepChain(client, 'segmentResync-chain', resync.workflowId, connection);

  const relabel = await client.workflow.signalWithStart('segmentResync', { ...resyncStart(connection, 'relabel', {}), signal: m.again, signalArgs: [{}] });
  await until('some pages are compared', async () => account.done.filter((name) => name === 'relabelPage').length > 2);
  await relabel.signal(m.again);
  await relabel.result();
  await keepChain(client, 'segmentResync-relabel-chain', relabel.workflowId, connection);

  const main = await client.workflow.signalWithStart('connection', { workflowId: workflowIds.connection(connection), taskQueue: `sluice-${connection}`, args: [{}], signal: m.check, signalArgs: [{}] });
  for (let change = 0; change < 8; change++) await main.executeUpdate(m.changeSettings, { args: [{ settleWindowMs: change }] });
  await until('the settings were carried on', async () => (await runsOf(client, main.workflowId)).length > 1);
  await main.executeUpdate(m.changeSettings, { args: [{ createAs: 'never' }] });
  await keepChain(client, 'connection-chain', main.workflowId, connection);
}
