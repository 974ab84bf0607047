import { crms } from '../workflows/ids.ts';
import { crmNames, printTable, totalOf, type BothCounted } from './calls.ts';
import { fillOnce, type Filled, type FillOptions } from './fill-run.ts';
import { round } from './measure/statistics.ts';

const mostTimes = 1.5;
/** Below so many contacts, the polls' standing calls outweigh the rest. */
const meaningful = 2_000;
const mostMore = 0.03;
const mostAlive = 0.01;

/** The same with the feeds off, then on. With them calls are counted until they have read all that the fill wrote. */
export async function fillWithFeeds(options: FillOptions): Promise<string[]> {
  const { contacts } = options;
  const [without, having] = [await fillOnce(options, false), await fillOnce(options, true)];
  console.log('Without the feeds:');
  report(options, without);
  console.log('With both feeds, until they had read all that was written:');
  report(options, having);
  const total = (calls: BothCounted): number => totalOf(calls) / contacts;
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
  const calm = await fillOnce(options, false);
  console.log('Undisturbed:');
  report(options, calm);
  const total = ({ calls }: Filled): number => totalOf(calls);
  const failed = ({ faults }: Filled): number => Object.values(faults).reduce((sum, n) => sum + n, 0);
  const disturbed: Filled[] = [];
  for (let n = 0; n < draws; n++) {
    const one = await fillOnce(options, false, { part: failing, seed: options.random + n });
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
