import { join } from 'node:path';
import { freePort } from '../../worker/ports.ts';
import { findTemporalProgram } from '../../worker/temporal/program.ts';
import { startTemporal } from '../../worker/temporal/server.ts';
import type { TemporalServer } from '../../worker/temporal/server.ts';

const root = join(import.meta.dirname, '../..');

/** Tests take the Temporal program from the project's cache, as `npm run dev` does. */
export const cacheDir = process.env['SLUICE_CACHE_DIR'] || join(root, '.cache');

/**
 * What tests would else wait for: 1 s between the runs of one id, and some 30 s until a run that was deleted is gone, since queues note
 * only then how far they came.
 */
const settings = ['history.workflowIdReuseMinimalInterval="0s"', 'history.transferProcessorUpdateAckInterval="500ms"', 'history.visibilityProcessorUpdateAckInterval="500ms"'];

/** A dev server in memory, with settings for tests. */
export async function startTestServer(): Promise<TemporalServer> {
  const program = await findTemporalProgram({ cacheDir, log: console.error });
  const start = async (): Promise<TemporalServer> => startTemporal({
    program,
    port: await freePort(),
    uiPort: 0,
    headlessUi: true,
    extraArgs: settings.flatMap((setting) => ['--dynamic-config-value', setting]),
  });
  // A free port may be taken by another program before the server listens on it.
  return start().catch(start);
}
