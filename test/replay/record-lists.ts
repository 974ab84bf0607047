/**
 * `npm run record-histories` runs this too: imports that a bulk query job lists, recorded beside the older histories, which stay.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import * as m from '../../workflows/messages.ts';
import { importStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { fakeAccount } from '../workflows/fakes/jobs.ts';
import { startServerOfShortRuns } from '../workflows/fakes/short-runs.ts';
import { runsOf, startFakeWorkers } from '../workflows/fakes/workers.ts';
import { isOfLists, newRecording } from './histories.ts';

const recording = newRecording(isOfLists);

test('imports by bulk query jobs', async (t) => {
  const server = await startServerOfShortRuns(40);
  const connections = [await Connection.connect({ address: server.address }), await NativeConnection.connect({ address: server.address })] as const;
  const client = new Client({ connection: connections[0] });
  const connection = uniqueConnection('record');
  const { account, activities } = fakeAccount({ contacts: 20, pageSize: 2, pagesPerList: 4, byJobAbove: 10, looks: 2, loses: ['failed'], looksAfterSeconds: [0], member: (id) => Number(id) % 5 !== 0 });
  const workers = await startFakeWorkers({ nativeConnection: connections[1], workflowBundle: await testWorkflowBundle(), connection, activities });
  t.after(async () => {
    await workers.stop();
    await Promise.all(connections.map((one) => one.close()));
    await server.stop();
  });
  const keep = async (name: string, workflowId: string) => {
    const runIds = (await runsOf(client, workflowId)).map((events) => events[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '');
    await recording.add(client, name, workflowId, { [connection]: 'recorded' }, runIds);
  };

  const chain = await client.workflow.start('salesforceImport', importStart(connection, 'many', {}));
  await until('the first set is imported', async () => account.done.includes('importPage'));
  await chain.signal(m.pause);
  await chain.query(m.progress);
  for (const job of account.listJobs) job.ended = true; // expired meanwhile
  await chain.signal(m.resume);
  await client.workflow.getHandle(chain.workflowId).result();
  await keep('salesforceImport-by-job-chain', chain.workflowId);

  account.looks = 100;
  const cancelled = await client.workflow.start('salesforceImport', importStart(connection, 'cancelled', { object: 'Contact' }));
  await until('it waits for its job', async () => account.listJobs.some(({ looks, ended }) => looks > 0 && !ended));
  await cancelled.cancel();
  await assert.rejects(cancelled.result());
  await keep('salesforceImport-by-job-cancelled', cancelled.workflowId);

  account.refusesJobs = 'FEATURENOTENABLED';
  await (await client.workflow.start('salesforceImport', importStart(connection, 'refused', { object: 'Contact' }))).result();
  await keep('salesforceImport-by-job-refused', `import/${connection}/refused`);
});

test('write them', async (t) => {
  const { files, bytes } = await recording.write();
  assert.ok(files >= 4, `${files} histories`);
  t.diagnostic(`${files} histories, ${Math.round(bytes / 1024)} KB`);
});
