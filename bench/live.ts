import * as z from 'zod';
import { request } from '../demo/http.ts';
import { DEFAULT_MAPPINGS } from '../sync/mapping.ts';
import { taskQueues, workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { inLanes } from './floor/lanes.ts';
import { counted } from './floor/counted.ts';
import { changed } from './floor/signals.ts';
import { floorConnection, startFloorWorker } from './floor/world.ts';
import { floorField, type Pair } from './floor/pair.ts';
import { alternating, best, ofRounds } from './measure/alternating.ts';
import { perContact, rates, report } from './measure/measured.ts';
import { actionsOf, spending } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { caughtUp, importAll, withBench, type Bench } from './world.ts';
import { watchWrites } from './writes.ts';

export interface LiveOptions {
  contacts: number;
  rounds: number;
  rateLimit: boolean;
  random: number;
}

const inFlight = 20;
const patienceSeconds = 1_200;

/**
 * A mass of single changed contacts through the live lane: each was changed in HubSpot and is told so by a signal, until Salesforce has
 * all. The floor is an entity whose two activities make the same calls and decide nothing.
 */
export async function live({ contacts, rounds, rateLimit, random }: LiveOptions): Promise<string[]> {
  return withBench({ contacts, random, env: { SANDBOX_SEARCH_LAG_MS: '0', ...(rateLimit ? {} : { SANDBOX_RATE_LIMIT: 'off' }) } }, async (bench) => {
    await bench.sluice.changeSettings({ mappings: DEFAULT_MAPPINGS.map((m) => (m.hubspot === 'jobtitle' ? { ...m, rule: 'two-way' } : m)) });
    await importAll(bench.sluice);
    await caughtUp(bench);
    const pairs = (await bench.crms.salesforce.records()).flatMap(({ type, id, externalId }): Pair[] => (externalId === null ? [] : [{ hubspotId: externalId, type, salesforceId: id }]));
    const worker = await startFloorWorker(bench);
    try {
      const taskQueue = taskQueues(floorConnection).workflows;
      await inLanes(pairs.length, inFlight, (n) => bench.client.workflow.start('entity', { workflowId: floorId(n), taskQueue, args: [pairs[n]] }));
      await caughtUp({ client: bench.client, connection: floorConnection });
      let rank = 0;
      const runs = await alternating(rounds, async () => {
        await edit(bench, pairs, 'jobtitle', `Mass ${++rank}`);
        return spending(bench, () => until(bench, pairs, 'Title', `Mass ${rank}`, ({ hubspotId }) =>
          bench.client.workflow.getHandle(workflowIds.contact(bench.connection, hubspotId)).signal(messages.changed, { source: 'hubspot', kind: 'propertyChange' })));
      }, async () => {
        await edit(bench, pairs, floorField.hubspot, `Mass ${++rank}`);
        let seconds = NaN;
        const plain = await counted(bench.urls, async () => { seconds = await until(bench, pairs, floorField.salesforce, `Mass ${rank}`, (_, n) => bench.client.workflow.getHandle(floorId(n)).signal(changed)); });
        return { ...plain, seconds };
      });
      const { result: seconds, spent } = best(runs.measured, ({ result }) => 1 / result);
      const floor = best(runs.floor, (run) => 1 / run.seconds);
      const floorCalls = perContact(floor.calls, pairs.length);
      report(`${pairs.length} contacts, each changed in HubSpot and told by itself, until Salesforce has all; ${ofRounds(rounds)}; ${rateLimit ? "both CRMs' rate limits on" : 'no rate limits'}.`, {
        bench: 'live', ...rates(pairs.length, seconds, pairs.length / floor.seconds), callsPerContact: perContact(spent.calls, pairs.length), actionsPerContact: round(actionsOf(spent) / pairs.length, 2),
        workerPeakMiB: round(spent.peakMiB, 0), workerCpuSeconds: round(spent.cpuSeconds, 2),
      }, {
        rows: [
          ['floor: calls per contact, HubSpot / Salesforce', `${floorCalls.hubspot} / ${floorCalls.salesforce}`],
          ['CPU of the worker per contact, ms', round((spent.cpuSeconds / pairs.length) * 1000, 1)],
          ...Object.entries(spent.actions).map(([type, n]): [string, string] => [`  ${type}`, (n / pairs.length).toFixed(2)]),
        ],
        more: { floorCallsPerContact: floorCalls },
      });
      return [];
    } finally {
      await worker.stop();
    }
  });
}

const floorId = (n: number): string => `floor/${n}`;

async function edit({ urls }: Bench, pairs: readonly Pair[], property: string, value: string): Promise<void> {
  await inLanes(pairs.length, inFlight, (n) => request(z.unknown(), `${urls.hubspot}/_sandbox/edit`, { method: 'POST', body: { id: pairs[n]?.hubspotId, properties: { [property]: value } } }));
}

/** Tells each, and answers how many seconds it took until Salesforce had the value of all. */
async function until({ urls }: Bench, pairs: readonly Pair[], field: string, value: string, tell: (pair: Pair, n: number) => Promise<void>): Promise<number> {
  const arrived = await watchWrites(urls.salesforce);
  const start = Date.now();
  await inLanes(pairs.length, inFlight, (n) => tell(pairs[n] as Pair, n));
  return (await arrived(pairs.length, ({ fields }) => fields[field] === value, patienceSeconds) - start) / 1000;
}
