import { UserError } from '../worker/user-error.ts';
import { DEFAULT_MAPPINGS } from '../sync/mapping.ts';
import { printTable } from './calls.ts';
import { makeEdits, type Edit } from './latency-edits.ts';
import { arrivals, type Arrived } from './latency-times.ts';
import { importAll, selectEveryone, soon, withBench } from './world.ts';

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
    await sluice.changeSettings({ mappings: DEFAULT_MAPPINGS.map((m) => ([...plain, criterion].includes(m.hubspot) ? { ...m, rule: 'two-way' } : m)) });
    await selectEveryone(bench, criterion);
    await importAll(sluice);
    await bench.switchOnFeeds();
    const records = (await crms.salesforce.records()).filter(({ externalId }) => externalId !== null);
    const made = await makeEdits(bench, { records, random, series: [
      { properties: plain, sides: ['hubspot', 'salesforce'], count: edits },
      { properties: [criterion], sides: ['hubspot'], count: inCriteria },
    ] });
    const arrived = new Map<Edit, Arrived>();
    await soon('every edit has arrived', async () => {
      for (const [edit, at] of await arrivals(bench, made.filter((one) => !arrived.has(one)))) arrived.set(edit, at);
      return arrived.size === made.length;
    }).catch(() => undefined);
    report({ edits, contacts, random }, made, arrived);
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

function report({ edits, contacts, random }: LatencyOptions, made: readonly Edit[], arrived: Map<Edit, Arrived>): void {
  const rowOf = (name: string, which: (edit: Edit) => boolean) => {
    const times = made.filter(which).flatMap((edit) => arrived.get(edit)?.ms ?? []).sort((a, b) => a - b);
    const at = (part: number): number => times[Math.max(0, Math.ceil(times.length * part) - 1)] ?? NaN;
    return { name, n: times.length, p50: at(0.5), p95: at(0.95), max: at(1) };
  };
  const ordinary = ({ property }: Edit): boolean => property !== criterion;
  const both = rowOf('both', ordinary);
  const settling = rowOf(`of a property in the segment's criteria (${criterion}), in HubSpot`, (edit) => !ordinary(edit));
  const rows = [
    rowOf('in HubSpot, to Salesforce', (edit) => ordinary(edit) && edit.side === 'hubspot'), rowOf('in Salesforce, to HubSpot', (edit) => ordinary(edit) && edit.side === 'salesforce'), both, settling,
  ];
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  console.log(`${edits} edits by people, each of another of ${contacts} contacts in sync and in the segment; ${plain.join(' and ')} are mapped two-way. Events are sent 100 to 500 ms after the commit; times are from commit to commit.`);
  printTable(['edit', 'arrived', 'p50', 'p95', 'max'], rows.map(({ name, n, p50, p95, max }) => [name, n, seconds(p50), seconds(p95), seconds(max)]));
  console.log(`The last row waits out the settle window of 5 s, until HubSpot has surely evaluated the segment. HubSpot's own integration polls Salesforce every 15 minutes [KB-TRIG].`);
  const figures = ({ p50, p95, max }: typeof both) => ({ p50, p95, max });
  console.log(JSON.stringify({ bench: 'latency', contacts, edits, random, latencyMs: figures(both), inCriteriaMs: figures(settling) }));
}
