import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { workflowIds } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { changesStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { fakeFeeds } from './fakes/feeds.ts';
import { startServerOfShortRuns } from './fakes/short-runs.ts';
import { runsOf, startFakeWorkers } from './fakes/workers.ts';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const workflowBundle = await testWorkflowBundle();
const server = await startServerOfShortRuns(60);
const connections = [await Connection.connect({ address: server.address }), await NativeConnection.connect({ address: server.address })] as const;
after(async () => {
  await Promise.all(connections.map((one) => one.close()));
  await server.stop();
});

test('of 200 signals over many runs no event is lost, and the subscription goes on from run to run', async (t) => {
  const client = new Client({ connection: connections[0] });
  const connection = uniqueConnection('runs');
  const { world, activities } = fakeFeeds();
  const { stop } = await startFakeWorkers({ nativeConnection: connections[1], workflowBundle, connection, activities });
  t.after(stop);
  for (const crm of ['hubspot', 'salesforce'] as const) await client.workflow.start(`${crm}Changes`, changesStart(connection, crm));
  const handle = (crm: 'hubspot' | 'salesforce') => client.workflow.getHandle(workflowIds.changes(connection, crm));
  const at = '2026-01-05T10:00:00.000Z';
  const told = new Set<string>();
  for (let i = 1; i <= 100; i++) {
    const record = `00Q${String(i).padStart(12, '0')}AAA`;
    await handle('hubspot').signal(m.hubspotEvents, { events: [{ id: String(i), kind: 'change', at }] });
    await handle('salesforce').signal(m.salesforceEvents, { events: [{ id: record, object: 'Lead', kind: 'update', at }], replay: { Lead: i } });
    told.add(String(i)).add(record);
    // A person's machine has a pause now and then, and with it runs come to their end.
    if (i % 20 === 0) await until('all were handed on', async () => (await handle('hubspot').query(m.feed)).waiting + (await handle('salesforce').query(m.feed)).waiting === 0);
  }
  await until('everybody was told', async () => new Set([...world.delivered, ...world.compared]).size >= told.size);
  assert.deepEqual(new Set([...world.delivered, ...world.compared]), told);
  const runs = { hubspot: (await runsOf(client, workflowIds.changes(connection, 'hubspot'))).length, salesforce: (await runsOf(client, workflowIds.changes(connection, 'salesforce'))).length };
  assert.ok(runs.hubspot > 2 && runs.salesforce > 2, JSON.stringify(runs));
  assert.ok(world.listening >= runs.salesforce - 1, `${world.listening} subscriptions in ${runs.salesforce} runs`);
  const { replay, counts } = await handle('salesforce').query(m.feed);
  assert.deepEqual([replay.Lead, counts.events], [100, 100]);
  t.diagnostic(`${runs.hubspot} and ${runs.salesforce} runs`);
});
