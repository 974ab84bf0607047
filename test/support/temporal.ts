import { randomBytes } from 'node:crypto';
import { after } from 'node:test';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, type WorkflowBundle } from '@temporalio/worker';
import { keptBundle } from '../../worker/bundle.ts';
import { cacheDir, startTestServer } from './suite.ts';

export interface TestTemporal {
  /** `127.0.0.1:<port>`, for `TEMPORAL_ADDRESS` of a child process. */
  address: string;
  namespace: 'default';
  connection: Connection;
  /** For `Worker.create`. */
  nativeConnection: NativeConnection;
  client: Client;
}

/**
 * The run's Temporal server; a file run alone (`node --test test/x.test.ts`) gets one of its own. Call it once, at the
 * top level of the test file, so that it is closed after the file's last test:
 *
 *     const temporal = await testTemporal();
 *
 * All files share server and namespace: keep apart by `uniqueConnection`.
 */
export async function testTemporal(): Promise<TestTemporal> {
  // Before anything else of the worker's SDK. Tests provoke failures, so their warnings would drown the report.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const handedDown = process.env['SLUICE_TEST_TEMPORAL'];
  const own = handedDown ? undefined : await startTestServer();
  const address = handedDown || own?.address || '';
  const [connection, nativeConnection] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  after(async () => {
    await nativeConnection.close();
    await connection.close();
    await own?.stop();
  });
  return { address, namespace: 'default', connection, nativeConnection, client: new Client({ connection }) };
}

/** The activities that a workflow waits for, and what each failed with last. */
export async function pendingActivities(workflow: WorkflowHandle): Promise<{ name: string; started: boolean; failure: string | null; type: string | null }[]> {
  const { raw } = await workflow.describe();
  return (raw.pendingActivities ?? []).map(({ activityType, lastStartedTime, lastFailure }) => ({
    name: activityType?.name ?? '', started: lastStartedTime != null, failure: lastFailure?.message ?? null, type: lastFailure?.applicationFailureInfo?.type ?? null,
  }));
}

/** The bundle of `workflows/index.ts`, as `Worker.create({ workflowBundle })` takes it. */
export const testWorkflowBundle = (): Promise<WorkflowBundle> => keptBundle(cacheDir);

/**
 * A connection name that no other test has, and with it task queues and workflow ids of its own: `resync-3f9ac2`.
 * `name` is the reader's: lower-case letters, digits, dashes.
 */
export function uniqueConnection(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}`;
}
