/** The table of behaviour, section 8, as data: codes to classes, classes to what the sync does. */
import type { ErrorCategory } from '../records.ts';

export type ErrorClass =
  | 'temporary' | 'locked-for-long' | 'quota' | 'auth' | 'property-value' | 'custom-code' | 'duplicates' | 'record-missing'
  | 'permissions' | 'property-mapping' | 'associations';

/**
 * When it is worth trying again: `backoff` 1 s doubling to 10 min with jitter, without end; `hourly`; `allowance` when
 * the API's limit has room again; `hold` when a person resumes the connection; `on-change` at a change of either
 * record, of the field, the mapping or a permission, or when a person asks. Never by clock.
 */
export type RetryPolicy = 'backoff' | 'hourly' | 'allowance' | 'hold' | 'on-change';

interface Treatment {
  category: ErrorCategory;
  retry: RetryPolicy;
  remedy: string;
}

export const TREATMENTS: Record<ErrorClass, Treatment> = {
  temporary: {
    category: 'temporary', retry: 'backoff',
    remedy: 'Nothing: Sluice tries again by itself. If it lasts for hours, look at the status pages of HubSpot and Salesforce.',
  },
  'locked-for-long': {
    category: 'temporary', retry: 'hourly',
    remedy: 'Finish or recall the approval that locks the record in Salesforce; Sluice looks every hour.',
  },
  quota: {
    category: 'api-limit', retry: 'allowance',
    remedy: 'Nothing: the sync goes on when the limit has room again. To go faster, raise the allocation in the settings or the API limit of the account, or let other integrations use less of it.',
  },
  auth: {
    category: 'authentication', retry: 'hold',
    remedy: 'Check the credentials, the scopes and the API access of the integration user, then resume the connection.',
  },
  'property-value': {
    category: 'property-value', retry: 'on-change',
    remedy: 'Correct the value in either CRM, or allow it in the field on the other side (option, length, range).',
  },
  'custom-code': {
    category: 'custom-code', retry: 'on-change',
    remedy: 'Ask the administrator of the CRM which validation rule, trigger or flow refuses the record; change the record or the rule, then resync the contact.',
  },
  duplicates: {
    category: 'duplicates', retry: 'on-change',
    remedy: 'Merge the duplicates, or write the HubSpot id of the contact into HubSpot_Contact_Id__c of the right record; then resync the contact.',
  },
  'record-missing': {
    category: 'record-missing', retry: 'on-change',
    remedy: 'Restore the record, then resync the contact.',
  },
  permissions: {
    category: 'permissions', retry: 'on-change',
    remedy: 'Give the integration user permission to read and edit the record and its fields, then resync the contact.',
  },
  'property-mapping': {
    category: 'property-mapping', retry: 'on-change',
    remedy: 'The field was deleted or renamed: correct or remove its mapping in the settings of the connection.',
  },
  associations: {
    category: 'associations', retry: 'on-change',
    remedy: 'Nothing is needed for the contact itself; its association follows once the account is synced or below the limit.',
  },
};

const classes = (list: Partial<Record<ErrorClass, string>>): ReadonlyMap<string | null, ErrorClass> =>
  new Map((Object.entries(list) as [ErrorClass, string][]).flatMap(([name, codes]) => codes.split(' ').map((code) => [code, name] as const)));

/** ALLOWANCE_SPENT is Sluice's own. REQUEST_LIMIT_EXCEEDED and CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY are decided by more than their code. */
export const SALESFORCE_CODES = classes({
  temporary: 'UNABLE_TO_LOCK_ROW SERVER_UNAVAILABLE QUERY_TIMEOUT REQUEST_RUNNING_TOO_LONG',
  'locked-for-long': 'ENTITY_IS_LOCKED',
  quota: 'STORAGE_LIMIT_EXCEEDED ALLOWANCE_SPENT',
  auth: 'INVALID_SESSION_ID INVALID_AUTH_HEADER API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED INVALID_LOGIN',
  'property-value': 'REQUIRED_FIELD_MISSING INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST STRING_TOO_LONG INVALID_EMAIL_ADDRESS '
    + 'NUMBER_OUTSIDE_VALID_RANGE TOO_MANY_ENUM_VALUE MALFORMED_ID FIELD_INTEGRITY_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION JSON_PARSER_ERROR',
  'custom-code': 'FIELD_CUSTOM_VALIDATION_EXCEPTION CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  duplicates: 'DUPLICATES_DETECTED DUPLICATE_VALUE DUPLICATE_EXTERNAL_ID',
  'record-missing': 'ENTITY_IS_DELETED NOT_FOUND INVALID_CROSS_REFERENCE_KEY CANNOT_UPDATE_CONVERTED_LEAD',
  permissions: 'INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INVALID_FIELD_FOR_INSERT_UPDATE INACTIVE_OWNER_OR_USER INSUFFICIENT_ACCESS',
  'property-mapping': 'INVALID_FIELD',
});

/** HubSpot's categories and the codes of its single errors. */
export const HUBSPOT_CODES = classes({
  quota: 'ALLOWANCE_SPENT',
  auth: 'INVALID_AUTHENTICATION EXPIRED_AUTHENTICATION MISSING_SCOPES BAD_REFRESH_TOKEN',
  'property-mapping': 'PROPERTY_DOESNT_EXIST',
  permissions: 'READ_ONLY_VALUE',
  duplicates: 'CONFLICT CONFLICTING_UNIQUE_VALUE',
  'record-missing': 'OBJECT_NOT_FOUND',
  'property-value': 'VALIDATION_ERROR INVALID_OPTION INVALID_EMAIL INVALID_DATE INVALID_INTEGER INVALID_LONG INVALID_DOUBLE INVALID_NUMBER INVALID_BOOLEAN PROPERTY_VALUE_TOO_LONG',
});
