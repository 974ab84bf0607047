/**
 * The gate: may this contact sync now, and why. With an inclusion segment set only its members pass, in both directions
 * (HubSpot knowledge base, "Create a Salesforce inclusion list", 2026-05-13).
 */

/** The segment that limits the sync. */
export interface SegmentRef {
  id: string;
  name: string;
}

/** What was read about one contact's membership, with the evidence. Times are ISO 8601 in UTC. */
export type Membership =
  /** No inclusion segment is set: everybody may sync. */
  | { kind: 'unrestricted' }
  | { kind: 'member'; segment: SegmentRef; joinedAt: string | null; checkedAt: string }
  | { kind: 'outside'; segment: SegmentRef; checkedAt: string }
  /** It could not be read, or HubSpot is still processing the segment: never open, and never "left". */
  | { kind: 'unknown'; segment: SegmentRef; why: string; checkedAt: string }
  /** The segment was deleted or made static: closed for everybody until a person acts. */
  | { kind: 'unusable'; segment: SegmentRef; why: string; checkedAt: string };

/** The gate's answer; `reason` is one sentence for people. */
export type Gate =
  | { kind: 'open'; reason: string }
  | { kind: 'outside'; reason: string }
  | { kind: 'unknown'; reason: string }
  | { kind: 'unusable'; reason: string };

/** Decides whether a contact may sync, from its membership alone. Total and pure. */
export function gate(membership: Membership): Gate {
  switch (membership.kind) {
    case 'unrestricted':
      return { kind: 'open', reason: 'No inclusion segment is set, so every contact may sync.' };
    case 'member':
      return { kind: 'open', reason: `Member of the inclusion segment "${membership.segment.name}".` };
    case 'outside':
      return { kind: 'outside', reason: `Not in the inclusion segment "${membership.segment.name}".` };
    case 'unknown':
      return { kind: 'unknown', reason: `The membership in "${membership.segment.name}" could not be read: ${membership.why}` };
    case 'unusable':
      return { kind: 'unusable', reason: `The inclusion segment "${membership.segment.name}" is unusable: ${membership.why} Nothing syncs until another is chosen or the setting is cleared.` };
  }
}
