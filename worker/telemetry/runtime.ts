import { Runtime } from '@temporalio/worker';
import type { MetricMeter } from '@temporalio/common';
import { UserError } from '../user-error.ts';
import type { Log } from './log.ts';
import { lagBuckets, lagName } from './metrics.ts';
import { sdkLogger } from './sdk-logger.ts';

/**
 * Installs the SDK's runtime, before anything else of it: its messages go to the log, and with `metricsPort` its metrics and ours are
 * served at `http://127.0.0.1:<port>/metrics`. Answers the meter, which counts nothing where nobody asks.
 *
 * @throws UserError where the port is in use.
 */
export function installRuntime({ log, metricsPort }: { log: Log; metricsPort: number | null }): MetricMeter {
  const prometheus = {
    bindAddress: `127.0.0.1:${metricsPort}`, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true, histogramBucketOverrides: { [lagName]: lagBuckets },
  };
  try {
    return Runtime.install({
      logger: sdkLogger(log), shutdownSignals: [],
      telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} }, ...(metricsPort !== null && { metrics: { prometheus } }) },
    }).metricMeter;
  } catch (error) {
    if (metricsPort === null || !(error instanceof Error) || !error.message.includes('prometheus')) throw error;
    throw new UserError(`Metrics cannot be served at 127.0.0.1:${metricsPort} (${error.message.split(': ').at(-1)}): set SLUICE_METRICS_PORT to a free port, or unset it.`);
  }
}
