import { setTimeout as sleep } from 'node:timers/promises';
import { taskQueues } from '../workflows/ids.ts';
import type { World } from './world.ts';

/** Workflow tasks that may wait for a worker: every one of them comes before a live edit's. */
const mostWaiting = 20;
const readEveryMs = 250;
/** Where none wait, workers are idle: so many further ones are let go at the next look, again and again. */
const growth = 20;
const mostAtOnce = 500;

/**
 * Waits while too many workflow tasks wait for a worker. A start or a signal counts as done before its workflow task is, so that nothing
 * else would slow them down to what the workers can take. `backlog` tells how many wait; as many as are missing to 20 are let go until it
 * is asked again, a quarter of a second later.
 */
export function keepingStep(backlog: () => Promise<number>): () => Promise<void> {
  let granted = 0;
  let left = 0;
  let readAt = -Infinity;
  let reading: Promise<void> | null = null;
  const grant = async (): Promise<void> => {
    await sleep(Math.max(0, readAt + readEveryMs - performance.now()));
    const waiting = await backlog();
    readAt = performance.now();
    granted = waiting === 0 ? Math.min(granted + growth, mostAtOnce) : mostWaiting - waiting;
    left = granted;
  };
  return async () => {
    while (left <= 0) await (reading ??= grant().finally(() => { reading = null; }));
    left -= 1;
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
