import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { request } from '../../demo/http.ts';
import { freePort } from '../../worker/ports.ts';
import { startChild, untilReady, type Child } from '../../worker/processes.ts';
import type { Crm } from '../../workflows/ids.ts';

export type Urls = Record<Crm, string>;

export interface SandboxOptions {
  /** People in Salesforce, nobody in HubSpot. */
  contacts: number;
  random: number;
  env?: NodeJS.ProcessEnv;
}

/** Starts both sandboxes and nothing else, runs `work`, and ends them. */
export async function withSandboxes<T>({ contacts, random, env = {} }: SandboxOptions, work: (urls: Urls) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-floor-'));
  const ports = { hubspot: await freePort(), salesforce: await freePort() };
  const urls = { hubspot: `http://127.0.0.1:${ports.hubspot}`, salesforce: `http://127.0.0.1:${ports.salesforce}` };
  const child = startChild({
    name: 'The sandbox', script: join(import.meta.dirname, '../../sandbox/main.ts'), args: ['--data', directory],
    env: { ...process.env, SANDBOX_WEBHOOK_URL: 'off', SANDBOX_HUBSPOT_PORT: String(ports.hubspot), SANDBOX_SALESFORCE_PORT: String(ports.salesforce), ...env },
  });
  try {
    await untilReady(child, async () => (await Promise.all(Object.values(urls).map(answers))).every(Boolean), { seconds: 30 });
    await seed(urls.hubspot, { seed: 'empty' });
    await seed(urls.salesforce, { seed: 'synthetic', count: contacts, random });
    return await work(urls);
  } finally {
    await child.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

const seed = (url: string, body: object): Promise<unknown> => request(z.unknown(), `${url}/_sandbox/reset`, { method: 'POST', body });

const answers = async (url: string): Promise<boolean> => (await request(z.object({ total: z.number() }), `${url}/_sandbox/calls`)).total >= 0;

/** The task queue of the floor's workflows is that of a connection of this name. */
export const floorConnection = 'floor';

/** Starts the floor's worker as a process of its own. */
export async function startFloorWorker({ temporal, urls, dataDir }: { temporal: string; urls: Urls; dataDir?: string }): Promise<Child> {
  const child = startChild({
    name: "The floor's worker", script: join(import.meta.dirname, 'worker.ts'),
    env: { ...process.env, FLOOR_TEMPORAL: temporal, FLOOR_HUBSPOT: urls.hubspot, FLOOR_SALESFORCE: urls.salesforce, ...(dataDir !== undefined && { SLUICE_DATA_DIR: dataDir }) },
  });
  await untilReady(child, () => Promise.resolve(child.printed(/^Worker ready/)), { seconds: 60 });
  return child;
}
