import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { crms, workflowIds } from '../workflows/ids.ts';
import { unrepeatableTask } from './unrepeatable.ts';

interface Rewinding {
  client: Client;
  connection: string;
  /** Names the code of this worker's workflows. */
  buildId: string;
  /** Between two looks; 15 s. */
  everyMs?: number;
}

/**
 * Has a run go on that stands still since no replay comes to what this very code once wrote (docs/decisions/0019): it begins anew before that
 * task; its signals and updates since are applied again. Looks at the connection and its feeds, without which nothing syncs, and at whatever
 * else the server reports after a few failed tasks. `end` resolves once a look that is under way is over.
 */
export function keepGoing({ client, connection, buildId, everyMs = 15_000 }: Rewinding): { end(): Promise<void> } {
  const standing = [workflowIds.connection(connection), ...crms.map((crm) => workflowIds.changes(connection, crm))];
  const look = async (): Promise<void> => {
    for (const workflowId of standing) {
      const runId = await failingRun(client, workflowId);
      if (runId !== null) await rewind(client, { workflowId, runId }, buildId);
    }
    const reported = client.workflow.list({ query: `Connection = '${connection}' AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL` });
    for await (const run of reported) if (!standing.includes(run.workflowId)) await rewind(client, run, buildId);
  };
  // A server that is away, or knows no such attribute, is no matter of this: the next look comes by itself.
  let looking = Promise.resolve();
  const timer = setInterval(() => { looking = looking.then(() => look().catch(() => undefined)); }, everyMs);
  return {
    end: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

/** The run whose present task was tried before; null where none was, or there is no such workflow. */
async function failingRun(client: Client, workflowId: string): Promise<string | null> {
  try {
    const { raw, runId } = await client.workflow.getHandle(workflowId).describe();
    return (raw.pendingWorkflowTask?.attempt ?? 1) > 1 ? runId : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

async function rewind(client: Client, { workflowId, runId }: { workflowId: string; runId: string }, buildId: string): Promise<void> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const at = unrepeatableTask(events ?? [], buildId)?.eventId;
  if (at == null) return;
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace, workflowExecution: { workflowId, runId }, workflowTaskFinishEventId: at, resetReapplyType: proto.temporal.api.enums.v1.ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE, requestId: randomUUID(), identity: client.options.identity,
    reason: 'What this code wrote no replay comes to: the run begins anew before it.',
  });
}
