import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkflowBundle } from '@temporalio/worker';
import type { Activities } from '../../../activities/index.ts';
import { taskQueues } from '../../../workflows/ids.ts';

/** Stands for the outside world: the activities that a test needs. */
export type FakeActivities = Partial<Activities>;

export interface FakeWorkersOptions {
  nativeConnection: NativeConnection;
  workflowBundle: WorkflowBundle;
  connection: string;
  activities: FakeActivities;
}

/** The three workers of a connection, with plain functions for activities. */
export async function startFakeWorkers({ nativeConnection, workflowBundle, connection, activities }: FakeWorkersOptions): Promise<{ stop: () => Promise<void> }> {
  const { workflows, live, bulk } = taskQueues(connection);
  const common = { connection: nativeConnection, namespace: 'default', shutdownGraceTime: '1 second' } as const;
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: workflows, workflowBundle }),
    Worker.create({ ...common, taskQueue: live, activities }),
    Worker.create({ ...common, taskQueue: bulk, activities }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  let stopped: Promise<unknown> | null = null;
  const stop = () => {
    for (const worker of workers) worker.shutdown();
    return running;
  };
  return { stop: async () => { await (stopped ??= stop()); } };
}

/** A run's events, with the names that Temporal gives their types. */
export async function historyOf(client: Client, workflowId: string, runId?: string) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events ?? [];
}

/** The runs of a workflow, oldest first, by the chain of their histories. */
export async function runsOf(client: Client, workflowId: string): Promise<Awaited<ReturnType<typeof historyOf>>[]> {
  const runs = [];
  const first = (await historyOf(client, workflowId))[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  for (let runId = first; runId;) {
    const events: Awaited<ReturnType<typeof historyOf>> = await historyOf(client, workflowId, runId);
    runs.push(events);
    runId = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return runs;
}

/** For `assert.rejects`: what the workflow itself said, which the client wraps. */
export const causeSays = (sentence: RegExp) => (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Error && sentence.test(error.cause.message);
