import type { Client } from '@temporalio/client';
import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { reportCalls } from '../activities/connection/report-calls.ts';
import { CrmFailure } from '../activities/crm/failure.ts';
import { tell } from '../activities/failure.ts';
import { createActivities } from '../activities/index.ts';
import type { Dependencies } from '../activities/world.ts';
import { taskQueues } from '../workflows/ids.ts';
import { keptBundle } from './bundle.ts';
import { openCrms } from './crms.ts';
import { keepGoing } from './rewind.ts';
import { dataConverter } from './encryption/data-converter.ts';
import type { Environment } from './environment.ts';
import { notingLag } from './telemetry/lag.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { activityOutcomes, type FailedAttempt } from './telemetry/outcomes.ts';
import { UserError } from './user-error.ts';

type Crms = Pick<Dependencies, 'hubspot' | 'salesforce'>;

export interface SluiceWorkerOptions {
  environment: Pick<Environment, 'connection' | 'hubspot' | 'salesforce' | 'byJobAbove' | 'encryptionKeys' | 'cacheDir'>;
  nativeConnection: NativeConnection;
  client: Client;
  namespace: string;
  /** Are told of what the worker does: calls, failed attempts, contacts told of changes. */
  observers?: Pick<Metrics, 'called' | 'told'> & { activityFailed(attempt: FailedAttempt): void };
  /** Work under way may end by itself for so long after a shutdown was asked for; 15 seconds. */
  shutdownGraceTime?: NonNullable<WorkerOptions['shutdownGraceTime']>;
}

/** Of the workflows that rest, so many stay in memory, at some 0.3 MB each: with them a worker stays below 600 MB. The SDK would keep 2,400. */
const maxCachedWorkflows = 450;

/** Workflows that a dead worker held in its cache go on in another after this; the SDK waits 10 s. */
const stickyQueueScheduleToStartTimeout = '5 seconds';

/** The SDK would pass heartbeats on only at 80 % of their timeout: late enough for a busy worker to be taken for dead. */
const maxHeartbeatThrottleInterval = '3 seconds';

/**
 * The worker of one connection: workflows, live and bulk activities on queues of their own, so that bulk work can never starve a
 * live edit. `run` ends when `shutdown` was called and everything has drained.
 */
export async function createSluiceWorker({ environment, nativeConnection, client, namespace, observers, shutdownGraceTime = '15 seconds' }: SluiceWorkerOptions): Promise<{ run(): Promise<void>; shutdown(): void }> {
  const { connection, byJobAbove, encryptionKeys } = environment;
  const { allowances, ...crms } = openCrms(environment, observers && ((crm, lane, outcome) => observers.called(crm, lane, outcome)));
  await requireCredentials(crms);
  const ending = new AbortController();
  const activities = createActivities({ connection, client: observers === undefined ? client : notingLag(client, observers.told), ...crms, allowances, byJobAbove, ending: ending.signal });
  const queues = taskQueues(connection);
  const common = { connection: nativeConnection, namespace, shutdownGraceTime, dataConverter: dataConverter(encryptionKeys) };
  const interceptors = { activity: observers === undefined ? [] : [activityOutcomes((attempt) => observers.activityFailed(attempt))] };
  const workflowBundle = await keptBundle(environment.cacheDir, { encrypted: encryptionKeys.length > 0 });
  const workflows = await Worker.create({ ...common, taskQueue: queues.workflows, workflowBundle, maxCachedWorkflows, stickyQueueScheduleToStartTimeout });
  const callers = [
    await Worker.create({ ...common, taskQueue: queues.live, activities, interceptors, maxConcurrentActivityTaskExecutions: 300, maxHeartbeatThrottleInterval }),
    await Worker.create({ ...common, taskQueue: queues.bulk, activities, interceptors, maxConcurrentActivityTaskExecutions: 20, maxHeartbeatThrottleInterval }),
  ];
  return {
    async run() {
      const running = workflows.run();
      const reporting = reportCalls(client, connection, allowances);
      const rewinding = keepGoing({ client, connection, buildId: workflows.options.buildId ?? '' });
      try {
        // Activities ask the connection's workflow for the settings: it must be served until the last of them has ended.
        await Promise.all(callers.map((worker) => worker.run()));
      } finally {
        await Promise.all([reporting.end(), rewinding.end()]);
      }
      workflows.shutdown();
      await running;
    },
    shutdown: () => {
      ending.abort();
      for (const worker of callers) worker.shutdown();
    },
  };
}

/** A CRM that cannot be reached is waited for; one that refuses the credentials is for the person who started the worker. */
async function requireCredentials({ hubspot, salesforce }: Crms): Promise<void> {
  const call = { lane: 'live' } as const;
  const answers = await Promise.allSettled([hubspot.account(call), salesforce.identity(call)]);
  for (const answer of answers) {
    if (answer.status === 'fulfilled' || !(answer.reason instanceof CrmFailure)) continue;
    const { error } = tell(answer.reason);
    if (error.category === 'authentication') throw new UserError(`${error.message} ${error.remedy}`);
  }
}
