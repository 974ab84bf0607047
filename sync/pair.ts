import type { Membership } from './gate.ts';
import type { RetryPolicy } from './errors.ts';
import type { Deletes } from './settings.ts';
import type { ApiValue, ErrorCategory, FieldProblem, FieldReading, HubSpotContactId, Link, SalesforceId, SalesforceRef, SalesforceType } from './records.ts';

/** Where a Salesforce record is in its life, as far as the pair is concerned. */
export interface LinkedRecord {
  link: Link;
  /** `HubSpot_Contact_Id__c` as read: blank or ours, or the read ends in review. */
  externalId: string | null;
  /** The Salesforce edit lies in this interval (epoch ms); `after` comes from the contact's own memory. */
  modifiedAt: number;
  /** Other records with the contact's email: reported, never linked. */
  duplicates: SalesforceRef[];
}

/** What matching found for a contact. */
export type PairMatch =
  | { kind: 'linked'; record: LinkedRecord }
  /** Nothing matches: create in Salesforce where the settings say so. */
  | { kind: 'none' }
  | { kind: 'review'; why: string; candidates: SalesforceRef[] }
  /** The linked record is gone and nothing took its place; `not-visible` may be a matter of permissions. */
  | { kind: 'gone'; ref: SalesforceRef; how: 'deleted' | 'not-visible'; why: string };

/** Both sides of one contact as `readPair` found them. */
export type PairReading =
  /** Nothing may be decided: the connection is paused, or its accounts are not in order. */
  | { kind: 'held'; hold: 'paused' | 'not-ready'; reason: string; settingsVersion: number }
  | { kind: 'merged'; into: HubSpotContactId; settingsVersion: number }
  | { kind: 'deleted'; side: 'hubspot'; how: 'archived' | 'missing'; reason: string; settingsVersion: number; deletes: Deletes }
  | {
      kind: 'pair';
      settingsVersion: number;
      /** For people: full name, else the email address. */
      name: string;
      email: string | null;
      /** Contacts that were merged into it. Readings that older versions recorded lack it. */
      mergedIds?: HubSpotContactId[];
      membership: Membership;
      /** The properties that the segment in force goes by. Readings that older versions recorded lack it. */
      criteria?: string[];
      match: PairMatch;
      /** One per mapped field of the linked record's type (or of the type that would be created). */
      fields: FieldReading[];
      /** What a missing Salesforce record would be created as. */
      createAs: SalesforceType | 'never';
      /** The one Account whose domain the email has: a new Contact goes there. */
      account: { id: SalesforceId; name: string } | null;
      deletes: Deletes;
      /** What HubSpot's own id properties hold, per type of record, where the account has them. */
      storedIds: Partial<Record<SalesforceType, string | null>>;
      /** A property of the segment's criteria changed so recently that its membership may not have followed (S1.7); ISO. */
      settlesAt: string | null;
      /** A page job may still hand over this contact's base. */
      baseOnItsWay: boolean;
      readAt: string;
    };

/** A decision on its way to the CRMs. Salesforce is written first. */
export interface PairWrite {
  hubspotId: HubSpotContactId;
  settingsVersion: number;
  /** ISO; evidence older than 5 s is not written on (S1.11). Null where no segment is set. */
  checkedAt: string | null;
  salesforce:
    /** `moved`: a person moved the link here, so the record that was linked before may still hold the contact's id. */
    | { kind: 'update'; ref: SalesforceRef; fields: Record<string, ApiValue>; claim: boolean; moved?: boolean }
    | { kind: 'create'; type: SalesforceType; fields: Record<string, ApiValue> };
  /** Property values; `''` clears. */
  hubspot: Record<string, string>;
  /** HubSpot's own id property of the Salesforce record is to be set, where the account has it. */
  writeIds: boolean;
}

/** What is to follow a delete on the other side, once its time of grace is over. */
export interface PairDelete {
  hubspotId: HubSpotContactId;
  settingsVersion: number;
  /** The side on which is deleted. */
  side: 'hubspot' | 'salesforce';
  /** The pair's Salesforce record. */
  ref: SalesforceRef;
  /** ISO; of the evidence that the contact may sync. Null where no segment is set, and for a contact that HubSpot has deleted. */
  checkedAt: string | null;
  /** Under which the contact was last known to be eligible; null where none was set. */
  segmentId: string | null;
}

/** What became of a {@link PairDelete}; what is gone already counts as deleted. */
export type DeleteOutcome = { kind: 'deleted' } | { kind: 'stale'; why: string } | { kind: 'kept'; why: string };

/** What became of a {@link PairWrite}. */
export type WriteOutcome =
  /** Settings or membership moved: read and decide again. Nothing was written, unless by an earlier attempt that was not answered. */
  | { kind: 'stale'; why: string; mayHaveLanded?: true }
  /** The record belongs to another contact, or several could be meant. Nothing further was written. */
  | { kind: 'review'; why: string; candidates: SalesforceRef[] }
  /** Salesforce refused to create the record. */
  | { kind: 'refused'; refused: Refusal[] }
  | {
      kind: 'written';
      ref: SalesforceRef;
      created: boolean;
      /** Fields that the CRM confirmed, by its own names. */
      confirmed: { hubspot: string[]; salesforce: string[] };
      /** Fields that it refused, with the class of the refusal. */
      refused: Refusal[];
    };

/** One refused field, or the whole record where `field` is null. */
export interface Refusal extends FieldProblem {
  system: 'hubspot' | 'salesforce';
  field: string | null;
  category: ErrorCategory;
  remedy: string;
  /** When it is worth trying again: see `sync/errors.ts`. */
  retry: RetryPolicy;
}

/** The id of a Salesforce record, for sentences. */
export const describeRef = (ref: SalesforceRef): string => `${ref.type} ${ref.id}`;
