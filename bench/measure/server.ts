import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../../worker/environment.ts';
import { freePort } from '../../worker/ports.ts';
import { findTemporalProgram } from '../../worker/temporal/program.ts';
import { startTemporal } from '../../worker/temporal/server.ts';

/** A Temporal dev server with its data in a file, as `npm run dev` has it, that counts what it does. */
export interface CountingServer {
  address: string;
  metricsUrl: string;
  stop(): Promise<void>;
}

/** Starts one on ports of its own, without the Web UI. */
export async function startCountingServer(): Promise<CountingServer> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-temporal-'));
  const [port, metricsPort] = [await freePort(), await freePort()];
  const program = await findTemporalProgram({ cacheDir: readEnvironment().cacheDir, log: console.error });
  const server = await startTemporal({ program, port, uiPort: 0, headlessUi: true, dbFile: join(directory, 'temporal.db'), extraArgs: ['--metrics-port', String(metricsPort)] });
  return {
    address: server.address, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
