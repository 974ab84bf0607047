import { cacheDir } from '../../support/suite.ts';
import { freePort } from '../../../worker/ports.ts';
import { findTemporalProgram } from '../../../worker/temporal/program.ts';
import { startTemporal, type TemporalServer } from '../../../worker/temporal/server.ts';

/** A dev server that suggests continue-as-new after so few events that a test sees many runs. */
export async function startServerOfShortRuns(events: number): Promise<TemporalServer> {
  const program = await findTemporalProgram({ cacheDir, log: console.error });
  const start = async (): Promise<TemporalServer> => startTemporal({
    program, port: await freePort(), uiPort: 0, headlessUi: true,
    extraArgs: ['--dynamic-config-value', 'history.workflowIdReuseMinimalInterval="0s"', '--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${events}`],
  });
  // A free port may be taken by another program before the server listens on it.
  return start().catch(start);
}
