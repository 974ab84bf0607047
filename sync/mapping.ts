/**
 * Field mappings: which HubSpot property goes with which Salesforce field, under which rule (behaviour: section 4).
 * `mapping/resolve.ts` holds them against the fields the two accounts really have.
 */
import type { UpdateRule } from './records.ts';

export { resolveMappings } from './mapping/resolve.ts';
export type { Conversion, HubSpotProperty, MappedField, Option, Resolved, SalesforceField } from './schema.ts';

/** One HubSpot property to one field on Lead, on Contact, or both. */
export interface Mapping {
  hubspot: string;
  /** API name of the Lead field. */
  lead?: string | undefined;
  /** API name of the Contact field, or `Account.Name`, which only Salesforce can change. */
  contact?: string | undefined;
  rule: UpdateRule;
}

const on = (hubspot: string, lead: string, contact: string | undefined, rule: UpdateRule = 'salesforce-unless-blank'): Mapping =>
  ({ hubspot, lead, ...(contact === undefined ? {} : { contact }), rule });
const same = (hubspot: string, field: string, rule?: UpdateRule): Mapping => on(hubspot, field, field, rule);

/** The mappings of a new connection [KB-SYNC], which cannot be removed there; "Don't sync" has that effect. */
export const DEFAULT_MAPPINGS: Mapping[] = [
  same('email', 'Email'),
  same('firstname', 'FirstName'),
  same('lastname', 'LastName'),
  same('salutation', 'Salutation'),
  same('jobtitle', 'Title'),
  same('phone', 'Phone'),
  same('mobilephone', 'MobilePhone'),
  same('fax', 'Fax'),
  same('hubspot_owner_id', 'OwnerId', 'two-way'),
  on('company', 'Company', 'Account.Name'),
  on('website', 'Website', undefined),
  on('address', 'Street', 'MailingStreet'),
  on('city', 'City', 'MailingCity'),
  on('state', 'State', 'MailingState'),
  on('zip', 'PostalCode', 'MailingPostalCode'),
  on('country', 'Country', 'MailingCountry'),
  on('industry', 'Industry', undefined),
  on('annualrevenue', 'AnnualRevenue', undefined),
  on('numemployees', 'NumberOfEmployees', undefined),
  same('leadsource', 'LeadSource'),
  on('hs_lead_status', 'Status', undefined, 'always-salesforce'),
  same('hs_email_optout', 'HasOptedOutOfEmail'),
];

/** Fields that Sluice itself writes: a mapping would fight with it. */
const OWN_PROPERTIES = new Set(['salesforceleadid', 'salesforcecontactid']);
const OWN_FIELDS = new Set(['hubspot_contact_id__c']);

/**
 * Names the first fault of a list of mappings in one sentence, or null. Needs no schema.
 * One property, or one field, is mapped at most once [KB-MAP]; email knows two rules only [KB-EMAIL].
 */
export function checkMappings(mappings: readonly Mapping[]): string | null {
  const properties = new Set<string>();
  const fields = new Set<string>();
  for (const mapping of mappings) {
    const { hubspot, rule } = mapping;
    if (hubspot.trim() === '') return 'A mapping names no HubSpot property.';
    if (properties.has(hubspot)) return `The HubSpot property ${hubspot} is mapped twice.`;
    properties.add(hubspot);
    if (OWN_PROPERTIES.has(hubspot)) return `${hubspot} cannot be mapped: Sluice writes it itself.`;
    if (hubspot === 'email' && rule !== 'two-way' && rule !== 'salesforce-unless-blank') {
      return `email cannot have the rule ${rule}: only two-way and salesforce-unless-blank are possible, because contacts are matched by it.`;
    }
    const targets = [['Lead', mapping.lead], ['Contact', mapping.contact]] as const;
    if (targets.every(([, field]) => field === undefined || field.trim() === '')) {
      return `The mapping of ${hubspot} names no Salesforce field: give lead, contact or both.`;
    }
    for (const [object, field] of targets) {
      if (field === undefined) continue;
      if (field.trim() === '') return `The mapping of ${hubspot} has an empty ${object} field: leave it out instead.`;
      // Salesforce's field names have no case.
      const name = field.toLowerCase();
      const key = `${object}.${name}`;
      if (OWN_FIELDS.has(name)) return `${object}.${field} cannot be mapped: Sluice writes it itself.`;
      if (fields.has(key)) return `The Salesforce field ${object}.${field} is mapped twice.`;
      fields.add(key);
    }
  }
  return null;
}
