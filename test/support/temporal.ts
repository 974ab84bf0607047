import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { startTestServer, writeWorkflowBundle } from './suite.ts';

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

/**
 * The bundle of `workflows/index.ts`, as `Worker.create({ workflowBundle })` takes it: the run's, or made now. Call it
 * at the top level of the test file.
 */
export async function testWorkflowBundle(): Promise<{ codePath: string }> {
  const handedDown = process.env['SLUICE_TEST_BUNDLE'];
  if (handedDown) return { codePath: handedDown };
  const directory = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  after(() => rm(directory, { recursive: true, force: true }));
  return { codePath: await writeWorkflowBundle(directory) };
}

/**
 * A connection name that no other test has, and with it task queues and workflow ids of its own: `resync-3f9ac2`.
 * `name` is the reader's: lower-case letters, digits, dashes.
 */
export function uniqueConnection(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}`;
}
