import * as z from 'zod';
import { request } from '../demo/http.ts';
import { taskQueues, workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { inLanes } from './floor/lanes.ts';
import { counted } from './floor/counted.ts';
import { changed } from './floor/signals.ts';
import type { entity } from './floor/workflows.ts';
import { floorConnection, startFloorWorker } from './floor/world.ts';
import { floorField, type Pair } from './floor/pair.ts';
import { byType } from './measure/actions.ts';
import { alternating, best, ofRounds } from './measure/alternating.ts';
import { perContact, rates, report, routes } from './measure/measured.ts';
import { actionsOf, ofWorker, spending } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { usageOf } from './measure/usage.ts';
import { caughtUp, importAll, unlagged, withBench, type Bench } from './world.ts';
import { watchWrites } from './writes.ts';

/**
 * The floor's entity is `plain`; `listed` also shows when it synced in the lists of workflows, as Sluice must; the activities of an
 * `eager` one go by its workflows' own queue, where the SDK hands them over without the queue, and without the brake that a queue is.
 */
export const liveFloors = ['plain', 'listed', 'eager'] as const;

export interface LiveOptions {
  contacts: number;
  rounds: number;
  rateLimit: boolean;
  floor: (typeof liveFloors)[number];
  random: number;
}

const inFlight = 20;
const patienceSeconds = 1_200;

/**
 * A mass of single changed contacts through the live lane: each was changed in Salesforce and is told so by a signal, until HubSpot has
 * all. The floor is an entity whose two activities make the same calls, on a queue of their own as Sluice's are, and decide nothing.
 */
export async function live({ contacts, rounds, rateLimit, floor: kind, random }: LiveOptions): Promise<string[]> {
  return withBench({ contacts, random, env: unlagged(rateLimit) }, async (bench) => {
    await importAll(bench.sluice);
    await caughtUp(bench);
    const pairs = (await bench.crms.salesforce.records()).flatMap(({ type, id, externalId }): Pair[] => (externalId === null ? [] : [{ hubspotId: externalId, type, salesforceId: id }]));
    const worker = await startFloorWorker(bench);
    try {
      const { workflows: taskQueue, live: ownQueue } = taskQueues(floorConnection);
      const options = { activities: kind === 'eager' ? taskQueue : ownQueue, listed: kind === 'listed' };
      await inLanes(pairs.length, inFlight, (n) => bench.client.workflow.start<typeof entity>('entity', { workflowId: floorId(n), taskQueue, args: [{ pair: pairs[n] as Pair, ...options }] }));
      await caughtUp({ client: bench.client, connection: floorConnection });
      let rank = 0;
      const runs = await alternating(rounds, async () => {
        await edit(bench, pairs, 'Title', `Mass ${++rank}`);
        return spending(bench, () => until(bench, pairs, 'jobtitle', `Mass ${rank}`, ({ hubspotId }) =>
          bench.client.workflow.getHandle(workflowIds.contact(bench.connection, hubspotId)).signal(messages.changed, { source: 'salesforce', kind: 'change' })));
      }, async () => {
        await edit(bench, pairs, floorField.salesforce, `Mass ${++rank}`);
        let seconds = NaN;
        const before = await usageOf(worker, bench.dataDir);
        const plain = await counted(bench.urls, async () => { seconds = await until(bench, pairs, floorField.hubspot, `Mass ${rank}`, (_, n) => bench.client.workflow.getHandle(floorId(n)).signal(changed)); });
        return { ...plain, seconds, cpuSeconds: (await usageOf(worker, bench.dataDir)).cpuSeconds - before.cpuSeconds };
      });
      const { result: seconds, spent } = best(runs.measured, ({ result }) => 1 / result);
      const floor = best(runs.floor, (run) => 1 / run.seconds);
      report(`${pairs.length} contacts, each changed in Salesforce and told by itself, until HubSpot has all; ${ofRounds(rounds)}; ${rateLimit ? "both CRMs' rate limits on" : 'no rate limits'}; the floor ${kind}.`, {
        bench: 'live', ...rates(pairs.length, seconds, pairs.length / floor.seconds), callsPerContact: perContact(spent.calls, pairs.length), actionsPerContact: round(actionsOf(spent) / pairs.length, 2),
        ...ofWorker(spent),
      }, {
        rows: [
          ['CPU of the worker per contact, ms', round((spent.cpuSeconds / pairs.length) * 1000, 1), `floor ${round((floor.cpuSeconds / pairs.length) * 1000, 1)}`],
          ...routes(spent.calls, floor.calls),
          ...byType(spent.actions, (n) => round(n / pairs.length, 2)),
        ],
        more: { floorCallsPerContact: perContact(floor.calls, pairs.length) },
      });
      return [];
    } finally {
      await worker.stop();
    }
  });
}

const floorId = (n: number): string => `floor/${n}`;

async function edit({ urls }: Bench, pairs: readonly Pair[], field: string, value: string): Promise<void> {
  await inLanes(pairs.length, inFlight, (n) => request(z.unknown(), `${urls.salesforce}/_sandbox/edit`, { method: 'POST', body: { id: pairs[n]?.salesforceId, fields: { [field]: value } } }));
}

/** Tells each, and answers how many seconds it took until HubSpot had the value of all. */
async function until({ urls }: Bench, pairs: readonly Pair[], property: string, value: string, tell: (pair: Pair, n: number) => Promise<void>): Promise<number> {
  const arrived = await watchWrites(urls.hubspot);
  const start = Date.now();
  await inLanes(pairs.length, inFlight, (n) => tell(pairs[n] as Pair, n));
  return (await arrived(pairs.length, ({ fields }) => fields[property] === value, patienceSeconds) - start) / 1000;
}
