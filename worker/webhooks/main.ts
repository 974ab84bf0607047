import { askedToEnd } from '../asked-to-end.ts';
import { readEnvironment } from '../environment.ts';
import { connectTemporal } from '../temporal/connect.ts';
import { ensureSearchAttributes } from '../temporal/search-attributes.ts';
import { runMain, UserError } from '../user-error.ts';
import { startReceiver } from './receiver.ts';

/** `npm run webhooks`: the receiver alone, apart from any worker, until it is asked to end. */
async function main(): Promise<void> {
  const ended = askedToEnd();
  const environment = readEnvironment();
  if (environment.webhooks === null) {
    throw new UserError('Webhooks are not set up: set HUBSPOT_WEBHOOK_SECRET and SLUICE_WEBHOOK_URL, and SLUICE_WEBHOOK_PORT to a port if it is off.');
  }
  const { connection, client, namespace } = await connectTemporal();
  await ensureSearchAttributes(connection, namespace);
  const receiver = await startReceiver({ webhooks: environment.webhooks, connection: environment.connection, client });
  console.log(`Webhooks for the connection "${environment.connection}" are received at ${receiver.address}; HubSpot sends them to ${environment.webhooks.url}.`);
  await ended;
  await receiver.close();
  await connection.close();
}

await runMain(main);
