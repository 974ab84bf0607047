import { options, type Option, type Property, type PropertyGroup, type PropertyType } from './property.ts';

type Short = readonly [name: string, label: string, type: PropertyType, fieldType: string, more?: { options?: Option[]; readOnly?: boolean; custom?: boolean; group?: string; owner?: boolean }];

/** HubSpot's own, and those of Salesforce's Lead Status: an administrator who syncs the two adds the latter, since values must be equal. */
const LEAD_STATUS = options([
  ['NEW', 'New'], ['OPEN', 'Open'], ['IN_PROGRESS', 'In Progress'], ['OPEN_DEAL', 'Open Deal'], ['UNQUALIFIED', 'Unqualified'],
  ['ATTEMPTED_TO_CONTACT', 'Attempted to Contact'], ['CONNECTED', 'Connected'], ['BAD_TIMING', 'Bad Timing'],
  ...['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'].map((status): [string, string] => [status, status]),
]);

/** In their order; a contact's stage only moves towards the end. */
export const LIFECYCLE_STAGES = ['subscriber', 'lead', 'marketingqualifiedlead', 'salesqualifiedlead', 'opportunity', 'customer', 'evangelist', 'other'];

const YES_NO = options([['true', 'Yes'], ['false', 'No']]);

const DEFAULTS: readonly Short[] = [
  ['email', 'Email', 'string', 'text'],
  ['firstname', 'First Name', 'string', 'text'],
  ['lastname', 'Last Name', 'string', 'text'],
  ['salutation', 'Salutation', 'string', 'text'],
  ['jobtitle', 'Job Title', 'string', 'text'],
  ['phone', 'Phone Number', 'string', 'phonenumber'],
  ['mobilephone', 'Mobile Phone Number', 'string', 'phonenumber'],
  ['fax', 'Fax Number', 'string', 'text'],
  ['hubspot_owner_id', 'Contact owner', 'enumeration', 'select', { owner: true }],
  ['company', 'Company Name', 'string', 'text'],
  ['website', 'Website URL', 'string', 'text'],
  ['address', 'Street Address', 'string', 'text'],
  ['city', 'City', 'string', 'text'],
  ['state', 'State/Region', 'string', 'text'],
  ['zip', 'Postal Code', 'string', 'text'],
  ['country', 'Country/Region', 'string', 'text'],
  ['industry', 'Industry', 'string', 'text'],
  ['annualrevenue', 'Annual Revenue', 'number', 'number'],
  ['numemployees', 'Number of Employees', 'enumeration', 'select', { options: options(['1-5', '5-25', '25-50', '50-100', '100-500', '500-1000', '1000+']) }],
  ['date_of_birth', 'Date of Birth', 'string', 'text'],
  ['message', 'Message', 'string', 'textarea'],
  ['hs_lead_status', 'Lead Status', 'enumeration', 'radio', { options: LEAD_STATUS, group: 'sales_properties' }],
  ['lifecyclestage', 'Lifecycle Stage', 'enumeration', 'radio', { options: options(LIFECYCLE_STAGES) }],
  ['hs_persona', 'Persona', 'enumeration', 'select', { options: options(['persona_1', 'persona_2']) }],
  ['hs_language', 'Preferred language', 'enumeration', 'select', { options: options([['en', 'English'], ['de', 'German'], ['fr', 'French'], ['es', 'Spanish'], ['it', 'Italian']]) }],
  ['closedate', 'Close Date', 'datetime', 'date'],
  ['hs_legal_basis', "Legal basis for processing contact's data", 'enumeration', 'checkbox', { options: options(['Legitimate interest – prospect/lead', 'Legitimate interest – existing customer', 'Freely given consent from contact', 'Not applicable']) }],
  ['leadsource', 'Lead Source', 'string', 'text', { custom: true }],
  ['salesforceleadid', 'Salesforce Lead ID', 'string', 'text', { group: 'salesforceinformation' }],
  ['salesforcecontactid', 'Salesforce Contact ID', 'string', 'text', { group: 'salesforceinformation' }],
  ['hs_email_optout', 'Unsubscribed from all email', 'bool', 'booleancheckbox', { readOnly: true, options: YES_NO, group: 'emailinformation' }],
  ['hs_email_domain', 'Email Domain', 'string', 'text', { readOnly: true, group: 'emailinformation' }],
  ['hs_additional_emails', 'Additional email addresses', 'enumeration', 'checkbox', { readOnly: true }],
  ['hs_merged_object_ids', 'Merged record IDs', 'enumeration', 'checkbox', { readOnly: true }],
  ['hs_object_id', 'Record ID', 'number', 'number', { readOnly: true }],
  ['hs_object_source', 'Record creation source', 'string', 'text', { readOnly: true }],
  ['createdate', 'Create Date', 'datetime', 'date', { readOnly: true }],
  ['lastmodifieddate', 'Last Modified Date', 'datetime', 'date', { readOnly: true }],
  ['num_associated_deals', 'Number of Associated Deals', 'number', 'number', { readOnly: true }],
];

export const DEFAULT_GROUPS: readonly PropertyGroup[] = [
  ['contactinformation', 'Contact information'], ['emailinformation', 'Email information'], ['sales_properties', 'Sales properties'], ['salesforceinformation', 'Salesforce information'],
].map(([name = '', label = ''], displayOrder) => ({ name, label, displayOrder, archived: false }));

const CREATED = '2024-01-01T00:00:00Z';

/**
 * The contact properties of a new account: HubSpot's names and types for those the sync maps, and `leadsource` as the custom text property
 * that accounts with a Salesforce history have. `industry` is plain text on contacts; `annualrevenue` is text in older accounts, a number here.
 */
export function defaultProperties(): Property[] {
  return DEFAULTS.map(([name, label, type, fieldType, more = {}]) => ({
    name, label, type, fieldType,
    description: '',
    groupName: more.group ?? 'contactinformation',
    options: more.options ?? [],
    displayOrder: -1,
    calculated: false,
    externalOptions: more.owner ?? false,
    hasUniqueValue: false,
    hidden: false,
    hubspotDefined: !more.custom,
    formField: !more.readOnly,
    archived: false,
    createdAt: CREATED,
    updatedAt: CREATED,
    ...(more.owner ? { referencedObjectType: 'OWNER' } : {}),
    modificationMetadata: { archivable: more.custom ?? false, readOnlyDefinition: !more.custom, readOnlyValue: more.readOnly ?? false, readOnlyOptions: !more.custom },
  }));
}
