import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { freePort } from '../../worker/ports.ts';
import { readEnvironment } from '../../worker/environment.ts';
import { findTemporalProgram } from '../../worker/temporal/program.ts';
import { startTemporal, type TemporalServer } from '../../worker/temporal/server.ts';
import { control, type Urls } from '../soak/crms.ts';
import { inSalesforce } from '../soak/fields.ts';
import { openStage, type Stage } from '../soak/stage.ts';
import type { ChaosPlan } from './plan.ts';
import type { Persona } from './plan-cast.ts';
import { tokenLifeMs } from './plan-mayhem.ts';

/** The soak's stage over a Temporal server that can be killed, with tokens that end every minute or so. */
export interface ChaosStage extends Stage {
  /** Kills it at once, without a chance to end in order. */
  kill(what: 'worker' | 'Temporal'): Promise<void>;
  /** Starts it again over what it left behind. */
  restart(what: 'worker' | 'Temporal'): Promise<void>;
  /** All that the workers printed. */
  lines: string[];
  /** Of the cast's records that are in Salesforce alone. */
  sleepers: Map<Persona, string>;
}

/** Polls are the net under events that are lost, and comparing alone notices what is deleted then: more often than usual, since a run is short. */
const feeds = { joinersSeconds: 5, hubspotPollSeconds: 10, salesforcePollSeconds: 15, reconcileHours: 0.02 };
const made = z.looseObject({ id: z.string() });

export async function openChaosStage(plan: ChaosPlan, tell: (line: string) => void): Promise<ChaosStage> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-chaos-'));
  const start = await temporalIn(directory);
  let server = await start();
  const lines: string[] = [];
  const sleepers = new Map<Persona, string>();
  try {
    const stage = await openStage(plan.people, tell, {
      env: { TEMPORAL_ADDRESS: server.address },
      hear: (part, line) => { if (part === 'worker') lines.push(line); },
      workerEnv: ({ environment, addresses }) => ({
        HUBSPOT_BASE_URL: addresses.hubspot, HUBSPOT_CLIENT_ID: 'sandbox', HUBSPOT_CLIENT_SECRET: 'sandbox', HUBSPOT_REFRESH_TOKEN: 'sandbox-refresh',
        SALESFORCE_LOGIN_URL: addresses.salesforce, SALESFORCE_CLIENT_ID: 'sandbox', SALESFORCE_CLIENT_SECRET: 'sandbox',
        SLUICE_WEBHOOK_URL: environment.webhooks?.url,
      }),
      settings: { createInHubSpot: 'on-create', looksAfterSeconds: [5, 10, 20], feeds },
      prepare: async (urls) => {
        await control(z.unknown(), urls.hubspot, 'settings', { tokenTtlMs: tokenLifeMs });
        await control(z.unknown(), urls.salesforce, 'session', { tokenLifeMs });
        for (const persona of plan.cast) if (persona.role === 'imported') sleepers.set(persona, await createRecord(urls, persona));
      },
    });
    return {
      ...stage, lines, sleepers,
      kill: async (what) => {
        const child = what === 'worker' ? stage.stack.worker : server.process;
        child.kill('SIGKILL');
        await child.ended;
      },
      restart: async (what) => {
        if (what === 'worker') await stage.startWorker();
        else server = await start();
      },
      stop: async () => {
        await stage.stop();
        await server.stop();
        await rm(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** A server that is always the same: the same port, the same file. */
async function temporalIn(directory: string): Promise<() => Promise<TemporalServer>> {
  const program = await findTemporalProgram({ cacheDir: readEnvironment({ SLUICE_CACHE_DIR: process.env['SLUICE_CACHE_DIR'] }).cacheDir });
  const port = await freePort();
  return () => startTemporal({ program, port, uiPort: 0, headlessUi: true, dbFile: join(directory, 'temporal.db') });
}

/** As a person makes it in Salesforce. */
export async function createRecord(urls: Urls, { type, email, values }: Persona): Promise<string> {
  const [lastname = ''] = email.split('@');
  const fields = { Email: email, LastName: lastname, ...(type === 'Lead' && { Company: 'Chaos' }), ...inSalesforce(type === 'Lead' ? '00Q' : '003', values) };
  return (await control(made, urls.salesforce, 'create', { object: type, fields })).id;
}
