import type { Clock } from '../../activities/crm/clock.ts';
import { mostAgeMs } from '../../activities/page/sync.ts';
import type { Crm } from '../../workflows/ids.ts';

/** A page of an import of records that only Salesforce has. */
export interface Page {
  rows: number;
  /** A bulk query job listed it: the page need not read its rows. */
  listed: boolean;
  /** An attempt that was not finished has created its contacts. */
  created: boolean;
}

/** Makes so many calls of a CRM, one after the other or all at once. */
export type Calling = (crm: Crm, count: number, how: 'in turn' | 'at once') => Promise<void>;

/** The product's repeats begin with the read. */
export class TooOld extends Error {}

const hubspotBatch = 100;

/**
 * The calls of a page as `importPage` makes them, with no segment set: what a fill of 2,000 counts, 12 HubSpot calls for 400 rows, and of
 * Salesforce one for the records with their emails, one for the claims and their read-back, and one for the rows where no job listed them.
 */
export async function fillPage(page: Page, calls: Calling, clock: Clock): Promise<void> {
  const batches = Math.ceil(page.rows / hubspotBatch);
  const readAt = clock.now();
  await calls('salesforce', page.listed ? 1 : 2, 'in turn');
  await calls('hubspot', batches, 'at once');
  if (!page.created) await calls('hubspot', batches, 'in turn');
  page.created = true;
  if (clock.now() - readAt > mostAgeMs) throw new TooOld('The page was read too long ago.');
  await calls('salesforce', 1, 'in turn');
  await calls('hubspot', batches, 'in turn');
}
