import { workflowIds } from '../workflows/ids.ts';
import { startPlainly } from './floor/starts.ts';
import { editingMeanwhile, idleLatencies, latenciesOf, liveProperty } from './live-edits.ts';
import { behindPerSecond, importStreams } from './measure/import-history.ts';
import { perContact, rates, report } from './measure/measured.ts';
import { actionsOf, ofWorker, spending } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { caughtUp, importAll, twoWay, unlagged, withBench } from './world.ts';

export interface BehindOptions {
  contacts: number;
  editsPerSecond: number;
  idleSeconds: number;
  random: number;
}

/** Imported first: edited one by one while the others come. */
const liveContacts = 100;
const mostTimes = 2;
const leastRatio = 0.4;

/**
 * Workflows created behind the data of an import while people edit other contacts: how many a second against their floor, which has no edits beside
 * it, and how long the edits take against idle.
 */
export async function behind({ contacts, editsPerSecond, idleSeconds, random }: BehindOptions): Promise<void> {
  await withBench({ contacts: contacts + liveContacts, random, env: unlagged(false) }, async (bench) => {
    const { sluice, client, connection, urls } = bench;
    await sluice.changeSettings({ mappings: twoWay(liveProperty) });
    const single = (await bench.crms.salesforce.records()).filter(({ type }) => type === 'Lead').slice(0, liveContacts);
    const first = await sluice.startImport({ object: 'Lead', where: `Id <= '${single.at(-1)?.id ?? ''}'`, label: 'live' });
    for await (const now of sluice.watch(first.workflowId)) if (now.finishedAt !== null) break;
    await bench.switchOnFeeds();
    const linked = new Map((await bench.crms.salesforce.records()).map((record) => [record.id, record]));
    const records = single.map((record) => linked.get(record.id) ?? record);
    const idle = await idleLatencies(bench, records, editsPerSecond, idleSeconds);
    const { result: { result, spent }, edits } = await editingMeanwhile(bench, { records, perSecond: editsPerSecond, first: idle.edits }, () => spending(bench, async () => {
      await importAll(sluice);
      await caughtUp(bench);
      return { until: Date.now() };
    }));
    const beside = await latenciesOf(bench, edits);
    const streams = await importStreams(client, workflowIds.import(connection, 'first'));
    const perSecond = behindPerSecond(streams, result.until);
    const floor = contacts / await startPlainly(contacts, urls);
    const times = round(beside.p95 / idle.p95, 2);
    report(`Workflows of ${contacts} imported contacts behind the data, with ${editsPerSecond} single edits a second beside.`, {
      bench: 'behind', ...rates(contacts, contacts / perSecond, floor), callsPerContact: perContact(spent.calls, contacts), actionsPerContact: round(actionsOf(spent) / contacts, 2),
      ...ofWorker(spent),
    }, {
      notes: { contacts: 'calls, actions and CPU are those of the edits and their feeds too' },
      rows: [
        ['ratio to the floor', round(perSecond / floor, 3), `at least ${leastRatio}`],
        ['single edits while idle: p50 / p95 / max, ms', `${idle.p50} / ${idle.p95} / ${idle.max}`, `${idle.edits} edits`],
        ['single edits beside: p50 / p95 / max, ms', `${beside.p50} / ${beside.p95} / ${beside.max}`, `${beside.edits} edits; p95 ${times} times idle, at most ${mostTimes}`],
      ],
      more: { liveMs: { idle, beside, times } },
    });
  });
}
