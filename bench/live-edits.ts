import { setTimeout as sleep } from 'node:timers/promises';
import type { SalesforceRecord } from '../demo/people.ts';
import { makeEdit, type Edit } from './latency-edits.ts';
import { arrivals, type Arrived } from './latency-times.ts';
import { percentile } from './measure/statistics.ts';
import { soon, type Bench } from './world.ts';

/** How long single edits took to the other CRM, in ms. */
export interface Latencies { edits: number; p50: number; p95: number; max: number }

const sides = ['hubspot', 'salesforce'] as const;
/** Mapped two-way by whoever measures with it. */
export const liveProperty = 'phone';
/** What nobody measures: an edit that comes much later was lost. */
const patienceSeconds = 180;

/** Makes single edits beside `work`, so many a second on alternating sides, each of the next of `records`; the first has the number `first`. */
export async function editingMeanwhile<T>(bench: Bench, { records, perSecond, first = 0 }: { records: readonly SalesforceRecord[]; perSecond: number; first?: number }, work: () => Promise<T>): Promise<{ result: T; edits: Edit[] }> {
  const edits: Edit[] = [];
  const end = new AbortController();
  const begun = Date.now();
  const edit = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const n = first + edits.length;
      // Of an even number each is always edited on the same side: two edits of one contact at once are no single ones.
      const record = records[n % records.length];
      if (record === undefined) throw new Error('there is nobody to edit');
      edits.push(await makeEdit(bench, { side: sides[n % sides.length] ?? 'hubspot', record, property: liveProperty, value: `+1 555 ${1_000_000 + n}` }));
      await sleep(Math.max(0, begun + (edits.length * 1000) / perSecond - Date.now()));
    }
  };
  const editing = edit();
  try {
    const result = await work();
    return { result, edits };
  } finally {
    end.abort();
    await editing;
  }
}

/** Waits until the edits have arrived and says how long they took. @throws where some never do. */
export async function latenciesOf(bench: Bench, edits: readonly Edit[]): Promise<Latencies> {
  const arrived = new Map<Edit, Arrived>();
  const times = (): number[] => edits.flatMap((edit) => timeOf(edit, edits, arrived) ?? []);
  await soon('every live edit has arrived', async () => {
    for (const [edit, at] of await arrivals(bench, edits.filter((one) => !arrived.has(one)))) arrived.set(edit, at);
    return times().length === edits.length;
  }, patienceSeconds).catch((cause: unknown) => {
    const lost = edits.filter((edit) => timeOf(edit, edits, arrived) === null).map(({ side, id, value }) => `${value} of contact ${id} in ${side}`);
    throw new Error(`${lost.length} of ${edits.length} live edits had not arrived after ${patienceSeconds} s: ${lost.slice(0, 5).join(', ')}`, { cause });
  });
  return { edits: edits.length, p50: percentile(times(), 0.5), p95: percentile(times(), 0.95), max: percentile(times(), 1) };
}

/** How long one took; one that the next edit of the same contact overtook on its way arrived with that. */
export function timeOf(edit: Edit, edits: readonly Edit[], arrived: ReadonlyMap<Edit, Arrived>): number | null {
  const own = arrived.get(edit);
  if (own !== undefined) return own.ms;
  const later = edits.slice(edits.indexOf(edit) + 1).filter(({ id, property }) => id === edit.id && property === edit.property);
  const [next] = later.flatMap((one) => arrived.get(one) ?? []);
  return next === undefined ? null : next.from + next.ms - edit.at;
}

/** How long edits take while nothing else goes on for so many seconds. */
export async function idleLatencies(bench: Bench, records: readonly SalesforceRecord[], perSecond: number, seconds: number): Promise<Latencies> {
  const { edits } = await editingMeanwhile(bench, { records, perSecond }, () => sleep(seconds * 1000));
  return latenciesOf(bench, edits);
}
