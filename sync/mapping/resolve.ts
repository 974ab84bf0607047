/** Holds the mappings against the fields that the two accounts have. */
import type { Mapping } from '../mapping.ts';
import type { FieldTreatment, SalesforceType } from '../records.ts';
import type { HubSpotProperty, MappedField, Resolved, SalesforceField } from '../schema.ts';
import { conversionOf } from './conversion.ts';

/** `Account.Name` is no field of Contact's own: `describe` of Contact does not show it. */
const ACCOUNT_NAME: SalesforceField = {
  name: 'Account.Name', label: 'Account Name', type: 'string', length: 255, scale: 0, precision: 0, createable: false,
  updateable: false, nillable: true, picklist: [], restricted: false, calculated: false,
};

function treatmentOf(hubspot: string): FieldTreatment {
  switch (hubspot) {
    case 'email': return 'email';
    case 'hubspot_owner_id': return 'owner';
    case 'hs_email_optout': return 'opt-out';
    default: return 'ordinary';
  }
}

/**
 * Turns mappings into what can run. What cannot is in `skipped`, what runs only one way in `warnings`; never throws.
 * A field that the integration user cannot write makes its mapping one-way (behaviour: section 4).
 */
export function resolveMappings(
  mappings: readonly Mapping[],
  hubspotProperties: readonly HubSpotProperty[],
  salesforceFields: Record<SalesforceType, readonly SalesforceField[]>,
): Resolved {
  const resolved: Resolved = { fields: { Lead: [], Contact: [] }, skipped: [], warnings: [] };
  const properties = new Map(hubspotProperties.map((property) => [property.name, property]));
  for (const mapping of mappings) {
    const targets = [['Lead', mapping.lead], ['Contact', mapping.contact]] as const;
    for (const [object, name] of targets) {
      if (name === undefined) continue;
      const outcome = resolveOne(mapping, object, properties.get(mapping.hubspot), fieldNamed(salesforceFields[object], object, name), name);
      if (typeof outcome === 'string') resolved.skipped.push({ hubspot: mapping.hubspot, salesforce: name, object, reason: outcome });
      else {
        resolved.fields[object].push(outcome.field);
        resolved.warnings.push(...outcome.warnings);
      }
    }
  }
  // Lead and Contact usually share their fault; a person needs the sentence once.
  resolved.warnings = [...new Set(resolved.warnings)];
  return resolved;
}

function fieldNamed(fields: readonly SalesforceField[], object: SalesforceType, name: string): SalesforceField | undefined {
  return fields.find((field) => field.name === name) ?? (object === 'Contact' && name === ACCOUNT_NAME.name ? ACCOUNT_NAME : undefined);
}

function resolveOne(mapping: Mapping, object: SalesforceType, property: HubSpotProperty | undefined, field: SalesforceField | undefined,
  name: string): { field: MappedField; warnings: string[] } | string {
  if (property === undefined) return `HubSpot has no contact property ${mapping.hubspot}.`;
  if (field === undefined) return `Salesforce shows the integration user no field ${name} on ${object}.`;
  const conversion = conversionOf(property, field);
  if (typeof conversion === 'string') return conversion;
  const treatment = treatmentOf(mapping.hubspot);
  const pair = `${mapping.hubspot} - ${object}.${name}`;
  const warnings: string[] = [];
  // A field of a parent record (Account.Name) is read along and never written.
  const salesforceWritable = field.createable && field.updateable && !name.includes('.');
  const hubspotWritable = !property.readOnly && treatment !== 'opt-out';
  if (!salesforceWritable && !hubspotWritable) return `${pair}: neither side can be written.`;
  if (!salesforceWritable) warnings.push(`${pair} goes from Salesforce to HubSpot only: the integration user cannot write the Salesforce field.`);
  if (property.readOnly && treatment !== 'opt-out') {
    warnings.push(`${pair} goes from HubSpot to Salesforce only: the HubSpot property is read-only.`);
    if (mapping.rule === 'always-salesforce') warnings.push(`${pair} syncs nothing: its rule is always-salesforce and HubSpot's property is read-only.`);
  }
  if (conversion.kind === 'checkbox' && treatment === 'ordinary' && mapping.rule === 'salesforce-unless-blank') {
    warnings.push(`${pair} is a checkbox under salesforce-unless-blank: a Salesforce checkbox is never blank, so HubSpot never writes it.`);
  }
  if (treatment === 'owner' && mapping.rule !== 'two-way' && mapping.rule !== 'none') {
    warnings.push(`${pair}: owners always sync two-way; the rule ${mapping.rule} is not applied.`);
  }
  return {
    field: {
      hubspot: mapping.hubspot, salesforce: name, treatment, conversion,
      rule: treatment === 'owner' && mapping.rule !== 'none' ? 'two-way' : mapping.rule,
      direction: directionOf(salesforceWritable, hubspotWritable),
      required: !field.nillable && field.type !== 'boolean',
    },
    warnings,
  };
}

function directionOf(salesforceWritable: boolean, hubspotWritable: boolean): MappedField['direction'] {
  if (!salesforceWritable) return 'to-hubspot';
  return hubspotWritable ? 'both' : 'to-salesforce';
}
