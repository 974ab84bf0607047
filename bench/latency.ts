import { UserError } from '../worker/user-error.ts';
import { makeEdits, type Edit } from './latency-edits.ts';
import { arrivals, type Arrived } from './latency-times.ts';
import { report } from './measure/measured.ts';
import { actionsOf, ofWorker, spending, type Spent } from './measure/spent.ts';
import { percentile, round } from './measure/statistics.ts';
import { importAll, selectEveryone, soon, twoWay, withBench } from './world.ts';

export interface LatencyOptions {
  edits: number;
  contacts: number;
  random: number;
}

/** In the criteria of the segment, beside the email that makes everybody a member. */
const criterion = 'city';
/** Mapped two-way, so that an edit in HubSpot is carried over and not sent back. */
const plain = ['jobtitle', 'phone'] as const;
const mostInCriteria = 40;

/**
 * How long a person's edit takes to the other CRM: from the one CRM's commit to the other's, both as the CRMs themselves stamp
 * them. Answers what is wrong with the result, each as a sentence.
 */
export async function latency({ edits, contacts, random }: LatencyOptions): Promise<string[]> {
  const inCriteria = Math.min(mostInCriteria, edits);
  if (contacts < edits + inCriteria) throw new UserError(`Each edit is of another contact: ${edits} edits, and ${inCriteria} of a property in the segment's criteria, need --contacts ${edits + inCriteria} or more.`);
  const env = { SANDBOX_SEGMENT_LAG_MS: '200' };
  return withBench({ contacts, random, env }, async (bench) => {
    const { sluice, crms } = bench;
    await sluice.changeSettings({ mappings: twoWay(...plain, criterion) });
    await selectEveryone(bench, criterion);
    await importAll(sluice);
    await bench.switchOnFeeds();
    const records = (await crms.salesforce.records()).filter(({ externalId }) => externalId !== null);
    const arrived = new Map<Edit, Arrived>();
    const start = performance.now();
    const { result: made, spent } = await spending(bench, async () => {
      const made = await makeEdits(bench, { records, random, series: [
        { properties: plain, sides: ['hubspot', 'salesforce'], count: edits },
        { properties: [criterion], sides: ['hubspot'], count: inCriteria },
      ] });
      await soon('every edit has arrived', async () => {
        for (const [edit, at] of await arrivals(bench, made.filter((one) => !arrived.has(one)))) arrived.set(edit, at);
        return arrived.size === made.length;
      }).catch(() => undefined);
      return made;
    });
    tell({ edits, contacts, random }, { made, arrived, spent, seconds: (performance.now() - start) / 1000 });
    return [...made.filter((edit) => !arrived.has(edit)).map(({ side, id, property }) => `the edit of ${property} of contact ${id} in ${side} never arrived`), ...await wrongValues(bench.crms, made)];
  });
}

/** In the end both CRMs hold what was typed. */
async function wrongValues({ hubspot, salesforce }: { hubspot: { contacts(): Promise<{ id: string; values: Record<string, string | null> }[]> }; salesforce: { records(): Promise<{ id: string; values: Record<string, string | null> }[]> } }, made: readonly Edit[]): Promise<string[]> {
  const contacts = new Map((await hubspot.contacts()).map(({ id, values }) => [id, values]));
  const records = new Map((await salesforce.records()).map(({ id, values }) => [id, values]));
  return made.flatMap(({ id, record, property, value }) => [['HubSpot', contacts.get(id)] as const, ['Salesforce', records.get(record.id)] as const]
    .filter(([, values]) => values?.[property] !== value).map(([crm, values]) => `${property} of contact ${id} is "${values?.[property] ?? ''}" in ${crm} instead of "${value}"`));
}

interface Found { made: readonly Edit[]; arrived: Map<Edit, Arrived>; spent: Spent; seconds: number }

function tell({ edits, contacts, random }: LatencyOptions, { made, arrived, spent, seconds }: Found): void {
  const timesOf = (which: (edit: Edit) => boolean) => {
    const times = made.filter(which).flatMap((edit) => arrived.get(edit)?.ms ?? []);
    return { n: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95), max: percentile(times, 1) };
  };
  const ordinary = ({ property }: Edit): boolean => property !== criterion;
  const [both, settling] = [timesOf(ordinary), timesOf((edit) => !ordinary(edit))];
  const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const row = (name: string, { n, p50, p95, max }: typeof both): [string, string, string] => [name, [p50, p95, max].map(inSeconds).join(' / '), `${n} arrived`];
  report(`${edits} edits by people, each of another of ${contacts} contacts in sync and in the segment; ${plain.join(' and ')} are mapped two-way. Events are sent 100 to 500 ms after the commit; times are from commit to commit: p50 / p95 / max.`, {
    bench: 'latency', contacts, seconds: round(seconds, 1), contactsPerSecond: null, callsPerContact: null, actionsPerContact: round(actionsOf(spent) / made.length, 2),
    ...ofWorker(spent), floorPerSecond: null, ratioToFloor: null,
  }, {
    notes: {
      actionsPerContact: '', contactsPerSecond: 'edits come as slowly as people make them', callsPerContact: 'the bench itself asks HubSpot when edits arrived; see live',
      floorPerSecond: 'times are measured, not speed', ratioToFloor: 'times are measured, not speed',
    },
    rows: [
      row('in HubSpot, to Salesforce', timesOf((edit) => ordinary(edit) && edit.side === 'hubspot')), row('in Salesforce, to HubSpot', timesOf((edit) => ordinary(edit) && edit.side === 'salesforce')),
      row('both', both), row(`of a property in the segment's criteria (${criterion}), in HubSpot`, settling),
      ["  which waits out the settle window, until HubSpot has surely evaluated the segment", '5 s'],
      ["HubSpot's own integration polls Salesforce [KB-TRIG]", 'every 15 min'],
    ],
    more: { edits, random, latencyMs: figures(both), inCriteriaMs: figures(settling) },
  });
}

const figures = ({ p50, p95, max }: { p50: number; p95: number; max: number }) => ({ p50, p95, max });
