import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { workflowIds } from '../../workflows/ids.ts';
import { remember } from '../remember.ts';

/** One event of a history, as far as it is looked at here. */
export interface HistoryEvent {
  eventId?: { toString(): string } | null;
  workflowTaskCompletedEventAttributes?: object | null;
  workflowTaskFailedEventAttributes?: { failure?: { message?: string | null } | null } | null;
}

const misordered = /Nondeterminism error: Update machine does not handle this event: HistoryEvent\(id: (\d+),/;
const lookEveryMs = 10_000;

/**
 * Where a run must begin anew that cannot be replayed, since an update and what came before it were written in another order than a replay
 * has them: the workflow task that wrote them. Null where the run does not stand still for that reason.
 */
export function misorderedTask<Event extends HistoryEvent>(events: readonly Event[]): Event | null {
  const idOf = (event: HistoryEvent): number => Number(String(event.eventId));
  const last = events.findLast((event) => event.workflowTaskFailedEventAttributes != null || event.workflowTaskCompletedEventAttributes != null);
  const at = misordered.exec(last?.workflowTaskFailedEventAttributes?.failure?.message ?? '')?.[1];
  if (at === undefined) return null;
  return events.findLast((event) => event.workflowTaskCompletedEventAttributes != null && idOf(event) < Number(at)) ?? null;
}

/**
 * Has the connection's workflow go on where it cannot: a run that an update met while no worker had it in its cache may have been written
 * in an order that no replay repeats (docs/decisions/0019). It begins anew before that task; its signals and updates since are applied again.
 */
export function rewinder(client: Client, connection: string): () => Promise<void> {
  const workflowId = workflowIds.connection(connection);
  const look = remember(lookEveryMs, async () => {
    const { runId } = await client.workflow.getHandle(workflowId).describe();
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const at = misorderedTask(events ?? [])?.eventId;
    if (at == null) return;
    await client.workflowService.resetWorkflowExecution({
      namespace: client.options.namespace, workflowExecution: { workflowId, runId }, workflowTaskFinishEventId: at, resetReapplyType: proto.temporal.api.enums.v1.ResetReapplyType.RESET_REAPPLY_TYPE_ALL_ELIGIBLE, requestId: randomUUID(), identity: client.options.identity,
      reason: 'An update and what came before it were written in an order that no replay repeats: the run begins anew before them.',
    });
  });
  return () => look('');
}
