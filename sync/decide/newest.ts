/** "Newest": which side changed later (behaviour: section 4, "Times for newest" and "Tie"). */

/** The Salesforce edit lies between these (epoch ms); null = no bound known. Both the same: a commit time. */
export interface SalesforceChange {
  /** The last read that still showed the base. */
  after: number | null;
  /** `SystemModstamp`, or the commit time of a change event that lists the field. */
  before: number | null;
}

/** Clocks of two vendors: up to this difference is a tie. */
const TIE_MS = 1000;

/** The winner and why. Salesforce wins a tie, and wherever the order is not known. */
export function newest(hubspotChangedAt: number | null, { after, before }: SalesforceChange, hasBase: boolean): { winner: 'hubspot' | 'salesforce'; why: string } {
  if (hubspotChangedAt === null || before === null) return { winner: 'salesforce', why: 'the times are not known, so Salesforce wins' };
  if (hubspotChangedAt - before > TIE_MS) return { winner: 'hubspot', why: 'HubSpot changed later' };
  // Without a base, no read is known that showed the agreed value.
  const from = (hasBase ? after : null) ?? -Infinity;
  if (from - hubspotChangedAt > TIE_MS) return { winner: 'salesforce', why: 'Salesforce changed later' };
  const tied = Math.abs(before - from) <= TIE_MS;
  return { winner: 'salesforce', why: tied ? 'both changed at the same time, so Salesforce wins' : 'the order is not known, so Salesforce wins' };
}
