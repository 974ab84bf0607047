import { entryOf } from '../connection/lookup.ts';
import type { HubSpot, HubSpotProperty } from '../hubspot/index.ts';
import { checkCriteria, filterBranchOf, kindOf, operatorsOf, searchFiltersOf, type CriteriaGroups, type CriterionKind, type CriterionOperator } from '../hubspot/segmentCriteria.ts';
import type { SegmentEntry } from '../../workflows/messages.ts';
import { seen, seenProperties, type ContactSeen } from './contacts.ts';

const call = { lane: 'live' } as const;
const sampleSize = 5;

/** A property with what a criterion may ask of it. */
export interface PropertyToChoose {
  name: string;
  label: string;
  kind: CriterionKind;
  operators: readonly CriterionOperator[];
  options: HubSpotProperty['options'];
}

/** Who meets the criteria by HubSpot's search. `exact` is false where the segment may come to another number; `fault` is a sentence. */
export type CriteriaCount = { total: number; sample: ContactSeen[]; exact: boolean } | { fault: string };

const tooMany = 'These are more criteria than HubSpot can count before the segment exists: save it, and HubSpot evaluates it.';

/** Criteria of a segment that does not exist yet. */
export function criteriaLooks(hubspot: HubSpot, properties: () => Promise<HubSpotProperty[]>) {
  return {
    properties: async (): Promise<PropertyToChoose[]> => (await properties())
      .map((property) => ({ name: property.name, label: property.label, kind: kindOf(property), operators: operatorsOf(property), options: property.options }))
      .sort((a, b) => a.label.localeCompare(b.label, 'en')),
    countCriteria: async (groups: CriteriaGroups): Promise<CriteriaCount> => {
      const checked = checkCriteria(groups, await properties());
      if ('fault' in checked) return checked;
      const search = searchFiltersOf(checked.groups);
      if (search === null) return { fault: tooMany };
      const { total, contacts } = await hubspot.countContacts({ filterGroups: search.filterGroups, properties: seenProperties, limit: sampleSize }, call);
      return { total, sample: contacts.map(seen), exact: search.exact };
    },
    /** Creates an active segment as any other of HubSpot's. */
    createSegment: async (name: string, groups: CriteriaGroups): Promise<SegmentEntry | { fault: string }> => {
      const checked = checkCriteria(groups, await properties());
      if ('fault' in checked) return checked;
      if (await hubspot.segmentByName(name, call) !== null) return { fault: `HubSpot has a segment named "${name}" already: choose another name.` };
      return entryOf(await hubspot.createSegment({ name, filterBranch: filterBranchOf(checked.groups) }, call));
    },
  };
}
