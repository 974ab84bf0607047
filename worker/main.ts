import { setTimeout as sleep } from 'node:timers/promises';
import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import type { Client } from '@temporalio/client';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { startConnection, startFeeds } from './connection.ts';
import { requireKeys } from './encryption/require-keys.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { connectTemporalForWorker } from './temporal/connect.ts';
import { ensureSearchAttributes } from './temporal/search-attributes.ts';
import { runMain } from './user-error.ts';
import { CannotListen, startReceiver, type Receiver } from './webhooks/receiver.ts';
import { createSluiceWorker } from './worker.ts';

/** `npm run worker`: serves one connection until it is asked to end. */
async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN', print), shutdownSignals: [] });
  const environment = readEnvironment();
  const { connection, nativeConnection, client, namespace } = await connectTemporalForWorker();
  await ensureSearchAttributes(connection, namespace);
  await requireKeys(client, environment.connection, environment.encryptionKeys);
  const worker = await createSluiceWorker({ environment, nativeConnection, client, namespace });
  let receiver: Receiver | null = null;
  let ending: Promise<void> | undefined;
  // First, so that HubSpot sends to another receiver, or again, and not into a process that ends.
  const end = async (): Promise<void> => {
    await receiver?.close();
    worker.shutdown();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { ending ??= end(); });
  const running = worker.run();
  await startConnection(client, environment.connection);
  if (environment.feeds) await startFeeds(client, environment.connection);
  receiver = environment.feeds ? await receive(environment, client) : null;
  console.log(`Worker ready for the connection "${environment.connection}".`);
  void reportReadiness(client, environment.connection);
  await running;
  await receiver?.close();
  await nativeConnection.close();
  await connection.close();
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

/** To stderr, without what is meant to be so: queues are served apart, workflows on one and activities on the others. */
function print({ level, message, meta, timestampNanos }: LogEntry): void {
  if (/^No (activities|workflows) registered/.test(message)) return;
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  console.error(`${time} [${level}] ${message}`, meta ?? '');
}

/** Prints what stands in the way of syncing, once the check that this worker asked for is over. */
async function reportReadiness(client: Client, connection: string): Promise<void> {
  const workflow = client.workflow.getHandle(workflowIds.connection(connection));
  for (let attempt = 0; attempt < 120; attempt++) {
    await sleep(500);
    const checkedAt = await workflow.query(messages.settings).then((settings) => settings.checkedAt, () => null);
    const health = checkedAt === null ? null : await workflow.query(messages.health).catch(() => null);
    if (health === null) continue;
    for (const problem of health.problems) console.log(`Not ready: ${problem}`);
    for (const warning of health.warnings) console.log(`Note: ${warning}`);
    return;
  }
}

await runMain(main);
