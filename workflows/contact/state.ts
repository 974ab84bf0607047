import type { Attempt } from '../../sync/attempt.ts';
import type { Membership } from '../../sync/gate.ts';
import type { Handover } from '../../sync/handover.ts';
import type { Base, HubSpotContactId, Link, SalesforceId, SalesforceRef, SyncError } from '../../sync/records.ts';
import type { ContactAnswer, ContactStatus } from '../messages.ts';
import { keep, type KeptHistory } from './history.ts';
import type { OwnWrites } from './locked-out.ts';

/** Where the contact stands: one case per status, each with what only that status knows. `paused` lies over it. */
export type Phase = { reason: string } & (
  | { status: 'waiting' | 'in-sync' | 'email-only' | 'outside-segment' | 'paused' }
  | { status: 'error'; error: SyncError }
  | { status: 'needs-review'; review: { why: string; candidates: SalesforceRef[] } }
  | { status: 'deleted' }
  | { status: 'merged'; into: HubSpotContactId }
);

/** A transient failure that is being waited out; `since` is epoch ms. */
export interface Trouble {
  error: SyncError;
  attempts: number;
  since: number;
}

/** When to go on by itself (epoch ms): timers end with the run, so the deadline is kept. */
export interface Alarm {
  at: number;
  what: 'sync' | 'look';
  trigger: string;
}

/** What came in and is not yet done. Coalesced on entry, so it stays small. */
export interface Inbox {
  /** A sync is due: what asked for it, in words, and how often; `held` until something changes that forbade it; `amongMany` where all that asked told many at once. */
  sync: { trigger: string; count: number; held: boolean; amongMany?: boolean } | null;
  look: boolean;
  handovers: Handover[];
  /** From contacts that HubSpot merged into this one; at most 5. */
  inherited: Inheritance[];
  /** HubSpot says that it deleted the contact for privacy. */
  privacy: boolean;
  /** Everything is to be forgotten: why. */
  forget: string | null;
}

/** What a contact leaves to the one that it was merged into. */
export interface Inheritance {
  from: HubSpotContactId;
  link: Link;
  base: Base;
  baseFields: Record<string, string>;
}

/** One side of the pair is gone, as it was noted. */
export interface Gone {
  side: 'hubspot' | 'salesforce';
  at: string;
  why: string;
  /** Noted while the contact was frozen: on re-entry it is matched anew. */
  whileFrozen: boolean;
  /** A person wants the other side kept, or it was deleted already: nothing more follows. */
  over: boolean;
}

/** What is going to be deleted once its time of grace is over (epoch ms). */
export interface PendingDelete {
  side: 'hubspot' | 'salesforce';
  at: number;
}

/** Everything the workflow knows, as plain JSON: the next run is given it as `carried.ts` has it. */
export interface ContactState {
  phase: Phase;
  since: string;
  name: string | null;
  link: Link | null;
  base: Base;
  /** What each property of the base was mapped to, e.g. `Lead.Title`. */
  baseFields: Record<string, string>;
  /** Null until it was read. */
  membership: Membership | null;
  settingsVersion: number;
  origin: ContactAnswer['origin'];
  lastSync: ContactAnswer['lastSync'];
  /** Epoch ms of the last read at which Salesforce still showed the base; bounds the time of a later edit there. */
  salesforceSeenAt: number | null;
  trouble: Trouble | null;
  /** When a sync last met an error; null before the first. */
  failedAt: string | null;
  alarm: Alarm | null;
  gone: Gone | null;
  pendingDelete: PendingDelete | null;
  /** S4: the record that lets the pair pass the gate once, and those for which it did. */
  bypass: SalesforceRef | null;
  passes: SalesforceId[];
  /** A person's answer to a review that is not carried out yet, or stays in force. */
  resolved: 'new' | 'ignore' | null;
  /** The record that a person named, until a pass has found that the contact may have it. */
  proposed: Link | null;
  /** A record was made in Salesforce that may be a duplicate of the linked one. */
  furtherRecord: boolean;
  /** A write that was sent and not answered. */
  attempt: Attempt | null;
  /** When the pair was written lately (epoch ms); at most 10. */
  writtenAt: number[];
  /** It was written so often that it is held until a person resyncs it. */
  looping: boolean;
  /** Written lately while the contact was a member; the last at epoch ms. */
  ownWrites: (OwnWrites & { at: number }) | null;
  /** S1.9: criteria of the segment by which it left once Sluice had written them. */
  lockedOut: OwnWrites | null;
  /** Other live records with its id or email. */
  duplicates: SalesforceRef[];
  /** Contacts that HubSpot merged into this one: what their runs hold is about the same person. */
  formerIds: HubSpotContactId[];
  /** Nothing but ids is kept, and nothing syncs any more: why, in words. */
  forgotten: { why: string; /** Whether the runs that held values are deleted. */ erased: boolean } | null;
  /** What asked for the sync that is going on now. */
  syncing: string | null;
  inbox: Inbox;
  paused: boolean;
  /** Told by the query `history`. */
  decisions: KeptHistory;
  rejected: ContactAnswer['rejected'];
}

/** Events of transient failures stay out of sight for this long. */
const quietMs = 10 * 60_000;

/** The state of a contact nobody has asked about before. `now` is ISO 8601. */
export function newContact(now: string): ContactState {
  return {
    phase: { status: 'waiting', reason: 'Not looked at yet.' }, since: now, name: null, link: null, base: {}, baseFields: {}, membership: null,
    settingsVersion: 0, origin: { kind: 'sync', at: now }, lastSync: null, salesforceSeenAt: null,
    trouble: null, failedAt: null, alarm: null, gone: null, pendingDelete: null, bypass: null, passes: [], resolved: null, proposed: null, furtherRecord: false, attempt: null, writtenAt: [], looping: false, ownWrites: null, lockedOut: null, duplicates: [], formerIds: [], forgotten: null,
    syncing: null, inbox: { sync: null, look: false, handovers: [], inherited: [], privacy: false, forget: null }, paused: false, decisions: keep([]), rejected: [],
  };
}

/** The phase as people see it: a transient failure shows as an error once it has lasted 10 minutes. */
export function shownPhase(s: ContactState, now: number): Phase {
  const { trouble } = s;
  if (trouble !== null && now - trouble.since >= quietMs) return { status: 'error', reason: trouble.error.message, error: trouble.error };
  return s.phase;
}

/** The status at rest as people see it, which is what `SyncStatus` holds: a sync in progress is over before a list is read. */
export const restingStatus = (s: ContactState, now: number): Exclude<ContactStatus, 'syncing'> => (s.paused ? 'paused' : shownPhase(s, now).status);

/** The answer to the query `state`. */
export function answer(s: ContactState, hubspotId: string, now: number): ContactAnswer {
  const phase = shownPhase(s, now);
  const { membership, trouble, alarm } = s;
  const status = s.syncing === null ? restingStatus(s, now) : 'syncing';
  return {
    status,
    reason: status === 'syncing' ? `Syncing, asked for by ${s.syncing}.` : s.paused ? `Paused by a person; before that: ${phase.reason}` : phase.reason,
    next: nextStep(s, phase),
    since: s.since,
    name: s.name,
    hubspotId,
    salesforce: s.link,
    segment: membership === null || membership.kind === 'unrestricted' ? null : {
      ...membership.segment,
      member: membership.kind === 'member' ? true : membership.kind === 'outside' ? false : null,
      joinedAt: membership.kind === 'member' ? membership.joinedAt : null,
      checkedAt: membership.checkedAt,
    },
    settingsVersion: s.settingsVersion,
    origin: s.origin,
    lastSync: s.lastSync,
    error: phase.status !== 'error' ? null : {
      ...phase.error, firstSeenAt: trouble === null ? s.since : new Date(trouble.since).toISOString(), lastSeenAt: s.failedAt ?? s.since, attempts: trouble?.attempts ?? 1, nextAttemptAt: alarm === null ? null : new Date(alarm.at).toISOString(),
    },
    review: phase.status === 'needs-review' ? phase.review : null,
    mergedInto: phase.status === 'merged' ? phase.into : null,
    duplicates: s.duplicates,
    pendingDelete: s.pendingDelete === null ? null : { side: s.pendingDelete.side, at: new Date(s.pendingDelete.at).toISOString() },
    paused: s.paused,
    pending: s.inbox.sync?.count ?? 0,
    rejected: s.rejected,
  };
}

function nextStep(s: ContactState, phase: Phase): string | null {
  if (s.forgotten !== null) return null;
  if (s.paused) return s.inbox.sync === null ? 'Send "resume" to sync it again.' : 'Send "resume": a sync is waiting.';
  if (s.pendingDelete !== null) {
    const { side, at } = s.pendingDelete;
    return `Deletes the ${side === 'hubspot' ? 'HubSpot contact' : 'Salesforce record'} at ${new Date(at).toISOString()}; send "keep" to keep it.`;
  }
  if (s.alarm !== null) return `${s.trouble === null ? 'Looks' : 'Tries'} again at ${new Date(s.alarm.at).toISOString()}.`;
  switch (phase.status) {
    case 'waiting': return 'Syncs at its next change, or when somebody sends "resync".';
    case 'email-only': return 'Is filled once it joins the inclusion segment.';
    case 'outside-segment': return 'Syncs once it joins the inclusion segment.';
    case 'error': return phase.error.remedy;
    case 'needs-review': return s.looping ? 'Find what changes it back, in HubSpot or in Salesforce, then send "resync".' : 'A person decides: send the update "resolve" with the id of the right record, "new" or "ignore"; or merge the records, then resync.';
    case 'paused': return 'Syncs once the connection is resumed.';
    case 'in-sync': case 'deleted': case 'merged': return null;
  }
}
