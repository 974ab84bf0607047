import type { Call } from '../crm/call.ts';
import type { Salesforce } from '../salesforce/index.ts';
import { rowOfText, type ImportRow } from './rows.ts';

/** One set of a bulk query job's results: its locator is '' for the first. */
export interface ListedSet {
  job: string;
  locator: string;
}

export interface Listed {
  rows: ImportRow[];
  /** The locator of the next set; null after the last. */
  next: string | null;
}

/** Rows of one set. Three short columns of each: some 200 KB, which ten pages share. */
export const setSize = 4_000;
/** Sets that a worker keeps: a few imports at once, and its memory stays flat however long they are. */
const mostKept = 4;

/**
 * Reads sets of results; null where Salesforce has them no more. The pages cut from a set follow it within seconds, so the last few are
 * kept, and their pages cost no call; in another worker, or after a restart, a set is read again by its locator.
 */
export function listedReader(salesforce: Pick<Salesforce, 'queryResults'>): (set: ListedSet, call: Call) => Promise<Listed | null> {
  const kept = new Map<string, Promise<Listed | null>>();
  const read = async ({ job, locator }: ListedSet, call: Call): Promise<Listed | null> => {
    const results = await salesforce.queryResults(job, { locator, most: setSize }, call);
    return results === null ? null : { rows: results.rows.map(rowOfText), next: results.next };
  };
  return (set, call) => {
    const key = `${set.job} ${set.locator}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const reading = read(set, call);
    kept.set(key, reading);
    for (const oldest of [...kept.keys()].slice(0, -mostKept)) kept.delete(oldest);
    reading.catch(() => { if (kept.get(key) === reading) kept.delete(key); });
    return reading;
  };
}
