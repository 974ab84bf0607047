import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { request } from '../demo/http.ts';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { printTable } from './calls.ts';
import { soon, twoWay, withBench, type Bench } from './world.ts';
import { writesAfter } from './writes.ts';

export interface AllocationOptions {
  contacts: number;
  /** Salesforce calls allowed in `window` seconds, of all workers together. */
  calls: number;
  window: number;
  workers: number;
  editsPerSecond: number;
  random: number;
}

/** So many that none is edited so often that it is taken for a loop. */
const liveContacts = 240;
/** What a page of an import may call Salesforce. */
const mostOfAPage = 12;
const backfillMark = 0.75;
/** Of live edits, while the import waits. */
const enoughThrough = 10;
/** How many times less somebody edits after that. */
const calmer = 4;
/** Of all HubSpot calls. */
const mostRefused = 0.01;
const city = z.string().catch('');
const log = z.object({ requests: z.array(z.object({ time: z.number(), url: z.string(), status: z.number().nullable() })) });

/**
 * An import and fill under a small allocation, while somebody edits contacts that have long been in sync: so often at first that the import has
 * to wait, then seldom, so that it can end. Calls are those of the sandboxes' own log, HubSpot's own limit is on. Answers what is wrong, each as a
 * sentence.
 */
export async function allocation({ contacts, calls, window, workers, editsPerSecond, random }: AllocationOptions): Promise<string[]> {
  return withBench({ contacts, random }, async (bench) => {
    const { sluice, urls } = bench;
    const live = await linkedContacts(bench);
    for (let n = 1; n < workers; n++) await bench.addWorker();
    // Else Salesforce's city would come back.
    await sluice.changeSettings({ mappings: twoWay('city'), allocation: { salesforce: calls }, allocationWindow: window });
    await sleep((window + 2) * 1000); // what was spent before has left the window then
    const began = Date.now();
    const editor = new Editor(bench, live, editsPerSecond);
    const waits: { from: number; until: number | null; used: number }[] = [];
    let calm = false;
    let last: messages.ImportProgress | null = null;
    try {
      // Somebody has edited for a while when the import begins, which needs few calls itself.
      await soon('live edits have used a part of the allocation', async () => (await requests(urls.salesforce, Date.now() - window * 1000)).length > calls * 0.7, 4 * window);
      const { workflowId } = await sluice.startImport({});
      for await (const now of sluice.watch(workflowId)) {
        if (now.job === 'import') last = now;
        const wait = waits.at(-1);
        if (now.waits !== null && wait?.until !== null) waits.push({ from: Date.now(), until: null, used: (await requests(urls.salesforce, Date.now() - window * 1000)).length });
        if (now.waits === null && wait?.until === null) wait.until = Date.now();
        if (calm || wait?.until !== null) continue;
        calm = await arrived(bench, waits) >= enoughThrough || Date.now() > wait.from + 2 * window * 1000;
        if (calm) editor.pace(editsPerSecond / calmer);
      }
    } finally {
      await editor.stop();
    }
    const ended = Date.now();
    const [salesforce, hubspot] = await Promise.all([urls.salesforce, urls.hubspot].map((url) => requests(url, began)));
    if (salesforce === undefined || hubspot === undefined) throw new Error('a sandbox told no requests');
    const through = await arrived(bench, waits);
    const problems = await notArrived(bench, live);
    const most = mostIn(salesforce.map(({ time }) => time), window * 1000);
    const refused = hubspot.filter(({ status }) => status === 429).length;
    const waited = waits.reduce((sum, { from, until }) => sum + (until ?? ended) - from, 0) / 1000;
    const seconds = (ended - began) / 1000;
    console.log(`Import and fill of ${contacts} contacts with ${calls} Salesforce calls allowed in ${window} s, ${workers} workers, ${editsPerSecond} live edits a second, a ${calmer}th of that once the import had waited a while: ${seconds.toFixed(0)} s.`);
    printTable(['', 'measured', 'allowed'], [
      [`most Salesforce calls in ${window} s`, most, `${calls}, and a page of each worker`],
      ['times that the import waited', waits.length, 'once at least'],
      ['seconds that it waited', waited.toFixed(0), ''],
      ['calls in the window when it began to wait', waits.map(({ used }) => used).join(' '), `from ${calls * backfillMark} on`],
      ['live edits that reached Salesforce while it waited', through, `${enoughThrough} at least`],
      ['live edits in all', editor.edits, 'all arrive'],
      ['HubSpot calls, refused with 429', `${hubspot.length}, ${refused}`, `${mostRefused * 100} %`],
    ]);
    console.log(JSON.stringify({ bench: 'allocation', contacts, calls, window, workers, seconds: Number(seconds.toFixed(1)), most, waits: waits.length, waited: Number(waited.toFixed(1)), edits: editor.edits, editsWhileWaiting: through, hubspotCalls: hubspot.length, refused }));
    return [
      ...problems,
      ...(most <= calls + workers * mostOfAPage ? [] : [`${most} Salesforce calls went out in ${window} s`]),
      ...(waits.length > 0 ? [] : ['the import never had to wait: allow fewer calls, or edit more often']),
      ...(waits.length === 0 || through >= enoughThrough ? [] : [`only ${through} live edits reached Salesforce while the import waited`]),
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

/** Somebody edits one contact after another in HubSpot, whose event comes at once; the next edit does not wait for the last one. */
class Editor {
  /** Made so far. */
  edits = 0;
  readonly #bench: Bench;
  readonly #ids: readonly string[];
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #failed: unknown;

  constructor(bench: Bench, ids: readonly string[], perSecond: number) {
    this.#bench = bench;
    this.#ids = ids;
    this.pace(perSecond);
  }

  pace(perSecond: number): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      const one = this.#edit().catch((error: unknown) => { this.#failed ??= error; }).finally(() => this.#underWay.delete(one));
      this.#underWay.add(one);
    }, 1_000 / perSecond);
  }

  /** @throws what went wrong with an edit. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    if (this.#failed !== undefined) throw this.#failed;
  }

  async #edit(): Promise<void> {
    const { client, connection, urls } = this.#bench;
    const n = this.edits++;
    const id = this.#ids[n % this.#ids.length] ?? '';
    await request(z.unknown(), `${urls.hubspot}/_sandbox/edit`, { method: 'POST', body: { id, properties: { city: `City ${n}` } } });
    await client.workflow.getHandle(workflowIds.contact(connection, id)).signal(messages.changed, { source: 'hubspot', kind: 'propertyChange' });
  }
}

/** How many live edits Salesforce got within these times, by the sandbox's own log. */
async function arrived({ urls }: Bench, times: readonly { from: number; until: number | null }[]): Promise<number> {
  const edits = (await writesAfter(urls.salesforce, 0)).filter(({ fields }) => /^City \d/.test(city.parse(fields['City'])));
  return edits.filter(({ at }) => times.some(({ from, until }) => at >= from && (until === null || at <= until))).length;
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
