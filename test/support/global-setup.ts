/**
 * Runs in the test runner, once before and once after all files (`node --test-global-setup`): one Temporal server for all of them, handed
 * down by the environment; a file that is run without it makes its own. The workflows are bundled once, into the cache. Node keeps the
 * compiled code of modules: some 250 programs are started, and compiling was a third of each one's start.
 */
import { join } from 'node:path';
import { keptBundle } from '../../worker/bundle.ts';
import type { TemporalServer } from '../../worker/temporal/server.ts';
import { cacheDir, startTestServer } from './suite.ts';

let server: TemporalServer;

export async function globalSetup(): Promise<void> {
  process.env['NODE_COMPILE_CACHE'] ??= join(cacheDir, 'compiled');
  const bundled = keptBundle(cacheDir).catch(() => undefined); // a file that asks for it shows why
  server = await startTestServer();
  await bundled;
  process.env['SLUICE_TEST_TEMPORAL'] = server.address;
}

export async function globalTeardown(): Promise<void> {
  await server.stop();
}
