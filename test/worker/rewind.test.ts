import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { keepGoing } from '../../worker/rewind.ts';
import { workflowIds } from '../../workflows/ids.ts';
import { testTemporal, uniqueConnection } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { go, unrepeatable } from './unrepeatable-workflow.ts';

const temporal = await testTemporal();
const workflowBundle = await bundleWorkflowCode({ workflowsPath: join(import.meta.dirname, 'unrepeatable-workflow.ts'), logger: new DefaultLogger('ERROR') });

test('a run that no replay comes to goes on by itself, with all that it was told, but not where other code wrote it', async () => {
  const { client, nativeConnection } = temporal;
  const connection = uniqueConnection('rewind');
  const worker = (): Promise<Worker> => Worker.create({ connection: nativeConnection, namespace: temporal.namespace, taskQueue: connection, workflowBundle, activities: { look: () => undefined }, stickyQueueScheduleToStartTimeout: '1 second' });
  const workflowId = workflowIds.changes(connection, 'hubspot');
  const first = await worker();
  const run = await first.runUntil(async () => {
    const handle = await client.workflow.start(unrepeatable, { workflowId, taskQueue: connection });
    await handle.signal(go);
    await until('it waits to be told again', async () => (await handle.fetchHistory()).events?.some((event) => event.timerFiredEventAttributes != null) === true);
    await sleep(500); // the task that the timer brought is done
    return handle.firstExecutionRunId;
  });
  const handle = client.workflow.getHandle(workflowId);
  const second = await worker();
  await second.runUntil(async () => {
    await handle.signal(go);
    await until('it stands still', async () => ((await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 1) > 1);
    const stranger = keepGoing({ client, connection, buildId: 'other code', everyMs: 50 });
    await sleep(1_000);
    await stranger.end();
    assert.equal((await handle.describe()).runId, run);
    const keeper = keepGoing({ client, connection, buildId: second.options.buildId ?? '', everyMs: 50 });
    await until('it began anew', async () => (await handle.describe()).runId !== run);
    assert.equal(await client.workflow.getHandle(workflowId).result(), 2);
    await keeper.end();
  });
});
