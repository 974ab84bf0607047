import { chunks } from '../../activities/crm/chunks.ts';
import { columns, openCrms, type PlainCrms } from './calls.ts';
import type { Urls } from './world.ts';

const [pagesInFlight, contactsPerSlice, hubspotBatch] = [6, 200, 100];

/** The floor of a resync: lists the members and reads both sides of each in batches, without Temporal. Answers how many pairs it read. */
export async function resyncPlainly(urls: Urls, segmentId: string): Promise<number> {
  const crms = await openCrms(urls);
  const slices: string[][] = [];
  const progress = { listed: false, pairs: 0 };
  const list = async (): Promise<void> => {
    let ids: string[] = [];
    for (let after: string | null = null; !progress.listed; ) {
      const page: Awaited<ReturnType<PlainCrms['memberPage']>> = await crms.memberPage(segmentId, after);
      ids.push(...page.results.map(({ recordId }) => recordId));
      after = page.paging?.next?.after ?? null;
      progress.listed = after === null;
      const whole = progress.listed ? ids.length : ids.length - (ids.length % contactsPerSlice);
      slices.push(...chunks(ids.slice(0, whole), contactsPerSlice));
      ids = ids.slice(whole);
    }
  };
  const listing = list();
  const lane = async (): Promise<void> => {
    while (!progress.listed || slices.length > 0) {
      const slice = slices.shift();
      if (slice === undefined) {
        await listing;
        continue;
      }
      const pairs = await readPairs(crms, slice);
      progress.pairs += pairs;
    }
  };
  await Promise.all([listing, ...Array.from({ length: pagesInFlight }, lane)]);
  return progress.pairs;
}

async function readPairs(crms: PlainCrms, ids: readonly string[]): Promise<number> {
  const list = ids.map((id) => `'${id}'`).join(',');
  const [records, ...contacts] = await Promise.all([
    crms.queryTogether((['Lead', 'Contact'] as const).map((type) => `SELECT ${columns[type].join(', ')} FROM ${type} WHERE HubSpot_Contact_Id__c IN (${list})`)),
    ...chunks(ids, hubspotBatch).map((some) => crms.readContacts(some)),
  ]);
  const there = new Set(contacts.flat().map(({ id }) => id));
  return records.filter((record) => there.has(record.HubSpot_Contact_Id__c ?? '')).length;
}
