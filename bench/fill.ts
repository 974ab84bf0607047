import { setTimeout as sleep } from 'node:timers/promises';
import type { ImportProgress } from '../workflows/messages.ts';
import { crms, workflowIds, type Crm } from '../workflows/ids.ts';
import { countCalls, crmNames, printTable, type BothCounted } from './calls.ts';
import { checkEdits } from './edits.ts';
import { failCalls, stopFailing } from './faults.ts';
import { checkFilled } from './filled.ts';
import { countLiveSyncs } from './live-syncs.ts';
import { behindPerSecond, importStreams } from './measure/import-history.ts';
import { spending, type Spent } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { caughtUp, importAll, selectEveryone, soon, withBench, type Bench } from './world.ts';

export interface FillOptions {
  /** People that only Salesforce has. */
  contacts: number;
  segment: boolean;
  segmentLagMs: number;
  rateLimit: boolean;
  /** An import lists more records of one type by a bulk query job; above 10,000, as the product has it. */
  bulkAbove?: number;
  random: number;
}

/** What one run came to. */
export interface Filled {
  seconds: number;
  /** From then on until each workflow had done its first task. */
  secondsBehind: number;
  /** Until all data was in. */
  dataSeconds: number;
  /** Workflows a second behind the data. */
  behindPerSecond: number;
  /** Pages that were handed over to workflows. */
  pagesHandedOver: number;
  result: ImportProgress;
  calls: BothCounted;
  spent: Spent;
  /** Contacts that synced by themselves, beside the pages; counted with the feeds on, since it takes a call for each contact. */
  liveSyncs: number;
  /** Calls that were made to fail, by kind. */
  faults: Record<string, number>;
  problems: string[];
}

/** The same with the feeds off, then on. With them calls are counted until they have read all that the fill wrote. */
export async function fillWithFeeds(options: FillOptions): Promise<string[]> {
  const { contacts } = options;
  const [without, having] = [await run(options, false), await run(options, true)];
  console.log('Without the feeds:');
  report(options, without);
  console.log('With both feeds, until they had read all that was written:');
  report(options, having);
  const total = (calls: BothCounted): number => (calls.hubspot.total + calls.salesforce.total) / contacts;
  const more = total(having.calls) - total(without.calls);
  const alive = having.liveSyncs / contacts;
  printTable(['', 'without', 'with feeds', 'difference', 'target'], [
    ['calls per contact, both CRMs', total(without.calls).toFixed(4), total(having.calls).toFixed(4), more.toFixed(4), `at most ${mostMore}`],
    ['contacts that synced by themselves', without.liveSyncs, having.liveSyncs, `${(alive * 100).toFixed(2)} %`, `at most ${mostAlive * 100} %`],
  ]);
  console.log(JSON.stringify({
    bench: 'fill', feeds: true, contacts, segment: options.segment, callsPerContact: { without: round(total(without.calls)), with: round(total(having.calls)), more: round(more) }, liveSyncs: having.liveSyncs,
  }));
  return [
    ...without.problems, ...having.problems,
    ...(contacts < meaningful || more <= mostMore ? [] : [`with the feeds ${more.toFixed(4)} more calls per contact were made than the ${mostMore} that are allowed`]),
    ...(contacts < meaningful || alive <= mostAlive ? [] : [`${having.liveSyncs} of ${contacts} contacts synced by themselves`]),
  ];
}

/**
 * The same undisturbed, then `draws` times with a part of all calls failing, each time others: as complete, and for how many more calls.
 * A fill makes so few calls that one run says little about its part.
 */
export async function fillDisturbed(options: FillOptions, failing: number, draws: number): Promise<string[]> {
  const calm = await run(options, false);
  console.log('Undisturbed:');
  report(options, calm);
  const total = ({ calls }: Filled): number => calls.hubspot.total + calls.salesforce.total;
  const failed = ({ faults }: Filled): number => Object.values(faults).reduce((sum, n) => sum + n, 0);
  const disturbed: Filled[] = [];
  for (let n = 0; n < draws; n++) {
    const one = await run(options, false, { part: failing, seed: options.random + n });
    console.log(`With ${failing * 100} % of all calls failing, draws of seed ${options.random + n}:`);
    report(options, one);
    disturbed.push(one);
  }
  const row = (name: string, calls: number, faults: number): (string | number)[] => [name, calls, faults, `${((faults / calls) * 100).toFixed(0)} %`, (calls / total(calm)).toFixed(2)];
  const mean = (of: (one: Filled) => number): number => disturbed.reduce((sum, one) => sum + of(one), 0) / draws;
  printTable(['', 'calls of both CRMs', 'made to fail', 'part', 'times'], [
    row('undisturbed', total(calm), 0),
    ...disturbed.map((one, n) => row(`draws of seed ${options.random + n}`, total(one), failed(one))),
    row('mean of those', Math.round(mean(total)), Math.round(mean(failed))),
  ]);
  const faults: Record<string, number> = {};
  for (const one of disturbed) for (const [kind, n] of Object.entries(one.faults)) faults[kind] = (faults[kind] ?? 0) + n;
  printTable(['made to fail', 'calls'], Object.entries(faults));
  const times = mean(total) / total(calm);
  console.log(JSON.stringify({ bench: 'fill', failing, contacts: options.contacts, calls: { undisturbed: total(calm), disturbed: disturbed.map(total), times: round(times) }, failed: disturbed.map(failed), faults }));
  return [...calm.problems, ...disturbed.flatMap(({ problems }) => problems), ...(times <= mostTimes ? [] : [`${times.toFixed(2)} times the calls of an undisturbed run were made`])];
}

const mostTimes = 1.5;
/** Below so many contacts, the polls' standing calls outweigh the rest. */
const meaningful = 2_000;
const mostMore = 0.03;
const mostAlive = 0.01;

/**
 * Imports and fills `contacts` people that only Salesforce has. Calls are counted by the sandboxes, from the start of the import until each
 * contact's workflow is there.
 */
export function run({ contacts, segment, segmentLagMs, rateLimit, bulkAbove, random }: FillOptions, feeds: boolean, failing?: { part: number; seed: number }): Promise<Filled> {
  const env = { SANDBOX_SEGMENT_LAG_MS: String(segmentLagMs), SANDBOX_SEARCH_LAG_MS: '0', ...(bulkAbove === undefined ? {} : { SLUICE_BULK_ABOVE: String(bulkAbove) }), ...(rateLimit ? {} : { SANDBOX_RATE_LIMIT: 'off' }) };
  return withBench({ contacts, random, env }, async (bench) => {
    const { client, connection, sluice } = bench;
    if (segment) await selectEveryone(bench);
    if (feeds) await bench.switchOnFeeds();
    const before = await bench.crms.salesforce.records();
    const { result, spent } = await spending(bench, async () => {
      if (failing !== undefined) await failCalls(bench, failing.part, failing.seed);
      const start = Date.now();
      const result = await importAll(sluice);
      const seconds = (Date.now() - start) / 1000;
      await caughtUp(bench);
      const until = Date.now();
      const secondsBehind = (until - start) / 1000 - seconds;
      if (feeds) await feedsAtRest(bench, Date.now());
      const faults = failing === undefined ? {} : await stopFailing(bench);
      if (failing !== undefined) await soon('each contact is in sync', async () => (await sluice.listContacts({ status: 'in-sync', limit: 1 })).total === (await sluice.listContacts({ limit: 1 })).total, 600);
      return { result, seconds, secondsBehind, faults, start, until };
    });
    const { start, until, ...times } = result;
    const streams = await importStreams(client, workflowIds.import(connection, 'first'));
    const liveSyncs = feeds ? await countLiveSyncs(client, connection) : 0;
    const problems = [...await checkFilled({ client, connection, crms: bench.crms, before }), ...await checkEdits({ sluice, crms: bench.crms, random })];
    if ((await bench.crms.salesforce.records()).length !== before.length) problems.push('Salesforce has another number of records than before');
    return {
      ...times, dataSeconds: (streams.dataUntil - start) / 1000, behindPerSecond: behindPerSecond(streams, until), pagesHandedOver: streams.handedOver.length,
      calls: spent.calls, spent, liveSyncs, problems,
    };
  });
}

/** Waits until both feeds have polled to the end since `since`, and whom they told has synced. */
export async function feedsAtRest(bench: Bench, since: number): Promise<void> {
  const polled = async (crm: Crm): Promise<boolean> => {
    const { lastPollAt, nextPollAt, waiting, later } = await bench.feed(crm);
    const last = Date.parse(lastPollAt ?? '');
    return last > since && Date.parse(nextPollAt) > last && waiting === 0 && later === 0;
  };
  await soon('both feeds have polled all', async () => (await Promise.all(crms.map(polled))).every(Boolean), 900);
  let [before, now] = [-1, await totalCalls(bench)];
  while (now !== before) {
    await sleep(3_000);
    [before, now] = [now, await totalCalls(bench)];
  }
}

const totalCalls = async (bench: Bench): Promise<number> => {
  const { hubspot, salesforce } = (await countCalls(bench)).calls;
  return hubspot.total + salesforce.total;
};

function report({ contacts }: FillOptions, { seconds, secondsBehind, result, calls }: Filled): void {
  const rows = crms.flatMap((crm): [string, number, string][] => [
    ...Object.entries(calls[crm].byRoute).sort(([, a], [, b]) => b - a).map(([route, n]): [string, number, string] => [`  ${route}`, n, (n / contacts).toFixed(4)]),
    [`${crmNames[crm]}, all calls`, calls[crm].total, (calls[crm].total / contacts).toFixed(4)],
  ]);
  console.log(`Import and fill of ${contacts} contacts: ${seconds.toFixed(1)} s until each has its workflow, ${secondsBehind.toFixed(1)} s more until each has done its first task; created ${result.created}, filled ${result.now.filled}, told ${result.now.filling}, email-only ${result.now.emailOnly}.`);
  printTable(['calls', 'number', 'per contact'], rows);
  console.log(JSON.stringify({
    bench: 'fill', contacts, seconds: Number(seconds.toFixed(2)), secondsBehind: Number(secondsBehind.toFixed(2)), callsPerContact: { hubspot: round(calls.hubspot.total / contacts), salesforce: round(calls.salesforce.total / contacts) },
  }));
}
