import { remember } from '../remember.ts';
import type { HubSpot } from '../hubspot/index.ts';
import { unfitness } from '../connection/segment.ts';
import { entryOf, listSegments } from '../connection/lookup.ts';
import type { Salesforce } from '../salesforce/index.ts';
import type { SegmentEntry } from '../../workflows/messages.ts';
import { contactLooks } from './contacts.ts';
import { criteriaLooks } from './criteria.ts';
import { mappingLooks } from './mappings.ts';
import { membershipChange, type MembershipChange } from './membership-change.ts';

export type { ContactSeen } from './contacts.ts';
export type { CriteriaCount, PropertyToChoose } from './criteria.ts';
export type { MappingSeen, MappingsSeen, Samples } from './mappings.ts';
export type { MembershipChange } from './membership-change.ts';

const call = { lane: 'live' } as const;
const propertiesMs = 60_000;

/** A segment as the console shows it: one that can be chosen, or why it cannot. */
export type SegmentSeen = SegmentEntry | { id: string; unfit: string };

/** What a person who sets Sluice up looks at in both CRMs, and the one thing that they make there: a new segment. */
export type Looks = ReturnType<typeof createLooks>;

/** Looks over one connection's clients. Every one rejects with a `CrmFailure` where a CRM does not answer. */
export function createLooks({ hubspot, salesforce }: { hubspot: HubSpot; salesforce: Salesforce }) {
  const remembered = remember(propertiesMs, (_all: 'all') => hubspot.properties(call));
  const properties = () => remembered('all');
  return {
    segments: (): Promise<SegmentEntry[]> => listSegments({ hubspot }),
    segment: async (id: string): Promise<SegmentSeen> => {
      const segment = /^\d+$/.test(id) ? await hubspot.segment(id, call) : null;
      const unfit = unfitness(id, segment);
      if (segment === null || unfit !== null) return { id, unfit: unfit ?? '' };
      return entryOf(segment);
    },
    /** Who came in and who went out as one segment took the place of another; null: no segment, everybody may sync. */
    membershipChange: (before: string | null, after: string | null): Promise<MembershipChange> => membershipChange(hubspot, before, after),
    ...criteriaLooks(hubspot, properties),
    ...contactLooks(hubspot, salesforce),
    ...mappingLooks({ hubspot, salesforce }, properties),
  };
}
