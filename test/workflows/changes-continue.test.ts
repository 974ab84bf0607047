import assert from 'node:assert/strict';
import { after, test, type TestContext } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { crms, workflowIds, type Crm } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { changesStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { door } from './fakes/contacts.ts';
import { fakeFeeds } from './fakes/feeds.ts';
import { startServerOfShortRuns } from './fakes/short-runs.ts';
import { runsOf, startFakeWorkers } from './fakes/workers.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const workflowBundle = await testWorkflowBundle();
const server = await startServerOfShortRuns(60);
const connections = [await Connection.connect({ address: server.address }), await NativeConnection.connect({ address: server.address })] as const;
const at = '2026-01-05T10:00:00.000Z';
after(async () => {
  await Promise.all(connections.map((one) => one.close()));
  await server.stop();
});

async function open(t: TestContext, crms: readonly Crm[]) {
  const client = new Client({ connection: connections[0] });
  const connection = uniqueConnection('runs');
  const { world, activities } = fakeFeeds();
  const { stop } = await startFakeWorkers({ nativeConnection: connections[1], workflowBundle, connection, activities });
  const held = door(t);
  t.after(stop);
  for (const crm of crms) await client.workflow.start(`${crm}Changes`, changesStart(connection, crm));
  const handle = (crm: Crm) => client.workflow.getHandle(workflowIds.changes(connection, crm));
  const edit = async (crm: Crm, n: number): Promise<string> => {
    const record = `00Q${String(n).padStart(12, '0')}AAA`;
    if (crm === 'hubspot') await handle(crm).signal(m.hubspotEvents, { events: [{ id: String(n), kind: 'change', at }] });
    else await handle(crm).signal(m.salesforceEvents, { events: [{ id: record, object: 'Lead', kind: 'update', at }], replay: { Lead: n } });
    return crm === 'hubspot' ? String(n) : record;
  };
  return { world, held, handle, edit, runs: async (crm: Crm) => (await runsOf(client, workflowIds.changes(connection, crm))).length };
}

test('of 200 signals over many runs no event is lost, and the subscription goes on from run to run', async (t) => {
  const { world, handle, edit, runs } = await open(t, crms);
  const told = new Set<string>();
  for (let i = 1; i <= 100; i++) {
    for (const crm of crms) told.add(await edit(crm, i));
    // A person's machine has a pause now and then, and with it runs come to their end.
    if (i % 20 === 0) await until('all were handed on', async () => (await handle('hubspot').query(m.feed)).waiting + (await handle('salesforce').query(m.feed)).waiting === 0);
  }
  await until('everybody was told', async () => new Set([...world.delivered, ...world.compared]).size >= told.size);
  assert.deepEqual(new Set([...world.delivered, ...world.compared]), told);
  const inAll = { hubspot: await runs('hubspot'), salesforce: await runs('salesforce') };
  assert.ok(inAll.hubspot > 2 && inAll.salesforce > 2, JSON.stringify(inAll));
  assert.ok(world.listening >= inAll.salesforce - 1, `${world.listening} subscriptions in ${inAll.salesforce} runs`);
  const { replay, counts } = await handle('salesforce').query(m.feed);
  assert.deepEqual([replay.Lead, counts.events], [100, 100]);
  t.diagnostic(`${inAll.hubspot} and ${inAll.salesforce} runs`);
});

for (const crm of crms) {
  test(`${crm}: while a run that is long waits for its poll, single edits are told; a poll that does not end is cut off, and begun again`, async (t) => {
    const { world, held, handle, edit, runs } = await open(t, [crm]);
    await until('the place is marked', async () => (await handle(crm).query(m.feed)).readUpTo !== null);
    world.polling = held.opened;
    await handle(crm).signal(m.check);
    await until('it polls', async () => world.polls.length === 2);
    const tell = async (n: number): Promise<void> => {
      const id = await edit(crm, n);
      await until(`${id} is told`, async () => world.delivered.includes(id));
    };
    let n = 0;
    while (n < 15) await tell(n += 1);
    assert.equal(await runs(crm), 1, 'it waits for its poll');
    while (n < 100 && (await runs(crm)) === 1) await tell(n += 1);
    assert.equal(await runs(crm), 2);
    await until('it polls again', async () => world.polls.length === 3);
    assert.deepEqual(world.compared, []);
  });

  test(`${crm}: what a run that was cut off had taken is told by the next`, async (t) => {
    const { world, held, handle, edit, runs } = await open(t, [crm]);
    await until('the place is marked', async () => (await handle(crm).query(m.feed)).readUpTo !== null);
    world.before.push(() => held.opened);
    const told = new Set<string>();
    while (told.size < 150 && (await runs(crm)) === 1) told.add(await edit(crm, told.size + 1));
    await until('everybody was told', async () => new Set([...world.delivered, ...world.compared]).size >= told.size);
    assert.deepEqual(new Set([...world.delivered, ...world.compared]), told);
    assert.ok(await runs(crm) > 1);
  });
}

test('a fault of the feed itself shows at once, though its other work goes on', async (t) => {
  const { world, handle } = await open(t, ['salesforce']);
  await until('the place is marked', async () => (await handle('salesforce').query(m.feed)).readUpTo !== null);
  world.unreadable = true;
  await handle('salesforce').signal(m.check);
  const faults = async () => (await handle('salesforce').fetchHistory()).events?.flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? []) ?? [];
  await until('the task fails', async () => (await faults()).length > 0);
  assert.match((await faults()).join(), /reading 'stamp'/);
});
