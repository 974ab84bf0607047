import type { Call, Calls } from '../crm/call.ts';
import type { Outcome } from '../crm/failure.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { HubSpotProperty } from '../../sync/schema.ts';
import type { SearchFilter } from './segmentCriteria.ts';

export type { HubSpotProperty };

/** One entry of a property's history. */
export interface PropertyVersion {
  value: string;
  /** ISO 8601. */
  timestamp: string;
  /** e.g. `CRM_UI`, `INTEGRATION`; tells our writes from others'. */
  sourceType: string;
  sourceId: string | null;
  updatedByUserId: number | null;
}

export interface HubSpotContact {
  id: HubSpotContactId;
  /** What was asked for and what HubSpot adds; a property that the contact lacks is null or absent. */
  properties: Record<string, string | null>;
  /** Newest first, for the properties asked for with history. */
  history: Record<string, PropertyVersion[]>;
  /** The old ids of a merged contact (`hs_merged_object_ids`). */
  mergedIds: HubSpotContactId[];
  createdAt: string;
  updatedAt: string;
  archived: boolean;
}

/** What one contact id stands for. A merged-away id answers with the contact that it went into. */
export type ContactAnswer =
  | { kind: 'live'; contact: HubSpotContact }
  | { kind: 'merged'; into: HubSpotContact }
  | { kind: 'archived'; contact: HubSpotContact }
  | { kind: 'missing' };

export interface HubSpotOwner {
  id: string;
  email: string | null;
  /** '' where HubSpot has none. */
  name: string;
  userId: number | null;
  archived: boolean;
}

export interface Segment {
  id: string;
  name: string;
  /** `0-1` is contacts. */
  objectTypeId: string;
  /** `DYNAMIC` (active), `MANUAL` or `SNAPSHOT`. */
  processingType: string;
  /** Members are to be trusted only at `COMPLETE`. */
  processingStatus: string;
  size: number | null;
  /** The properties that its filters look at, each once, sorted; null unless read with filters. */
  criteria: string[] | null;
}

export interface SegmentMember {
  contactId: HubSpotContactId;
  /** ISO 8601. */
  joinedAt: string;
}

/** Where a walk through changed contacts stands: all changed before `time` were seen, and with `afterId` those of that very time up to this id. */
export interface ChangePosition {
  /** ISO 8601. */
  time: string;
  afterId: string | null;
}

export interface SegmentMembership {
  segmentId: string;
  /** ISO 8601; null where HubSpot does not say. */
  firstAddedAt: string | null;
  lastAddedAt: string | null;
}

export interface HubSpotAccount {
  portalId: string;
  timeZone: string;
}

export interface ContactUpdate {
  id: HubSpotContactId;
  /** `""` clears. */
  properties: Record<string, string>;
}

/** `confirmed` holds the written properties as HubSpot answered them. */
export type UpdateOutcome = Outcome<{ id: HubSpotContactId; confirmed: Record<string, string | null> }>;

/** The calls that the last answers said were left. */
export interface HubSpotUsage {
  /** Of the rolling window. */
  max: number | null;
  remaining: number | null;
  intervalMs: number | null;
  /** Of the account's day; HubSpot sends these to private apps only. */
  daily: number | null;
  dailyRemaining: number | null;
}

/**
 * Reads and writes of HubSpot's contacts and segments. Every operation rejects with a {@link CrmFailure}, or with
 * the reason of an aborted signal. Writes reject only while nothing was written; afterwards the rows carry the failure.
 */
export interface HubSpot {
  account(call: Call): Promise<HubSpotAccount>;
  /** Those of the six types that can be mapped; no archived ones. */
  properties(call: Call): Promise<HubSpotProperty[]>;
  /** Active and archived owners. */
  owners(call: Call): Promise<HubSpotOwner[]>;

  /** Any number of ids, in batches of 100 (50 with history). Answers `live`, `merged` where the answer shows it, or `missing`. */
  readContacts(ids: readonly HubSpotContactId[], properties: readonly string[], call: Call & { withHistory?: readonly string[] }): Promise<Map<HubSpotContactId, ContactAnswer>>;
  /** One contact by `GET`, which answers a merged-away id with the contact it went into, then a look among the archived. */
  readContact(id: HubSpotContactId, properties: readonly string[], call: Call & { withHistory?: readonly string[] }): Promise<ContactAnswer>;
  /** One page of all contacts; `limit` at most 100, which is the default. `after` null ends. */
  contactPage(page: { after?: string | null; limit?: number }, call: Call): Promise<{ ids: HubSpotContactId[]; after: string | null }>;
  /** Answers `archived` or `missing`. */
  readArchived(ids: readonly HubSpotContactId[], properties: readonly string[], call: Call): Promise<Map<HubSpotContactId, ContactAnswer>>;
  /** By primary or additional email, keyed by the emails as given; an email that no contact has is absent. */
  readContactsByEmail(emails: readonly string[], properties: readonly string[], call: Call): Promise<Map<string, HubSpotContact>>;
  /** Row by row in the order given; a known email answers with `failure.existingId`. Not repeated: look up before trying again (`createMissing`). */
  createContacts(rows: readonly Record<string, string>[], call: Call): Promise<Outcome<{ contact: HubSpotContact }>[]>;
  /** Row by row in the order given. */
  updateContacts(rows: readonly ContactUpdate[], call: Call): Promise<UpdateOutcome[]>;
  /** The next contacts, up to 200, in the order of their last change; a page may be empty though `more` follow. The search index lags writes by seconds, and shows no archived contacts. */
  changedContacts(position: ChangePosition, properties: readonly string[], call: Call): Promise<{ contacts: HubSpotContact[]; next: ChangePosition; more: boolean }>;
  /** One page (100) of the archived contacts in the order of their ids. `after` null ends. */
  archivedPage(after: string | null, call: Call): Promise<{ ids: HubSpotContactId[]; after: string | null }>;
  /** Archives a contact, which can be restored for 90 days. HubSpot answers the same where there is none [N8N-3219]: ask what became of it. */
  archiveContact(id: HubSpotContactId, call: Call): Promise<void>;
  /** How many contacts meet the filters and the words, and the first of them (at most 200). The search index lags writes by seconds. */
  countContacts(query: { filterGroups?: readonly { filters: readonly SearchFilter[] }[]; words?: string; properties: readonly string[]; limit: number }, call: Call): Promise<{ total: number; contacts: HubSpotContact[] }>;
  /** The search index lags writes by seconds: read by id before acting on a hit. At most 200. */
  searchContacts(query: { property: string; value: string; properties: readonly string[] }, call: Call): Promise<HubSpotContact[]>;

  /** All active contact segments. */
  segments(call: Call): Promise<Segment[]>;
  /** With its criteria; null if it is not there or deleted. */
  segment(id: string, call: Call): Promise<Segment | null>;
  segmentByName(name: string, call: Call): Promise<Segment | null>;
  /** Creates an active contact segment. Not repeated: HubSpot refuses a name that is taken. */
  createSegment(segment: { name: string; filterBranch: unknown }, call: Call): Promise<Segment>;
  /** One page of members; `limit` at most 250, which is the default. `after` null ends. */
  membershipPage(segmentId: string, page: { after?: string | null; limit?: number }, call: Call): Promise<{ members: SegmentMember[]; after: string | null }>;
  /** One page (250) of members in the order of their joining, with the segment's size; `after` null ends. */
  joinedPage(segmentId: string, after: string | null, call: Call): Promise<{ members: SegmentMember[]; after: string | null; total: number | null }>;
  /** The segments of each contact; a contact that is not there has none. */
  memberships(ids: readonly HubSpotContactId[], call: Call): Promise<Map<HubSpotContactId, SegmentMembership[]>>;

  /** What the token may not do, as sentences with the remedy; empty if all is there. */
  checkAccess(call: Call): Promise<string[]>;
  usage(): HubSpotUsage;
  calls(): Calls;
}
