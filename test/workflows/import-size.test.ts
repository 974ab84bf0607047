import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { taskQueues } from '../../workflows/ids.ts';
import type * as m from '../../workflows/messages.ts';
import { testTemporal, testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { fakeAccount } from '../workflows/fakes/jobs.ts';
import { startFakeWorkers } from '../workflows/fakes/workers.ts';

const { client, nativeConnection } = await testTemporal();
const workflowBundle = await testWorkflowBundle();

test('an import whose handovers fall behind goes on in a new run, which takes them over: they stay below what Temporal takes', async () => {
  const connection = uniqueConnection('size');
  const padding = ' '.repeat(150_000); // a full page with many mapped fields
  const { account, activities } = fakeAccount({ contacts: 60, pagesPerList: 30, before: async (activity) => { if (activity === 'handOver') await sleep(400); } });
  const runs = new Set<string>();
  const { importPage } = activities;
  activities.importPage = async (page) => {
    runs.add(activityInfo().workflowExecution?.runId ?? '');
    const result = await importPage(page);
    return { ...result, handovers: result.handovers === null ? null : `${result.handovers}${padding}` };
  };
  const { stop } = await startFakeWorkers({ nativeConnection, workflowBundle, connection, activities });
  after(stop);
  const workflowId = `import/${connection}/first`;
  const run = await client.workflow.start<(input: object) => Promise<m.ImportProgress>>('salesforceImport', { workflowId, taskQueue: taskQueues(connection).workflows, args: [{ object: 'Contact' }] });
  const progress = await run.result();
  assert.equal(progress.created, 60);
  assert.equal(new Set(account.handedOver).size, 60);
  assert.ok(runs.size > 1, 'it went on in a new run');
});
