import { CrmFailure } from '../crm/failure.ts';
import type { HubSpot, HubSpotProperty } from '../hubspot/index.ts';
import { remember } from '../remember.ts';
import { soql, type Salesforce, type SalesforceField } from '../salesforce/index.ts';
import { resolveMappings, type Mapping } from '../../sync/mapping.ts';
import type { SalesforceType } from '../../sync/records.ts';

const call = { lane: 'live' } as const;
const fieldsMs = 60_000;
const sampleSize = 3;

/** One mapping against both accounts. */
export interface MappingSeen extends Mapping {
  label: string;
  /** Why it does not run, or runs one way only: sentences. Empty: both types go together and both sides can be written. */
  remarks: string[];
}

export interface MappingsSeen {
  mappings: MappingSeen[];
  properties: { name: string; label: string }[];
  fields: Record<SalesforceType, { name: string; label: string }[]>;
}

/** Some values as they stand on each side; null where that side has no such field, or Salesforce does not filter by it. */
export interface Samples {
  hubspot: string[] | null;
  lead: string[] | null;
  contact: string[] | null;
}

/** Mappings held against the fields that both accounts have. */
export function mappingLooks({ hubspot, salesforce }: { hubspot: HubSpot; salesforce: Salesforce }, properties: () => Promise<HubSpotProperty[]>) {
  const described = remember(fieldsMs, (type: SalesforceType) => salesforce.describe(type, call));
  const both = async (): Promise<{ properties: HubSpotProperty[]; fields: Record<SalesforceType, SalesforceField[]> }> => {
    const [known, lead, contact] = await Promise.all([properties(), described('Lead'), described('Contact')]);
    return { properties: known, fields: { Lead: lead, Contact: contact } };
  };
  const salesforceSample = async (type: SalesforceType, name: string): Promise<string[] | null> => {
    try {
      const field = soql.name(name);
      const { records } = await salesforce.query(soql`SELECT Id, ${field} FROM ${soql.name(type)} WHERE ${field} != null LIMIT ${sampleSize}`, call);
      return records.map((record) => name.split('.').reduce<unknown>((value, part) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : null), record)).map(String);
    } catch (error) {
      if (error instanceof CrmFailure && error.status === 400) return null;
      throw error;
    }
  };
  return {
    mappings: async (mappings: readonly Mapping[]): Promise<MappingsSeen> => {
      const { properties: known, fields } = await both();
      const named = (all: readonly { name: string; label: string }[]) => all.map(({ name, label }) => ({ name, label })).sort((a, b) => a.label.localeCompare(b.label, 'en'));
      return {
        mappings: mappings.map((mapping) => {
          const { skipped, warnings } = resolveMappings([mapping], known, fields);
          return { ...mapping, label: known.find(({ name }) => name === mapping.hubspot)?.label ?? mapping.hubspot, remarks: [...skipped.map(({ object, reason }) => `${object}: ${reason}`), ...warnings] };
        }),
        properties: named(known), fields: { Lead: named(fields.Lead), Contact: named(fields.Contact) },
      };
    },
    /** Values of a mapping's fields, so that a person sees what would go where. */
    samples: async ({ hubspot: property, lead, contact }: Pick<Mapping, 'hubspot' | 'lead' | 'contact'>): Promise<Samples> => {
      const known = (await properties()).some(({ name }) => name === property);
      const [found, leads, contacts] = await Promise.all([
        known ? hubspot.countContacts({ filterGroups: [{ filters: [{ propertyName: property, operator: 'HAS_PROPERTY' }] }], properties: [property], limit: sampleSize }, call) : null,
        lead === undefined ? null : salesforceSample('Lead', lead), contact === undefined ? null : salesforceSample('Contact', contact),
      ]);
      return { hubspot: found === null ? null : found.contacts.flatMap(({ properties: values }) => values[property] ?? []), lead: leads, contact: contacts };
    },
  };
}
