import type { RecordType } from './calls.ts';

/** A contact of HubSpot with its record in Salesforce. */
export interface Pair {
  hubspotId: string;
  type: RecordType;
  salesforceId: string;
}

/** A property and a field that Sluice does not map, so that no sync of its own meets the floor's edits. */
export const floorField = { hubspot: 'message', salesforce: 'Description' } as const;
