/** Who may belong to whom, as plain data. */
import type { HubSpotContactId, Link, SalesforceId, SalesforceRef, SalesforceType } from '../records.ts';

/** What matching must know of a Lead or Contact. Deleted ones come from queryAll. */
export interface SalesforceCandidate {
  type: SalesforceType;
  id: SalesforceId;
  /** `HubSpot_Contact_Id__c`. */
  externalId: string | null;
  email: string | null;
  isConverted: boolean;
  convertedContactId: SalesforceId | null;
  isDeleted: boolean;
  /** The winner of a merge, on its losers. */
  masterRecordId: SalesforceId | null;
}

/** A contact that looks for its Salesforce record. */
export interface Seeker {
  hubspotId: HubSpotContactId;
  /** `hs_merged_object_ids`. */
  mergedIds: readonly HubSpotContactId[];
  email: string | null;
  /** `hs_additional_emails`. */
  additionalEmails: readonly string[];
  link: Link | null;
}

/** What matching must know of a HubSpot contact. */
export interface HubSpotCandidate {
  id: HubSpotContactId;
  email: string | null;
  additionalEmails: readonly string[];
  mergedIds: readonly HubSpotContactId[];
  archived: boolean;
}

export const refOf = ({ type, id }: SalesforceRef): SalesforceRef => ({ type, id });

/** Where a record has gone: into a Contact by conversion, into another record by merge, away, or nowhere. */
export function fateOf(record: SalesforceCandidate):
  | { kind: 'live' }
  | { kind: 'moved'; how: 'converted' | 'merged'; ref: SalesforceRef }
  | { kind: 'gone'; how: 'deleted' | 'converted' } {
  if (record.masterRecordId !== null) return { kind: 'moved', how: 'merged', ref: { type: record.type, id: record.masterRecordId } };
  if (record.isConverted) {
    return record.convertedContactId === null ? { kind: 'gone', how: 'converted' }
      : { kind: 'moved', how: 'converted', ref: { type: 'Contact', id: record.convertedContactId } };
  }
  return record.isDeleted ? { kind: 'gone', how: 'deleted' } : { kind: 'live' };
}
