import assert from 'node:assert/strict';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startHubSpotSandbox } from '../../sandbox/hubspot/start.ts';
import { startSalesforceSandbox } from '../../sandbox/salesforce/start.ts';
import { startConnection } from '../../worker/connection.ts';
import type { HubSpotAuth } from '../../worker/environment.ts';
import { createSluiceWorker } from '../../worker/worker.ts';
import { taskQueues } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { Connection } from '../../workflows/search-attributes.ts';
import { cacheDir } from './suite.ts';
import { testTemporal, testWorkflowBundle, uniqueConnection } from './temporal.ts';

const json = { 'content-type': 'application/json' };

/** A CRM as a person and a checker meet it: its REST API and the sandbox's control path, with plain `fetch`. */
async function ask(url: string, method: string, path: string, token: string | null, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, { method, headers: { ...json, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }, body: body === undefined ? null : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

const contactAnswer = z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) });
const listAnswer = z.looseObject({ list: z.looseObject({ listId: z.string(), processingStatus: z.string() }) });
const calls = z.object({ total: z.number(), byRoute: z.record(z.string(), z.number()) });
const parts = calls.pick({ byRoute: true });

/** HubSpot in a test: what a person does there, and what a checker reads. */
export function hubspotPerson(url: string) {
  const control = (method: string, path: string, body?: unknown) => ask(url, method, `/_sandbox/${path}`, null, body);
  const api = (method: string, path: string, body?: unknown) => ask(url, method, path, 'pat-sandbox', body);
  return {
    url, control, api,
    create: async (properties: Record<string, string>) => contactAnswer.parse(await control('POST', 'create', { properties })).id,
    edit: (id: string, properties: Record<string, string>) => control('POST', 'edit', { id, properties }),
    get: async (id: string) => {
      const all = z.object({ results: z.array(z.object({ name: z.string() })) }).parse(await api('GET', '/crm/v3/properties/contacts'));
      const { properties } = contactAnswer.parse(await api('POST', '/crm/v3/objects/contacts/batch/read', { inputs: [{ id }], properties: all.results.map((p) => p.name) }).then((r) => z.looseObject({ results: z.array(contactAnswer) }).parse(r).results[0]));
      return Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, v === '' ? null : v]));
    },
    /** An active segment, evaluated; `value` among `property`'s words. */
    segment: async (name: string, property: string, values: string[]) => {
      const filter = { filterType: 'PROPERTY', property, operation: { operationType: 'MULTISTRING', operator: 'CONTAINS', values } };
      const filterBranch = { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [filter] }] };
      const { list } = listAnswer.parse(await api('POST', '/crm/v3/lists', { name, objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch }));
      await until(`segment ${name} is evaluated`, async () => listAnswer.parse(await api('GET', `/crm/v3/lists/${list.listId}`)).list.processingStatus === 'COMPLETE');
      return list.listId;
    },
    members: async (listId: string) => z.looseObject({ results: z.array(z.looseObject({ recordId: z.string() })) }).parse(await api('GET', `/crm/v3/lists/${listId}/memberships?limit=250`)).results.map((r) => r.recordId),
    count: async () => z.looseObject({ total: z.number() }).parse(await api('POST', '/crm/v3/objects/contacts/search', { filterGroups: [], limit: 1 })).total,
    calls: async () => calls.parse(await control('GET', 'calls')),
    callsTo: async (route: RegExp) => countIn(calls.parse(await control('GET', 'calls')), (one) => route.test(one)),
    forgetCalls: () => control('DELETE', 'calls'),
    fault: (fault: object) => control('POST', 'faults', fault),
    noFaults: () => control('DELETE', 'faults'),
  };
}

/** Salesforce in a test. Records are read and written as the API takes them. */
export function salesforcePerson(url: string) {
  let token: string | null = null;
  const login = async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' });
    const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
    return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
  };
  const control = (method: string, path: string, body?: unknown) => ask(url, method, `/_sandbox/${path}`, null, body);
  const api = async (method: string, path: string, body?: unknown) => ask(url, method, `/services/data/v67.0${path}`, (token ??= await login()), body);
  const record = z.record(z.string(), z.unknown());
  return {
    url, control, api,
    /** After a reset the old token belongs to no org. */
    forgetLogin: () => { token = null; },
    create: async (type: 'Lead' | 'Contact' | 'Account', fields: Record<string, unknown>) => z.object({ id: z.string() }).parse(await api('POST', `/sobjects/${type}`, fields)).id,
    edit: (type: 'Lead' | 'Contact', id: string, fields: Record<string, unknown>) => api('PATCH', `/sobjects/${type}/${id}`, fields),
    get: async (type: 'Lead' | 'Contact', id: string) => record.parse(await api('GET', `/sobjects/${type}/${id}`)),
    query: async (soql: string) => z.object({ records: z.array(record) }).parse(await api('GET', `/query?q=${encodeURIComponent(soql)}`)).records,
    calls: async () => calls.parse(await control('GET', 'calls')),
    forgetCalls: () => control('DELETE', 'calls'),
    fault: (fault: object) => control('POST', 'faults', fault),
    noFaults: () => control('DELETE', 'faults'),
  };
}

/** How often routes were called. */
const countIn = ({ byRoute }: z.infer<typeof parts>, counts: (route: string) => boolean): number =>
  Object.entries(byRoute).reduce((sum, [route, n]) => sum + (counts(route) ? n : 0), 0);

/** Waits until `holds`, at most `ms`; fails with `what`. Asks less and less often, since asking is work for the server that all share. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  for (let pause = 30; !(await holds()); pause = Math.min(250, pause * 1.3)) {
    if (Date.now() > end) assert.fail(`waited ${ms} ms in vain until ${what}`);
    await sleep(pause);
  }
}

export interface SluiceTestOptions {
  segmentLagMs?: number;
}

/**
 * Both sandboxes and the run's Temporal, for one test file; call it once at the top level. `open` gives a test a connection and a
 * worker of its own over emptied accounts, ready to sync.
 */
export async function testSluice({ segmentLagMs = 0 }: SluiceTestOptions = {}) {
  const temporal = await testTemporal();
  const workflowBundle = await testWorkflowBundle();
  const hs = await startHubSpotSandbox({ port: 0, segmentLagMs, searchLagMs: 0, rateLimit: false, seed: { seed: 'empty' } });
  const sf = await startSalesforceSandbox({ port: 0, rateLimit: false, seed: { seed: 'empty' } });
  after(async () => {
    await hs.close();
    await sf.close();
  });
  const hubspot = hubspotPerson(hs.url);
  const salesforce = salesforcePerson(sf.url);
  const { client, nativeConnection } = temporal;

  const startWorker = async (connection: string, auth: HubSpotAuth = { kind: 'token', token: 'pat-sandbox' }) => {
    const environment = {
      connection, cacheDir,
      hubspot: { baseUrl: hs.url, auth, sandbox: true },
      salesforce: { loginUrl: sf.url, clientId: 'sandbox', clientSecret: 'sandbox', sandbox: true },
    };
    const worker = await createSluiceWorker({ environment, nativeConnection, client, namespace: 'default', workflowBundle, shutdownGraceTime: '3 seconds' });
    const running = worker.run();
    let stopped: Promise<void> | null = null;
    return {
      stop: () => stopped ??= (async () => {
        worker.shutdown();
        await running;
      })(),
    };
  };

  const open = async (t: { after(end: () => Promise<void>): void }, name: string) => {
    for (const crm of [hubspot, salesforce]) {
      await crm.noFaults();
      await crm.control('POST', 'reset', { seed: 'empty' });
    }
    salesforce.forgetLogin();
    const connection = uniqueConnection(name);
    let worker = await startWorker(connection);
    t.after(() => worker.stop());
    await startConnection(client, connection);
    const queue = taskQueues(connection).workflows;
    const main = client.workflow.getHandle(`connection/${connection}`);
    const ready = () => until('the connection is ready', async () => (await main.query(m.settings)).ready);
    await ready();
    await main.executeUpdate(m.changeSettings, { args: [{ settleWindowMs: 0 }] });
    const handle = (id: string) => client.workflow.getHandle(`contact/${connection}/${id}`);
    const state = (id: string) => handle(id).query(m.state);
    const signal = (id: string, definition: { name: string }, input: object = {}) => client.workflow.signalWithStart('contactSync', {
      workflowId: `contact/${connection}/${id}`, taskQueue: queue, args: [{ look: false }], signal: definition.name, signalArgs: [input],
    });
    /** Sends a signal and waits until the contact has come to rest with nothing pending. */
    const settled = async (id: string, what = 'at rest') => {
      await until(`contact ${id} is ${what}`, async () => {
        const now = await state(id);
        return now.status !== 'syncing' && now.pending === 0 && now.reason !== 'Not looked at yet.';
      });
      return state(id);
    };
    return {
      connection, queue, main, ready, hubspot, salesforce, client, handle, state, settled,
      /** Ends the worker and starts another, which may log in to HubSpot in another way. */
      restartWorker: async (auth?: HubSpotAuth) => {
        await worker.stop();
        worker = await startWorker(connection, auth);
      },
      stopWorker: () => worker.stop(),
      sync: async (id: string) => {
        const before = (await client.workflow.getHandle(`contact/${connection}/${id}`).query(m.state).catch(() => null))?.lastSync?.at;
        await signal(id, m.resync, { reason: 'test' });
        await until(`contact ${id} has answered its resync`, async () => {
          const now = await state(id);
          return now.status !== 'syncing' && now.pending === 0 && (now.lastSync?.at !== before || now.status !== 'in-sync') && now.reason !== 'Not looked at yet.';
        });
        return state(id);
      },
      signal: async (id: string, definition: { name: string }, input: object = {}) => {
        await signal(id, definition, input);
        return settled(id);
      },
      select: (segmentId: string) => main.executeUpdate(m.selectInclusionSegment, { args: [{ segmentId }] }),
      /** Starts a job and waits for its result. */
      job: async (type: 'salesforceImport' | 'segmentResync', last: string, input: object = {}) => {
        const kind = type === 'salesforceImport' ? 'import' : 'resync';
        const run = await client.workflow.start(type, { workflowId: `${kind}/${connection}/${last}`, taskQueue: queue, args: [input], typedSearchAttributes: [{ key: Connection, value: connection }] });
        return run.result();
      },
      /** What was written in both CRMs since the last call of this. */
      writes: async () => {
        const written = { hubspot: writesIn(await hubspot.calls()), salesforce: writesIn(await salesforce.calls()) + writesIn(parts.parse(await salesforce.control('GET', 'parts'))) };
        await hubspot.forgetCalls();
        await salesforce.forgetCalls();
        return written;
      },
    };
  };
  return { temporal, workflowBundle, hubspot, salesforce, open };
}

/** Calls that change a CRM; batch reads, searches and retrieves are POSTs too, and a composite call is what its parts are. */
function writesIn(counted: z.infer<typeof parts>): number {
  const reads = /^POST \/cometd\/|\/(batch\/read|search|token|introspect|composite)$|composite\/sobjects\/:type$/;
  const isWrite = (route: string): boolean => !route.startsWith('GET') && !(route.startsWith('POST') && reads.test(route));
  return countIn(counted, isWrite);
}
