import type { Rule, Side } from './fields.ts';

/** All that is known of a run when it is over, as plain data: what people did, and what the sandboxes noted. Times are epoch ms. */
export interface Story {
  contacts: ContactStory[];
  /** Joining and leaving of every segment, as HubSpot's sandbox logged it. */
  memberships: { segmentId: string; hubspotId: string; change: 'joined' | 'left'; at: number }[];
  /** Which segment was selected when, in order; the first before all edits. */
  selections: { segmentId: string; at: Moment }[];
  /** What the product wrote since the first edit. */
  writes: Write[];
  /** Calls that write, counted by both sandboxes while the end was watched. */
  callsInWatch: number;
  watched: { from: number; until: number };
  /** How much longer than usual a write may be on its way, where answers are late or missing; 0 where it is not given. */
  lateMs?: number;
}

/** When something was sent, and when it was answered. */
export interface Moment {
  sent: number;
  done: number;
}

/** By HubSpot property; null for blank. */
export type Values = Record<string, string | null>;

export interface Edit {
  n: number;
  side: Side;
  at: Moment;
  values: Values;
}

export interface ContactStory {
  person: number;
  hubspotId: string;
  /** Of the contacts that HubSpot merged into this one. */
  formerIds?: string[];
  /** The Salesforce record, and the one that it was converted into. */
  records: string[];
  /** What both sides held before the first edit, and whether both were in sync by then. */
  seed: Record<Side, Values>;
  synced: boolean;
  edits: Edit[];
  /** When people converted its Lead. */
  converted: Moment | null;
  final: Record<Side, Values>;
  status: string | null;
  reason: string;
}

export interface Write {
  side: Side;
  kind: 'create' | 'update' | 'delete' | 'undelete';
  at: number;
  /** Of the contact, or of the Salesforce record. */
  id: string;
  /** Whether the external id is among what was written, as it is on the first sync of a record. */
  claim: boolean;
  /** Of the fields that the soak edits. */
  values: Values;
  /** Names of all fields that were written. */
  fields: string[];
}

/** What a check found wrong with one contact. */
export interface Violation {
  invariant: string;
  hubspotId: string;
  what: string;
}

export type RuleOf = (property: string) => Rule;

/** The writes of each contact, oldest first. */
export function writesByContact({ contacts, writes }: Pick<Story, 'contacts' | 'writes'>): Map<string, Write[]> {
  const owner = new Map(contacts.flatMap(({ hubspotId, formerIds = [], records }) => [...[hubspotId, ...formerIds].map((id) => [`hubspot ${id}`, hubspotId]), ...records.map((id) => [`salesforce ${id}`, hubspotId])] as [string, string][]));
  return Map.groupBy(writes.toSorted((a, b) => a.at - b.at), ({ side, id }) => owner.get(`${side} ${id}`) ?? '');
}

export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 23);
