import { after } from 'node:test';
import { startHubSpotSandbox } from '../../sandbox/hubspot/start.ts';
import { startSalesforceSandbox } from '../../sandbox/salesforce/start.ts';
import { startConnection } from '../../worker/connection.ts';
import type { HubSpotAuth } from '../../worker/environment.ts';
import { createSluiceWorker } from '../../worker/worker.ts';
import { taskQueues } from '../../workflows/ids.ts';
import * as m from '../../workflows/messages.ts';
import { Connection } from '../../workflows/search-attributes.ts';
import { hubspotPerson, salesforcePerson, writesIn } from './crms.ts';
import { cacheDir } from './suite.ts';
import { pendingActivities, testTemporal, uniqueConnection, type TestTemporal } from './temporal.ts';
import { until } from './until.ts';

export interface SluiceTestOptions {
  segmentLagMs?: number;
  /** From how many records of a type on an import lists them by a bulk query job. */
  byJobAbove?: number;
  /** Of a file that has several pairs of sandboxes. */
  temporal?: TestTemporal;
}

/**
 * Both sandboxes and the run's Temporal, for one test file; call it once at the top level. `open` gives a test a connection and a
 * worker of its own over emptied accounts, ready to sync.
 */
export async function testSluice({ segmentLagMs = 0, byJobAbove = 10_000, temporal: shared }: SluiceTestOptions = {}) {
  const temporal = shared ?? await testTemporal();
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
      connection, cacheDir, byJobAbove, encryptionKeys: [],
      hubspot: { baseUrl: hs.url, auth, sandbox: true },
      salesforce: { loginUrl: sf.url, clientId: 'sandbox', clientSecret: 'sandbox', sandbox: true },
    };
    const worker = await createSluiceWorker({ environment, nativeConnection, client, namespace: 'default', shutdownGraceTime: '3 seconds' });
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
      /** Waits until the statuses were compared with the segment once more since `act`. */
      relabelled: async (act: () => Promise<unknown>): Promise<void> => {
        const last = () => client.workflow.getHandle(`resync/${connection}/relabel`).describe().catch(() => null);
        const nothingAsked = async () => (await pendingActivities(main)).length === 0;
        let before: Awaited<ReturnType<typeof last>> = null;
        // One that is under way would go on in its own run.
        await until('no comparison is under way', async () => await nothingAsked() && (before = await last())?.status.name !== 'RUNNING');
        await act();
        await until('the statuses were compared', async () => {
          if (!(await nothingAsked())) return false;
          const now = await last();
          return now?.status.name === 'COMPLETED' && now.runId !== before?.runId;
        });
      },
      /** Starts a job and waits for its result. */
      job: async (type: 'salesforceImport' | 'segmentResync', last: string, input: object = {}) => {
        const kind = type === 'salesforceImport' ? 'import' : 'resync';
        const run = await client.workflow.start(type, { workflowId: `${kind}/${connection}/${last}`, taskQueue: queue, args: [input], typedSearchAttributes: [{ key: Connection, value: connection }] });
        return run.result();
      },
      /** What was written in both CRMs since the last call of this. */
      writes: async () => {
        const written = { hubspot: writesIn(await hubspot.calls()), salesforce: writesIn(await salesforce.calls()) + writesIn(await salesforce.parts()) };
        await hubspot.forgetCalls();
        await salesforce.forgetCalls();
        return written;
      },
    };
  };
  return { temporal, hubspot, salesforce, open };
}
