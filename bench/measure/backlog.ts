import type { Client } from '@temporalio/client';
import { taskQueues } from '../../workflows/ids.ts';

/** How many tasks of the connection's workflows wait for a worker, about. */
export const workflowBacklog = ({ client, connection }: { client: Client; connection: string }) => async (): Promise<number> => {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace, taskQueue: { name: taskQueues(connection).workflows }, taskQueueType: workflowTasks, reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
};

/** Temporal's TaskQueueType. */
const workflowTasks = 1;
