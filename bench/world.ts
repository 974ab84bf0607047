import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import * as z from 'zod';
import { createSluiceClient, type Progress, type SluiceClient } from '../client/sluice-client.ts';
import { hubspot, salesforce } from '../demo/crm.ts';
import { request } from '../demo/http.ts';
import { checked } from '../demo/world.ts';
import { DEFAULT_MAPPINGS, type Mapping } from '../sync/mapping.ts';
import { dataConverter } from '../worker/encryption/data-converter.ts';
import { startStack } from '../worker/stack.ts';
import { crms as bothCrms, workflowIds, type Crm } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import type { ImportProgress } from '../workflows/messages.ts';
import type { Crms } from './filled.ts';
import { workflowBacklog } from './measure/backlog.ts';
import { countActions, type Actions } from './measure/actions.ts';
import { startCountingServer, type CountingServer } from './measure/server.ts';
import { usageOf, type Usage } from './measure/usage.ts';

export interface BenchOptions {
  /** People in Salesforce, nobody in HubSpot. */
  contacts: number;
  random: number;
  /** For the sandboxes and the worker. */
  env?: NodeJS.ProcessEnv;
}

/** A stack with one connection over accounts of its own. */
export interface Bench {
  connection: string;
  client: Client;
  sluice: SluiceClient;
  crms: Crms;
  urls: Record<Crm, string>;
  /** Has both sandboxes send events and a worker with both feeds in the place of the one that runs; feeds begin at now. */
  switchOnFeeds(): Promise<void>;
  /** One more worker beside those that run. */
  addWorker(): Promise<unknown>;
  /** Where further workers find the Temporal server. */
  temporal: string;
  /** Where processes with a meter note what they use. */
  dataDir: string;
  /** What the worker that was started last has used. */
  usage(): Promise<Usage>;
  /** What the Temporal server has counted so far. */
  actions(): Promise<Actions>;
  feed(crm: Crm): Promise<messages.FeedAnswer>;
}

const name = 'bench';
const held = z.looseObject({ held: z.number() });

const measuredWorker = join(import.meta.dirname, 'measure/worker.ts');

/** Starts everything with the feeds off, runs `work`, and ends everything. */
export async function withBench<T>(options: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const server = await startCountingServer();
  try {
    return await withStack(server, options, work);
  } finally {
    await server.stop();
  }
}

async function withStack<T>(server: CountingServer, { contacts, random, env = {} }: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const stack = await startStack({ isolated: true, scripts: { worker: measuredWorker }, env: { SLUICE_FEEDS: 'off', SANDBOX_WEBHOOK_URL: 'off', TEMPORAL_ADDRESS: server.address, ...env } });
  const { temporal, ...urls } = stack.addresses;
  const temporalConnection = await Connection.connect({ address: temporal });
  const client = new Client({ connection: temporalConnection, namespace: stack.namespace, dataConverter: dataConverter(stack.environment.encryptionKeys) });
  try {
    await stack.worker.stop();
    await request(z.unknown(), `${urls.hubspot}/_sandbox/reset`, { method: 'POST', body: { seed: 'empty' } });
    await request(z.unknown(), `${urls.salesforce}/_sandbox/reset`, { method: 'POST', body: { seed: 'synthetic', count: contacts, random } });
    // The first worker saw other accounts: a new connection begins with these.
    await stack.startWorker({ SLUICE_CONNECTION: name });
    const sluice = createSluiceClient({ client, connection: name });
    await checked(sluice);
    const feed = (crm: Crm): Promise<messages.FeedAnswer> => client.workflow.getHandle(workflowIds.changes(name, crm)).query(messages.feed);
    return await work({
      connection: name, client, sluice, urls, temporal, feed, dataDir: stack.environment.dataDir,
      usage: () => usageOf(stack.worker, stack.environment.dataDir),
      actions: () => countActions(server.metricsUrl, stack.namespace),
      crms: { hubspot: hubspot(urls.hubspot), salesforce: await salesforce(urls.salesforce) },
      addWorker: () => stack.startWorker({ SLUICE_CONNECTION: name }),
      switchOnFeeds: async () => {
        await request(z.unknown(), `${urls.hubspot}/_sandbox/webhooks`, { method: 'POST', body: { targetUrl: stack.environment.webhooks?.url ?? null } });
        await stack.worker.stop();
        await stack.startWorker({ SLUICE_CONNECTION: name, SLUICE_FEEDS: 'on' });
        await soon('both feeds have marked their place', async () => (await Promise.all(bothCrms.map(feed))).every(({ readUpTo }) => readUpTo !== null));
        await soon('change events are listened to', async () => (await request(held, `${urls.salesforce}/_sandbox/cdc`)).held > 0);
      },
    });
  } finally {
    await temporalConnection.close();
    await stack.stop();
  }
}

/** For the sandboxes of a bench that measures speed: the search lags behind nothing, and limits are there only where asked for. */
export const unlagged = (rateLimit: boolean): NodeJS.ProcessEnv => ({ SANDBOX_SEARCH_LAG_MS: '0', ...(rateLimit ? {} : { SANDBOX_RATE_LIMIT: 'off' }) });

/** The default mappings with these properties mapped two-way, so that an edit of one in HubSpot is carried over and not sent back. */
export const twoWay = (...properties: readonly string[]): Mapping[] => DEFAULT_MAPPINGS.map((mapping) => (properties.includes(mapping.hubspot) ? { ...mapping, rule: 'two-way' } : mapping));

/** Waits until `holds`, at most `seconds`. A worker that is too busy to answer is asked again. */
export async function soon(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  let last: unknown;
  while (!(await holds().catch((error: unknown) => { last = error; return false; }))) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`, { cause: last });
    await sleep(200);
  }
}

/** Waits until no task waits for a worker: a workflow counts as created before its first task is done. */
export async function caughtUp({ client, connection }: Pick<Bench, 'client' | 'connection'>): Promise<void> {
  const backlog = workflowBacklog({ client, connection });
  await soon('each workflow has done its first task', async () => (await backlog()) === 0, 600);
}

/** Imports everybody; the last progress. */
export async function importAll(sluice: SluiceClient): Promise<ImportProgress> {
  const { workflowId } = await sluice.startImport({});
  let last: Progress | null = null;
  for await (const now of sluice.watch(workflowId)) last = now;
  if (last?.job !== 'import') throw new Error('the import told nothing');
  return last;
}

/** Makes an active segment of everybody with an email and selects it. `criterion`, a property, is used in its criteria too, and moves nobody. */
export async function selectEveryone({ sluice, urls }: Bench, criterion?: string): Promise<void> {
  const known = (property: string) => ({ filterType: 'PROPERTY', property, operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' } });
  const branch = (property: string) => ({ filterBranchType: 'AND', filterBranches: [], filters: [known(property)] });
  const filterBranch = { filterBranchType: 'OR', filters: [], filterBranches: ['email', ...(criterion === undefined ? [] : [criterion])].map(branch) };
  const body = { name: 'Everyone with an email', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch };
  await request(z.unknown(), `${urls.hubspot}/crm/v3/lists`, { method: 'POST', token: 'pat-sandbox', body });
  await sluice.selectSegment('Everyone with an email');
}
