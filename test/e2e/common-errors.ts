import type { Client } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';

type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
type Event = NonNullable<History['events']>[number];
/** A protobuf duration; absent and 0 both say that there is none. */
type Duration = Parameters<typeof tsToMs>[0];

const ms = (duration: Duration): number => (duration == null ? 0 : tsToMs(duration));

/**
 * What the Web UI's panel "Common Errors" would show for one run, by the rules of UI 2.53, and, first of all, workflow tasks that
 * failed. Empty where all is well.
 */
export function commonErrors(history: History): string[] {
  const events = history.events ?? [];
  const found = events.flatMap((event) => [...startFaults(event), ...activityFaults(event), ...otherFaults(event)]);
  const [first, last] = [events[0], events.at(-1)];
  if (events.length >= 10_000) found.push('a history of 10,000 events or more');
  const lived = ms(last?.eventTime) - ms(first?.eventTime);
  if (last?.workflowExecutionContinuedAsNewEventAttributes && lived < 2_000) found.push(`continue-as-new after ${lived} ms`);
  return found;
}

function startFaults({ workflowExecutionStartedEventAttributes: start }: Event): string[] {
  if (!start) return [];
  const found = [];
  if (ms(start.workflowExecutionTimeout) > 0 || ms(start.workflowRunTimeout) > 0) found.push('a workflow timeout');
  if (ms(start.workflowTaskTimeout) !== 10_000) found.push('another workflow task timeout than the default');
  if (start.retryPolicy) found.push('a workflow retry policy');
  if ((start.input?.payloads?.length ?? 0) > 1) found.push('several input payloads');
  return found;
}

function activityFaults({ activityTaskScheduledEventAttributes: activity }: Event): string[] {
  if (!activity) return [];
  const found = [];
  const [startToClose, scheduleToClose, scheduleToStart, heartbeat] = [activity.startToCloseTimeout, activity.scheduleToCloseTimeout, activity.scheduleToStartTimeout, activity.heartbeatTimeout].map(ms);
  if (activity.retryPolicy?.maximumAttempts === 1) found.push('maximumAttempts 1');
  if (!startToClose || startToClose <= 1_000) found.push('no startToCloseTimeout above 1 s');
  if (scheduleToClose && startToClose && scheduleToClose < 2 * startToClose) found.push('scheduleToCloseTimeout below twice startToCloseTimeout');
  // Where only scheduleToClose is set, the server writes it here too.
  if (scheduleToStart && scheduleToStart !== scheduleToClose) found.push('a scheduleToStartTimeout');
  if (heartbeat && startToClose && heartbeat > 0.8 * startToClose) found.push('a heartbeatTimeout above 80 % of startToCloseTimeout');
  if ((activity.input?.payloads?.length ?? 0) > 1) found.push('several input payloads');
  return found.map((fault) => `activity ${activity.activityType?.name}: ${fault}`);
}

function otherFaults(event: Event): string[] {
  const failed = event.workflowTaskFailedEventAttributes;
  if (failed) return [`a failed workflow task (${failed.failure?.message ?? failed.cause})`];
  return event.markerRecordedEventAttributes?.markerName === 'core_local_activity' ? ['a local activity'] : [];
}

/** The common errors of all runs in the namespace that `query` lists, each with its workflow id; and runs whose task fails now. */
export async function lintWorkflows(client: Client, query = ''): Promise<{ runs: number; faults: string[] }> {
  const faults: string[] = [];
  let runs = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    runs += 1;
    const handle = client.workflow.getHandle(workflowId, runId);
    const { raw } = await handle.describe();
    if ((raw.pendingWorkflowTask?.attempt ?? 0) > 1) faults.push(`${workflowId}: a workflow task that is tried again`);
    faults.push(...commonErrors(await handle.fetchHistory()).map((fault) => `${workflowId}: ${fault}`));
  }
  return { runs, faults: [...new Set(faults)] };
}
