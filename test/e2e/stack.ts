import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { z } from 'zod';
import type { SeedRequest } from '../../sandbox/common/server.ts';
import { startHubSpotSandbox } from '../../sandbox/hubspot/start.ts';
import { startSalesforceSandbox } from '../../sandbox/salesforce/start.ts';
import { dataConverter } from '../../worker/encryption/data-converter.ts';
import { startStack } from '../../worker/stack.ts';
import * as m from '../../workflows/messages.ts';
import { hubspotPerson, salesforcePerson } from '../support/crms.ts';
import { until } from '../support/until.ts';
import { cacheDir } from '../support/suite.ts';

interface Seeds {
  hubspot: Partial<SeedRequest>;
  salesforce: Partial<SeedRequest>;
}

/** A directory for a stack's files, in which both sandboxes are filled before anything of Sluice has seen them. */
export async function seededData(t: { after(end: () => Promise<void>): void }, { hubspot, salesforce }: Seeds): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-e2e-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const sandboxes = [
    await startHubSpotSandbox({ port: 0, dataFile: join(directory, 'hubspot.db'), seed: hubspot }),
    await startSalesforceSandbox({ port: 0, dataFile: join(directory, 'salesforce.db'), seed: salesforce }),
  ];
  for (const sandbox of sandboxes) await sandbox.close();
  return directory;
}

/** What `npm run dev` starts, as real processes over the files in `dataDir`, with a person in each CRM and a checker's look into Temporal. */
export async function devStack(t: { after(end: () => Promise<void>): void }, dataDir: string, env: NodeJS.ProcessEnv = {}, { console = false } = {}) {
  const lines: string[] = [];
  const start = () => startStack({
    isolated: true, console,
    env: { SLUICE_DATA_DIR: dataDir, SLUICE_CACHE_DIR: cacheDir, SANDBOX_SEARCH_LAG_MS: '0', SANDBOX_SEGMENT_LAG_MS: '0', ...env },
    output: (part, line) => lines.push(`${part}: ${line}`),
  });
  // A free port may be taken by another program before its server listens on it.
  const stack = await start().catch(start);
  const connection = await Connection.connect({ address: stack.addresses.temporal });
  const stop = async (): Promise<void> => {
    await connection.close();
    await stack.stop();
  };
  let stopped: Promise<void> | undefined;
  t.after(() => (stopped ??= stop()));
  const client = new Client({ connection, namespace: stack.namespace, dataConverter: dataConverter(stack.environment.encryptionKeys) });
  const settings = () => client.workflow.getHandle('connection/main').query(m.settings);
  return {
    stack, client, lines, settings,
    hubspot: hubspotPerson(stack.addresses.hubspot),
    salesforce: salesforcePerson(stack.addresses.salesforce),
    stop: () => (stopped ??= stop()),
    ready: () => until('the connection is ready', async () => (await settings()).ready),
    contact: (id: string) => client.workflow.getHandle(`contact/main/${id}`),
  };
}
/** Every contact and record with when it was last written: equal snapshots say that nothing was written in between. */
export async function snapshot({ hubspot, salesforce }: Pick<DevStack, 'hubspot' | 'salesforce'>): Promise<{ hubspot: unknown[]; salesforce: unknown[] }> {
  const page = z.looseObject({ results: z.array(z.looseObject({ id: z.string(), updatedAt: z.string() })), paging: z.object({ next: z.object({ after: z.string() }) }).partial().optional() });
  const contacts = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { results, paging }: z.output<typeof page> = page.parse(await hubspot.api('GET', `/crm/v3/objects/contacts?limit=100&properties=email,jobtitle,lastname${after === '' ? '' : `&after=${after}`}`));
    contacts.push(...results.map(({ id, updatedAt, properties }) => ({ id, updatedAt, properties })));
    after = paging?.next?.after;
  }
  const records = [];
  for (const type of ['Lead', 'Contact']) records.push(...(await salesforce.query(`SELECT Id, Email, Title, SystemModstamp, HubSpot_Contact_Id__c FROM ${type} ORDER BY Id`)));
  return { hubspot: contacts, salesforce: records };
}

export type DevStack = Awaited<ReturnType<typeof devStack>>;
