import type { TestContext } from 'node:test';
import type { NativeConnection, WorkflowBundle } from '@temporalio/worker';
import { uniqueConnection } from '../../support/temporal.ts';
import { fakeAccount, type FakeAccount } from './jobs.ts';
import { startFakeWorkers } from './workers.ts';

/** An account with workers of its own, for as long as the test runs; `count` says how often an activity ran to its end. */
export async function openAccount(t: TestContext, { nativeConnection, workflowBundle }: { nativeConnection: NativeConnection; workflowBundle: WorkflowBundle }, over: Partial<FakeAccount>) {
  const connection = uniqueConnection('job');
  const { account, activities } = fakeAccount(over);
  const workers = await startFakeWorkers({ nativeConnection, workflowBundle, connection, activities });
  t.after(workers.stop);
  return { connection, account, count: (activity: FakeAccount['done'][number]) => account.done.filter((name) => name === activity).length };
}
