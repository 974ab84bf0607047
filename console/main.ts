import { setTimeout as sleep } from 'node:timers/promises';
import { reportCalls } from '../activities/connection/report-calls.ts';
import { createLooks } from '../activities/looks/index.ts';
import { createSluiceClient } from '../client/sluice-client.ts';
import { askedToEnd } from '../worker/asked-to-end.ts';
import { openCrms } from '../worker/crms.ts';
import { readEnvironment } from '../worker/environment.ts';
import { connectTemporal } from '../worker/temporal/connect.ts';
import { webUiAddress } from '../worker/temporal/web-ui.ts';
import { runMain, UserError } from '../worker/user-error.ts';
import { keptAssets } from './server/assets.ts';
import { startConsole } from './server/server.ts';

const lastReportMs = 2_000;

/** `npm run console`: serves the console until it is asked to end. Its composition root: settings -> clients -> server. */
async function main(): Promise<void> {
  const ended = askedToEnd();
  const environment = readEnvironment();
  const { connection: name, console: settings } = environment;
  if (settings === null) throw new UserError('The console is off: unset SLUICE_CONSOLE_PORT, or set it to a port.');
  const [assets, { connection, client, namespace, address }] = await Promise.all([keptAssets(environment.cacheDir), connectTemporal()]);
  const { hubspot, salesforce, allowances } = openCrms(environment);
  const asked = createSluiceClient({ client, connection: name });
  const sluice = {
    ...asked,
    /** What the allocation says holds for the console's own calls too. */
    settings: async () => {
      const learn = allowances.asking();
      const settings = await asked.settings();
      learn(settings);
      return settings;
    },
  };
  const reporting = reportCalls(client, name, allowances);
  const webUi = webUiAddress(address);
  const server = await startConsole({
    console: settings, sluice, assets, looks: createLooks({ hubspot, salesforce }),
    workflowPage: (workflowId) => (webUi === null ? null : `${webUi}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`),
    hubspotSegments: async () => (environment.hubspot.sandbox ? null : `https://app.hubspot.com/contacts/${(await hubspot.account({ lane: 'live' })).portalId}/objectLists`),
  });
  console.log(`The console is at ${server.address}${server.moved ? `, since port ${settings.port} is in use (SLUICE_CONSOLE_PORT chooses another)` : ''}.`);
  await ended;
  await server.close();
  // Where Temporal is gone, nobody hears of the last calls.
  await Promise.race([reporting.end(), sleep(lastReportMs)]);
  await connection.close();
}

await runMain(main);
