import { setTimeout as sleep } from 'node:timers/promises';
import type { SalesforceRecord } from '../demo/people.ts';
import { makeEdit, type Edit } from './latency-edits.ts';
import { arrivals } from './latency-times.ts';
import { percentile } from './measure/statistics.ts';
import { soon, type Bench } from './world.ts';

/** How long single edits took to the other CRM, in ms. */
export interface Latencies { edits: number; p50: number; p95: number; max: number }

const sides = ['hubspot', 'salesforce'] as const;
/** Mapped two-way by whoever measures with it. */
export const liveProperty = 'phone';
/** What nobody measures: an edit that comes much later was lost. */
const patienceSeconds = 180;

/** Makes single edits beside other work, so many a second on alternating sides, each of the next of `records`, until `stop`. */
export function editMeanwhile(bench: Bench, records: readonly SalesforceRecord[], perSecond: number, first = 0): { stop(): Promise<Edit[]> } {
  const edits: Edit[] = [];
  const end = new AbortController();
  const begun = Date.now();
  const work = (async () => {
    while (!end.signal.aborted) {
      const n = first + edits.length;
      const record = records[Math.floor(n / sides.length) % records.length];
      if (record === undefined) throw new Error('there is nobody to edit');
      edits.push(await makeEdit(bench, { side: sides[n % sides.length] ?? 'hubspot', record, property: liveProperty, value: `+1 555 ${1_000_000 + n}` }));
      await sleep(Math.max(0, begun + (edits.length * 1000) / perSecond - Date.now()));
    }
  })();
  return { stop: async () => { end.abort(); await work; return edits; } };
}

/** Waits until the edits have arrived and says how long they took. @throws where some never do. */
export async function latenciesOf(bench: Bench, edits: readonly Edit[]): Promise<Latencies> {
  const times = new Map<Edit, number>();
  await soon('every live edit has arrived', async () => {
    for (const [edit, { ms }] of await arrivals(bench, edits.filter((one) => !times.has(one)))) times.set(edit, ms);
    return times.size === edits.length;
  }, patienceSeconds);
  const all = [...times.values()];
  return { edits: edits.length, p50: percentile(all, 0.5), p95: percentile(all, 0.95), max: percentile(all, 1) };
}

/** Edits for so long while nothing else goes on. */
export async function idleLatencies(bench: Bench, records: readonly SalesforceRecord[], perSecond: number, seconds: number): Promise<Latencies> {
  const editing = editMeanwhile(bench, records, perSecond);
  await sleep(seconds * 1000);
  return latenciesOf(bench, await editing.stop());
}
