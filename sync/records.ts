/**
 * The plain data that the rules speak about. Everything here is JSON: it crosses the boundary between workflows and
 * activities and is kept in workflow history, so no Date, Map, Set, class or meaningful `undefined`.
 */

declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** HubSpot contact id (`hs_object_id`): digits. */
export type HubSpotContactId = Brand<string, 'HubSpotContactId'>;
/** Salesforce record id in its 18-character form. */
export type SalesforceId = Brand<string, 'SalesforceId'>;

/** The Salesforce objects that a HubSpot contact can be linked to. */
export type SalesforceType = 'Lead' | 'Contact';

/** A Salesforce record, by type and id. */
export interface SalesforceRef {
  type: SalesforceType;
  id: SalesforceId;
}

/** How a link was found: the rungs of the matching ladder, in the order in which they are tried. */
export const rungs = ['link', 'external-id', 'contact-email', 'lead-email', 'created', 'import', 'resolved'] as const;
export type Rung = (typeof rungs)[number];

/** The stored pair's Salesforce half. */
export interface Link extends SalesforceRef {
  rung: Rung;
}

/** One of HubSpot's four update rules of a field mapping. */
export type UpdateRule = 'salesforce-unless-blank' | 'always-salesforce' | 'two-way' | 'none';

/**
 * The value on which both sides last agreed, per HubSpot property, as comparison key (see {@link Side.key}).
 * `null` is an agreed blank; an absent property has no base: that field never synced for this pair.
 */
export type Base = Record<string, string | null>;

/** A value as a CRM's API takes it. */
export type ApiValue = string | number | boolean | null;

/** Why one field of one contact cannot be written. */
export interface FieldProblem {
  code: string;
  message: string;
}

/** One side's value of one mapped field, in the form both sides share. */
export interface Side {
  /** Canonical form, equal on both sides exactly if the values mean the same; over 64 characters its hash; null = blank. */
  key: string | null;
  /** For people: the value as it stands, cut to 200 characters and then ended with an ellipsis. */
  text: string | null;
  /** What the other CRM is sent if this value wins. Absent where the two keys are equal or `problem` is set. */
  write?: ApiValue;
  /** Why this value cannot be written on the other side. */
  problem?: FieldProblem;
}

/** How a mapped field is treated: most are `ordinary`; the others have rules of their own (behaviour: section 4). */
export type FieldTreatment = 'ordinary' | 'email' | 'owner' | 'opt-out';

/** One mapped field of a pair, as it was read on both sides. */
export interface FieldReading {
  /** HubSpot property name; the field's key in the base. */
  hubspot: string;
  /** Salesforce field of the linked record's type, e.g. `Title` or `Account.Name`. */
  salesforce: string;
  rule: UpdateRule;
  treatment: FieldTreatment;
  /** `to-hubspot` / `to-salesforce` where the other side cannot be written. */
  direction: 'both' | 'to-hubspot' | 'to-salesforce';
  h: Side;
  s: Side;
  /** When HubSpot's value was set (epoch ms): the newest entry of its history; null where unknown. */
  hubspotChangedAt: number | null;
}

/** Why a contact is shown in a state, or what stands in its way, as a person reads it. */
export interface SyncError {
  category: ErrorCategory;
  code: string;
  message: string;
  remedy: string;
}

/** `ErrorCategory` search attribute; the first six are the native integration's. */
export const errorCategories = [
  'associations', 'custom-code', 'duplicates', 'permissions', 'property-mapping', 'property-value',
  'authentication', 'api-limit', 'temporary', 'record-missing', 'segment',
] as const;
export type ErrorCategory = (typeof errorCategories)[number];

/** The two CRMs as people call them. */
export const crmNames = { hubspot: 'HubSpot', salesforce: 'Salesforce' } as const;
