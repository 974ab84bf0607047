import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { createSluiceWorker } from '../../worker/worker.ts';
import { cacheDir } from '../support/suite.ts';

/** A worker in a process of its own, whose zone its environment sets (`TZ`). */
export interface ZoneWorker {
  address: string;
  connection: string;
  hubspotUrl: string;
  salesforceUrl: string;
}

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
const { address, connection, hubspotUrl, salesforceUrl } = JSON.parse(process.argv[2] ?? '{}') as ZoneWorker;
const [client, nativeConnection] = [new Client({ connection: await Connection.connect({ address }) }), await NativeConnection.connect({ address })];
const worker = await createSluiceWorker({
  environment: {
    connection, cacheDir, byJobAbove: 10_000, encryptionKeys: [],
    hubspot: { baseUrl: hubspotUrl, auth: { kind: 'token', token: 'pat-sandbox' }, sandbox: true },
    salesforce: { loginUrl: salesforceUrl, clientId: 'sandbox', clientSecret: 'sandbox', sandbox: true },
  },
  nativeConnection, client, namespace: 'default', shutdownGraceTime: '1 second',
});
process.once('SIGTERM', () => worker.shutdown());
console.log(new Date('2026-01-15T00:00:00Z').getTimezoneOffset());
await worker.run();
process.exit();
