import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { request } from '../demo/http.ts';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { printTable } from './calls.ts';
import { soon, withBench, type Bench } from './world.ts';

export interface AllocationOptions {
  contacts: number;
  /** Salesforce calls allowed in `window` seconds, of all workers together. */
  calls: number;
  window: number;
  workers: number;
  editsPerSecond: number;
  random: number;
}

const liveContacts = 40;
/** What a page of an import may call Salesforce. */
const mostOfAPage = 12;
const backfillMark = 0.75;
/** Of all HubSpot calls. */
const mostRefused = 0.01;
const log = z.object({ requests: z.array(z.object({ time: z.number(), url: z.string(), status: z.number().nullable() })) });

/**
 * An import and fill under a small allocation, while somebody edits contacts that have long been in sync: calls of both by the sandbox's own
 * log, HubSpot's own limit on. Answers what is wrong, each as a sentence.
 */
export async function allocation({ contacts, calls, window, workers, editsPerSecond, random }: AllocationOptions): Promise<string[]> {
  return withBench({ contacts, random }, async (bench) => {
    const { sluice, urls } = bench;
    const live = await linkedContacts(bench);
    for (let n = 1; n < workers; n++) await bench.addWorker();
    await sluice.changeSettings({ allocation: { salesforce: calls }, allocationWindow: window });
    await sleep((window + 2) * 1000); // what was spent before has left the window then
    const began = Date.now();
    let edits: { at: number }[] = [];
    const editor = edit(bench, live, editsPerSecond);
    const waits: { from: number; until: number; used: number }[] = [];
    let last: messages.ImportProgress | null = null;
    try {
      // Somebody has edited for a while when the import begins.
      await soon('live edits have used a part of the allocation', async () => (await requests(urls.salesforce, began)).length > calls * 0.6, 4 * window);
      const { workflowId } = await sluice.startImport({});
      for await (const now of sluice.watch(workflowId)) {
        if (now.job === 'import') last = now;
        const open = waits.at(-1);
        if (now.waits !== null && (open === undefined || open.until !== 0)) waits.push({ from: Date.now(), until: 0, used: (await requests(urls.salesforce, Date.now() - window * 1000)).length });
        if (now.waits === null && open !== undefined && open.until === 0) open.until = Date.now();
      }
    } finally {
      edits = await editor.stop();
    }
    const ended = Date.now();
    const problems = await notArrived(bench, live);
    const salesforce = (await requests(urls.salesforce, began)).filter(({ time }) => time <= ended);
    const hubspot = (await requests(urls.hubspot, began)).filter(({ time }) => time <= ended);
    const most = mostIn(salesforce.map(({ time }) => time), window * 1000);
    const refused = hubspot.filter(({ status }) => status === 429).length;
    const liveWhileWaiting = edits.filter(({ at }) => waits.some(({ from, until }) => at > from && at < until)).length;
    const seconds = (ended - began) / 1000;
    console.log(`Import and fill of ${contacts} contacts with ${calls} Salesforce calls allowed in ${window} s, ${workers} workers, ${editsPerSecond} live edits a second: ${seconds.toFixed(0)} s.`);
    printTable(['', 'measured', 'allowed'], [
      [`most Salesforce calls in ${window} s`, most, `${calls}, and a page of each worker`],
      ['times that the import waited', waits.length, ''],
      ['calls in the window when it began to wait', waits.map(({ used }) => used).join(' '), `from ${calls * backfillMark} on`],
      ['live edits, of them while the import waited', `${edits.length}, ${liveWhileWaiting}`, ''],
      ['HubSpot calls, refused with 429', `${hubspot.length}, ${refused}`, `${mostRefused * 100} %`],
    ]);
    console.log(JSON.stringify({ bench: 'allocation', contacts, calls, window, workers, seconds: Number(seconds.toFixed(1)), most, waits: waits.length, edits: edits.length, editsWhileWaiting: liveWhileWaiting, hubspotCalls: hubspot.length, refused }));
    return [
      ...problems,
      ...(most <= calls + workers * mostOfAPage ? [] : [`${most} Salesforce calls went out in ${window} s`]),
      ...(waits.length > 0 ? [] : ['the import never had to wait: allow fewer calls']),
      ...(last !== null && last.now.filled + last.now.filling === last.created + last.alreadyThere && last.failed === 0 ? [] : [`the import came to ${JSON.stringify(last)}`]),
      ...(refused <= hubspot.length * mostRefused ? [] : [`HubSpot refused ${refused} of ${hubspot.length} calls with 429`]),
    ];
  });
}

/** API calls that a sandbox logged since (epoch ms), by whomever. */
async function requests(url: string, since: number): Promise<z.output<typeof log>['requests']> {
  return (await request(log, `${url}/_sandbox/requests?since=${since}`)).requests.filter((one) => !/\/_sandbox\/|\/oauth\/|\/oauth2\/|\/cometd\//.test(one.url));
}

async function linkedContacts({ sluice, urls }: Bench): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < liveContacts; n++) {
    const { id } = await request(z.object({ id: z.string() }), `${urls.hubspot}/_sandbox/create`, { method: 'POST', body: { properties: { email: `live${n}@edited.example`, lastname: `Live ${n}` } } });
    ids.push(id);
    await sluice.resyncContact(id);
  }
  await soon('those to be edited are in sync', async () => (await sluice.listContacts({ status: 'in-sync' })).total === ids.length);
  return ids;
}

/** Somebody edits one contact after another in HubSpot, whose event comes at once. */
function edit({ client, connection, urls }: Bench, ids: readonly string[], perSecond: number): { stop(): Promise<{ at: number }[]> } {
  const edits: { at: number }[] = [];
  const end = new AbortController();
  const work = (async () => {
    while (!end.signal.aborted) {
      const id = ids[edits.length % ids.length] ?? '';
      edits.push({ at: Date.now() });
      await request(z.unknown(), `${urls.hubspot}/_sandbox/edit`, { method: 'POST', body: { id, properties: { city: `City ${edits.length}` } } });
      await client.workflow.getHandle(workflowIds.contact(connection, id)).signal(messages.changed, { source: 'hubspot', kind: 'propertyChange' });
      await sleep(1_000 / perSecond);
    }
  })();
  return { stop: async () => { end.abort(); await work; return edits; } };
}

/** Which edits are not in Salesforce once all has come to rest. */
async function notArrived({ crms }: Bench, ids: readonly string[]): Promise<string[]> {
  const missing = async (): Promise<string[]> => {
    const records = new Map((await crms.salesforce.records()).map((record) => [record.externalId ?? '', record]));
    const cities = await Promise.all(ids.map(async (id) => [id, await crms.hubspot.value(id, 'city'), records.get(id)?.values['city'] ?? null] as const));
    return cities.filter(([, there, here]) => there !== here).map(([id, there, here]) => `contact ${id} has ${there} in HubSpot and ${here} in Salesforce`);
  };
  let left = await missing();
  await soon('the last edits have arrived', async () => (left = await missing()).length === 0, 180).catch(() => undefined);
  return left;
}

/** The most of these times (ascending or not) in any span of so many ms. */
function mostIn(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let [start, most] = [0, 0];
  for (const [end, time] of sorted.entries()) {
    while ((sorted[start] ?? 0) <= time - ms) start += 1;
    most = Math.max(most, end - start + 1);
  }
  return most;
}
