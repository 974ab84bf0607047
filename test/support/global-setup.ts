/**
 * Runs in the test runner, once before and once after all files (`node --test-global-setup`): one Temporal server and
 * one workflow bundle for all of them, handed down by the environment. A file that is run without it makes its own. Node keeps the
 * compiled code of modules: some 250 programs are started, and compiling was a third of each one's start.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TemporalServer } from '../../worker/temporal/server.ts';
import { cacheDir, startTestServer, writeWorkflowBundle } from './suite.ts';

let server: TemporalServer;
let directory: string;

export async function globalSetup(): Promise<void> {
  directory = await mkdtemp(join(tmpdir(), 'sluice-test-'));
  const bundle = writeWorkflowBundle(directory).catch(() => undefined); // a file that asks for it shows why
  process.env['NODE_COMPILE_CACHE'] ??= join(cacheDir, 'compiled');
  server = await startTestServer();
  process.env['SLUICE_TEST_TEMPORAL'] = server.address;
  process.env['SLUICE_TEST_BUNDLE'] = await bundle;
}

export async function globalTeardown(): Promise<void> {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
