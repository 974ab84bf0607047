import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { startConnection, startFeeds } from './connection.ts';
import { requireKeys } from './encryption/require-keys.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { openLog, type Log } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { logFailure } from './telemetry/outcomes.ts';
import { installRuntime } from './telemetry/runtime.ts';
import { watchConnection } from './telemetry/watch.ts';
import { connectTemporalForWorker } from './temporal/connect.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { runMain } from './user-error.ts';
import { CannotListen, startReceiver, type Receiver } from './webhooks/receiver.ts';
import { createSluiceWorker } from './worker.ts';

/** `npm run worker`: serves one connection until it is asked to end. */
async function main(): Promise<void> {
  const environment = readEnvironment();
  const log = openLog({ ...environment.log, connection: environment.connection });
  const metrics = createMetrics(installRuntime({ log, metricsPort: environment.metricsPort }), environment.connection);
  log.info({ pid: process.pid, node: process.version, hubspot: new URL(environment.hubspot.baseUrl).host, salesforce: new URL(environment.salesforce.loginUrl).host, feeds: environment.feeds, metricsPort: environment.metricsPort }, 'The worker starts.');
  const { connection, nativeConnection, client, namespace } = await connectTemporalForWorker();
  await ensureSearchAttributes(connection, namespace);
  await requireKeys(client, environment.connection, environment.encryptionKeys);
  const worker = await createSluiceWorker({
    environment, nativeConnection, client, namespace,
    observers: {
      ...metrics,
      activityFailed(attempt) {
        metrics.activityFailed(attempt);
        logFailure(log, attempt);
      },
    },
  });
  let receiver: Receiver | null = null;
  let ending: Promise<void> | undefined;
  // First, so that HubSpot sends to another receiver, or again, and not into a process that ends.
  const end = async (): Promise<void> => {
    log.info('The worker was asked to end.');
    await receiver?.close();
    worker.shutdown();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { ending ??= end(); });
  const running = worker.run();
  await startConnection(client, environment.connection);
  if (environment.feeds) await startFeeds(client, environment.connection);
  receiver = environment.feeds ? await receive(environment, client) : null;
  console.log(`Worker ready for the connection "${environment.connection}".`);
  log.info({ webhooks: receiver !== null }, 'The worker is ready.');
  void reportReadiness(client, environment.connection, log);
  const unwatch = watchConnection({ client, connection: environment.connection, feeds: environment.feeds, log, metrics: environment.metricsPort === null ? null : metrics });
  await running;
  await unwatch();
  await receiver?.close();
  await nativeConnection.close();
  await connection.close();
  log.info('The worker has ended.');
}

/** Another worker of this machine may hold the port, or another program: neither keeps this one from working. */
async function receive({ webhooks, connection }: Environment, client: Client): Promise<Receiver | null> {
  if (webhooks === null) return null;
  try {
    return await startReceiver({ webhooks, connection, client });
  } catch (error) {
    if (!(error instanceof CannotListen)) throw error;
    console.log(`Note: webhooks are not received here, since ${error.why} (SLUICE_WEBHOOK_PORT chooses another): polling notices changes all the same, later.`);
    return null;
  }
}

/** Prints what stands in the way of syncing, once the check that this worker asked for is over. */
async function reportReadiness(client: Client, connection: string, log: Log): Promise<void> {
  const workflow = client.workflow.getHandle(workflowIds.connection(connection));
  for (let attempt = 0; attempt < 120; attempt++) {
    await sleep(500);
    const checkedAt = await workflow.query(messages.settings).then((settings) => settings.checkedAt, () => null);
    const health = checkedAt === null ? null : await workflow.query(messages.health).catch(() => null);
    if (health === null) continue;
    log[health.problems.length === 0 ? 'info' : 'warn']({ status: health.status, problems: health.problems }, 'The accounts were checked.');
    for (const problem of health.problems) console.log(`Not ready: ${problem}`);
    for (const warning of health.warnings) console.log(`Note: ${warning}`);
    return;
  }
}

await runMain(main);
