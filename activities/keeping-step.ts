import { setTimeout as sleep } from 'node:timers/promises';
import { taskQueues } from '../workflows/ids.ts';
import { remember } from './remember.ts';
import type { World } from './world.ts';

/** Workflow tasks that may wait for a worker: every one of them comes before a live edit's. */
const mostWaiting = 20;
const readEveryMs = 250;

/**
 * Waits while too many workflow tasks wait for a worker. A start or a signal counts as done before the workflow's task is, so that nothing
 * else would slow them down to what the workers can take. `backlog` tells how many wait.
 */
export function keepingStep(backlog: () => Promise<number>): () => Promise<void> {
  const read = remember(readEveryMs, backlog);
  return async () => {
    while ((await read('')) > mostWaiting) await sleep(readEveryMs);
  };
}

/** How many tasks of the connection's workflows wait for a worker, about. */
export const workflowBacklog = ({ client, connection }: Pick<World, 'client' | 'connection'>) => async (): Promise<number> => {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace, taskQueue: { name: taskQueues(connection).workflows }, taskQueueType: workflowTasks, reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
};

/** Temporal's TaskQueueType. */
const workflowTasks = 1;
