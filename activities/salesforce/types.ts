import type { Call, Calls } from '../crm/call.ts';
import type { Outcome } from '../crm/failure.ts';
import type { ApiValue, SalesforceId, SalesforceType } from '../../sync/records.ts';
import type { SalesforceField as MappableField } from '../../sync/schema.ts';

/** A query's or retrieve's row: fields as asked for, relations as nested rows; `attributes` are left out. */
export interface SalesforceRecord {
  Id: SalesforceId;
  [field: string]: ApiValue | SalesforceRelated;
}
export interface SalesforceRelated {
  [field: string]: ApiValue | SalesforceRelated;
}

export interface SalesforceField extends MappableField {
  unique: boolean;
  externalId: boolean;
  defaultedOnCreate: boolean;
  referenceTo: string[];
}

export interface SalesforceIdentity {
  organizationId: string;
  userId: string;
  instanceUrl: string;
}

export interface QueryPage {
  records: SalesforceRecord[];
  totalSize: number;
  /** For `queryMore`; null on the last page. */
  nextRecordsUrl: string | null;
}

/** A bulk query job (Bulk API 2.0). */
export interface QueryJob {
  id: string;
  state: 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';
  /** Found so far. */
  rows: number;
  /** Of a failed one, in Salesforce's words. */
  why: string | null;
}

/** One set of a bulk query job's results: values as text, '' where a field is blank. */
export interface QueryResults {
  rows: Record<string, string>[];
  /** The locator of the next set; null after the last. */
  next: string | null;
}

export interface SalesforceUser {
  id: SalesforceId;
  email: string | null;
  name: string;
}

/** `Sforce-Limit-Info` of the last answer: calls of the org in the rolling 24 hours. */
export interface SalesforceUsage {
  used: number | null;
  limit: number | null;
}

/** What a change event tells of one record: that it changed, never to what. */
export interface SalesforceChange {
  object: SalesforceType;
  id: SalesforceId;
  kind: 'create' | 'update' | 'delete' | 'undelete';
  /** When it was committed, ISO. */
  at: string;
  /** Who made it, and of an update the names of the fields; both cut. */
  by?: string;
  fields?: string;
}

export interface ChangesOptions {
  /** The last event of each channel that was handled, as `onEvents` told it; null for new events only. */
  replay: Record<SalesforceType, number | null>;
  signal: AbortSignal;
  /**
   * One call at a time, with at most 2,000 events; what arrives meanwhile goes with the next. `replay` is how far the channels are now
   * handed over, for those that moved on; `gap` says that there were changes without a usable id: only a poll finds them.
   */
  onEvents: (events: SalesforceChange[], replay: { Lead?: number; Contact?: number }, gap: boolean) => Promise<void>;
  /** Both channels are subscribed to: changes committed from now on are told. Again after the session was renewed. */
  onConnected?: () => void;
}

/** A record to create, by field name. */
export type CreateRow = Record<string, ApiValue>;
/** The fields to change of one record; null clears. */
export type UpdateRow = { Id: SalesforceId } & Record<string, ApiValue>;

/**
 * Reads and writes of Salesforce's Leads and Contacts. Every operation rejects with a {@link CrmFailure}, or with
 * the reason of an aborted signal. Writes reject only while nothing was written; afterwards the rows carry the failure.
 */
export interface Salesforce {
  identity(call: Call): Promise<SalesforceIdentity>;
  describe(type: string, call: Call): Promise<SalesforceField[]>;

  /** One page (2,000 rows, fewer for wide ones). `deleted` includes deleted and merged records (`queryAll`). Build `soql` with the {@link soql} tag. */
  query(soql: string, call: Call & { deleted?: boolean }): Promise<QueryPage>;
  queryMore(nextRecordsUrl: string, call: Call): Promise<QueryPage>;
  /** Follows the pages; refuses with `TOO_MANY_ROWS` rather than cutting at `atMost`. */
  queryAllPages(soql: string, call: Call & { deleted?: boolean; atMost: number }): Promise<SalesforceRecord[]>;
  /** Runs `build(values)` over as few `IN` lists as fit a URL, and joins the rows. */
  queryIn(values: readonly string[], build: (values: readonly string[]) => string, call: Call & { deleted?: boolean; atMost: number }): Promise<SalesforceRecord[]>;
  /** As `queryIn` for several lists at once, which share API calls; answers the rows of each. */
  queryLists(lists: readonly { values: readonly string[]; build: (values: readonly string[]) => string }[], call: Call & { deleted?: boolean; atMost: number }): Promise<SalesforceRecord[][]>;
  /** The first pages of several queries, five to an API call. */
  queryTogether(queries: readonly string[], call: Call & { deleted?: boolean }): Promise<QueryPage[]>;
  /** Ids deleted since `start` (ISO, at most 15 days back), purged ones included, and until when that is complete. */
  deletedSince(type: string, start: string, call: Call): Promise<{ ids: SalesforceId[]; covered: string }>;
  /** By id, 2,000 per call; what is deleted or cannot be seen is null. */
  retrieve(type: string, ids: readonly SalesforceId[], fields: readonly string[], call: Call): Promise<Map<SalesforceId, SalesforceRecord | null>>;

  /** Begins a bulk query job and answers its id. Not repeated: a lost answer leaves a job behind, which `queryJobsSince` finds. */
  createQueryJob(soql: string, call: Call): Promise<string>;
  /** Where a job stands; null where Salesforce has it no more: 7 days after its end, or deleted by somebody. */
  queryJob(id: string, call: Call): Promise<QueryJob | null>;
  /** Sluice's own jobs over one object since an instant (ISO), a minute before included: Salesforce has its own clock. */
  queryJobsSince(type: string, since: string, call: Call): Promise<string[]>;
  /** One set of results, with fewer rows than `most` where Salesforce says so; `locator` is '' for the first. Null where there are none to be had. */
  queryResults(id: string, set: { locator: string; most: number }, call: Call): Promise<QueryResults | null>;
  /** Aborts a job that still runs and deletes it with its results; one that is gone is done. */
  endQueryJob(id: string, call: Call): Promise<void>;

  /** Row by row in the order given, 200 per call. Not repeated: look up before trying again, or upsert. */
  create(type: string, rows: readonly CreateRow[], call: Call): Promise<Outcome<{ id: SalesforceId }>[]>;
  /** Row by row in the order given, 200 per call. */
  update(type: string, rows: readonly UpdateRow[], call: Call): Promise<Outcome<{ id: SalesforceId }>[]>;
  /**
   * As `update`, with `fields` of each record read back after all the updates, in the same API call as far as they fit; `record` is
   * null where it can no longer be seen.
   */
  updateAndRead(type: string, rows: readonly UpdateRow[], fields: readonly string[], call: Call): Promise<Outcome<{ id: SalesforceId; record: SalesforceRecord | null }>[]>;
  /** Row by row in the order given, 200 per call; each row holds a value of the external id `field`. */
  upsertByExternalId(type: string, field: string, rows: readonly CreateRow[], call: Call): Promise<Outcome<{ id: SalesforceId; created: boolean }>[]>;
  /** Row by row, 200 per call; what is deleted already counts as done. */
  remove(ids: readonly SalesforceId[], call: Call): Promise<Outcome<{ id: SalesforceId }>[]>;

  /**
   * Change Data Capture of Leads and Contacts, others' changes only; counts no API calls. Ends by rejecting: with the signal's reason, with what
   * `onEvents` threw, or with a {@link CrmFailure} whose code is `STREAM_UNAVAILABLE` (the org refuses it: not switched on, no permission),
   * `REPLAY_TOO_OLD` (events since then are no longer kept), `NETWORK` (subscribe again from the last `replay`), or as for other calls.
   */
  changes(options: ChangesOptions): Promise<never>;

  activeUsers(call: Call): Promise<SalesforceUser[]>;
  /** `GET /limits`: daily API requests of the org. */
  limits(call: Call): Promise<{ max: number; remaining: number }>;

  /** What the integration user may not do, as sentences with the remedy; empty if all is there. */
  checkAccess(call: Call): Promise<string[]>;
  usage(): SalesforceUsage;
  calls(): Calls;
}
