import type { Call, Calls } from '../crm/call.ts';
import type { Outcome } from '../crm/failure.ts';
import type { ApiValue, SalesforceId } from '../../sync/records.ts';

/** A query's or retrieve's row: fields as asked for, relations as nested rows; `attributes` are left out. */
export interface SalesforceRecord {
  Id: SalesforceId;
  [field: string]: ApiValue | SalesforceRelated;
}
export interface SalesforceRelated {
  [field: string]: ApiValue | SalesforceRelated;
}

export interface SalesforceField {
  name: string;
  label: string;
  /** `string`, `textarea`, `picklist`, `multipicklist`, `boolean`, `int`, `double`, `date`, `datetime`, `reference`, `email`, `phone`, ... */
  type: string;
  length: number;
  precision: number;
  scale: number;
  nillable: boolean;
  createable: boolean;
  updateable: boolean;
  unique: boolean;
  externalId: boolean;
  calculated: boolean;
  defaultedOnCreate: boolean;
  restrictedPicklist: boolean;
  picklistValues: { label: string; value: string; active: boolean }[];
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

/** Reads and writes of Salesforce's Leads and Contacts. Every operation rejects with a {@link CrmFailure} only. */
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
  /** By id, 2,000 per call; what is deleted or cannot be seen is null. */
  retrieve(type: string, ids: readonly SalesforceId[], fields: readonly string[], call: Call): Promise<Map<SalesforceId, SalesforceRecord | null>>;

  /** Row by row in the order given, 200 per call. Not repeated: look up before trying again, or upsert. */
  create(type: string, rows: readonly Record<string, ApiValue>[], call: Call): Promise<Outcome<{ id: SalesforceId }>[]>;
  /** Row by row in the order given, 200 per call. */
  update(type: string, rows: readonly ({ Id: SalesforceId } & Record<string, ApiValue>)[], call: Call): Promise<Outcome<{ id: SalesforceId }>[]>;
  /** Row by row in the order given, 200 per call; each row holds a value of the external id `field`. */
  upsertByExternalId(type: string, field: string, rows: readonly Record<string, ApiValue>[], call: Call): Promise<Outcome<{ id: SalesforceId; created: boolean }>[]>;
  /** Row by row, 200 per call; what is deleted already counts as done. */
  remove(ids: readonly SalesforceId[], call: Call): Promise<Outcome<{ id: SalesforceId }>[]>;

  activeUsers(call: Call): Promise<SalesforceUser[]>;
  /** `GET /limits`: daily API requests of the org. */
  limits(call: Call): Promise<{ max: number; remaining: number }>;

  /** One record each; calls within a window of 50 ms (500 ms with `burst`) share batches. */
  live: {
    retrieve(type: string, id: SalesforceId, fields: readonly string[], options?: { burst?: boolean }): Promise<SalesforceRecord | null>;
    update(type: string, row: { Id: SalesforceId } & Record<string, ApiValue>, options?: { burst?: boolean }): Promise<Outcome<{ id: SalesforceId }>>;
  };

  /** What the integration user may not do, as sentences with the remedy; empty if all is there. */
  checkAccess(call: Call): Promise<string[]>;
  usage(): SalesforceUsage;
  calls(): Calls;
}
