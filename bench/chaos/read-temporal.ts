import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { findLeaks, textsIn } from './secrets.ts';
import type { ChaosStage } from './stage.ts';
import type { Leak, WorkflowFacts } from './story.ts';

const atOnce = 8;
/** Of `temporal.api.enums.v1.PendingActivityState`. */
const started = 2;
/**
 * Of `temporal.api.enums.v1.WorkflowTaskFailedCause`, those after which the server has the task done again: a signal or an update came while a
 * task was under way that ended the run, and the worker whose cache held the run has gone.
 */
const repeated: readonly number[] = [1, 13, 31];

/** What the server knows of every run, and where in their histories a secret stands. */
export async function readWorkflows(stage: ChaosStage, secrets: readonly string[]): Promise<{ workflows: WorkflowFacts[]; leaks: Leak[] }> {
  const listed: WorkflowExecutionInfo[] = [];
  for await (const execution of stage.client.workflow.list({ pageSize: 1000 })) listed.push(execution);
  const workflows: WorkflowFacts[] = [];
  const leaks: Leak[] = [];
  const next = listed.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const execution of next) {
      const handle = stage.client.workflow.getHandle(execution.workflowId, execution.runId);
      const history = await handle.fetchHistory();
      leaks.push(...findLeaks(`the history of ${execution.workflowId}`, textsIn(history), secrets));
      const pending = await pendingOf(stage, execution);
      const stuck = pending.taskAttempt > 1 ? { history: historyToJSON(history) } : {};
      workflows.push({ ...pending, ...stuck, workflowId: execution.workflowId, runId: execution.runId, type: execution.type, status: execution.status.name, failedTasks: failedTasks(history.events ?? []) });
    }
  }));
  return { workflows, leaks };
}

async function pendingOf(stage: ChaosStage, { workflowId, runId, status }: WorkflowExecutionInfo): Promise<Pick<WorkflowFacts, 'taskAttempt' | 'retrying'>> {
  if (status.name !== 'RUNNING') return { taskAttempt: 1, retrying: [] };
  const { raw } = await stage.client.workflow.getHandle(workflowId, runId).describe();
  // One that runs has been tried with success: the subscription to change events runs for an hour at a time.
  const retrying = (raw.pendingActivities ?? []).filter(({ attempt, state }) => (attempt ?? 1) > 1 && Number(state) !== started);
  return {
    taskAttempt: raw.pendingWorkflowTask?.attempt ?? 1,
    retrying: retrying.map(({ activityType, attempt, lastFailure }) => ({ activity: activityType?.name ?? '', attempt: attempt ?? 1, failure: lastFailure?.message ?? '' })),
  };
}

type Events = NonNullable<Awaited<ReturnType<ReturnType<ChaosStage['client']['workflow']['getHandle']>['fetchHistory']>>['events']>;

const failedTasks = (events: Events): string[] => events.flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
  (failed == null || repeated.includes(failed.cause ?? 0) ? [] : [`cause ${failed.cause}: ${failed.failure?.message ?? ''}`]));

/** Every token that the sandboxes over this directory ever gave out, each one's oldest first. */
export function tokensIn(dataDir: string): string[] {
  return ['hubspot.db', 'salesforce.db'].flatMap((file) => {
    const database = new DatabaseSync(join(dataDir, file), { readOnly: true });
    try {
      return database.prepare('SELECT token FROM tokens ORDER BY rowid').all().map(({ token }) => String(token));
    } finally {
      database.close();
    }
  });
}
