/** Which types of the two CRMs go together, and how (behaviour: section 5; HubSpot's list of compatible types [KB-MAP]). */
import type { Conversion, HubSpotProperty, SalesforceField } from '../schema.ts';

const ONE_LINE = new Set(['string', 'url', 'id', 'combobox', 'encryptedstring']);
const NUMBERS = new Set(['int', 'long', 'double', 'currency', 'percent']);

/** HubSpot's type and form control, as one word. */
function kindOf(property: HubSpotProperty): 'text' | 'multiline' | 'phone' | 'choice' | 'choices' | 'checkbox' | 'number' | 'date' | 'datetime' {
  const { type, fieldType } = property;
  if (type === 'bool') return 'checkbox';
  if (type === 'string') {
    if (fieldType === 'textarea' || fieldType === 'html') return 'multiline';
    return fieldType === 'phonenumber' ? 'phone' : 'text';
  }
  if (type !== 'enumeration') return type;
  if (fieldType === 'booleancheckbox') return 'checkbox';
  return fieldType === 'checkbox' ? 'choices' : 'choice';
}

/**
 * The conversion for a pair of fields, or a sentence saying why there is none.
 * Wider than HubSpot's list in one thing: free text in HubSpot goes with Salesforce picklists and numbers, and a
 * dropdown with Salesforce text, because default properties of real accounts are typed so (`salutation`,
 * `annualrevenue`, `state`). A value that does not fit is then a property-value error of that contact.
 */
export function conversionOf(property: HubSpotProperty, field: SalesforceField): Conversion | string {
  const no = `HubSpot's ${property.name} (${property.type}, ${property.fieldType}) and Salesforce's ${field.name} (${field.type}) have types that do not go together.`;
  if (property.name === 'hubspot_owner_id' || field.name === 'OwnerId') {
    if (property.name === 'hubspot_owner_id' && field.name === 'OwnerId') return { kind: 'owner' };
    return `hubspot_owner_id and OwnerId go with each other only, not ${property.name} with ${field.name}.`;
  }
  const kind = kindOf(property);
  const maxLength = field.length;
  if (ONE_LINE.has(field.type) || field.type === 'textarea') {
    if (kind === 'text' && property.name === 'email') return { kind: 'email', maxLength };
    if (kind === 'text' || kind === 'phone') return { kind, maxLength };
    if (kind === 'multiline' && field.type === 'textarea') return { kind, maxLength };
    if (kind === 'choice' && property.options.length > 0) return { kind, hubspot: property.options, salesforce: null, maxLength };
    return no;
  }
  if (NUMBERS.has(field.type)) {
    if (kind !== 'number' && kind !== 'text') return no;
    const integer = field.type === 'int';
    const integerDigits = !integer && field.precision > 0 ? field.precision - field.scale : null;
    return { kind: 'number', integer, scale: field.scale, integerDigits };
  }
  switch (field.type) {
    case 'email':
      return kind === 'text' ? { kind: 'email', maxLength } : no;
    case 'phone':
      return kind === 'text' || kind === 'phone' ? { kind: 'phone', maxLength } : no;
    case 'picklist':
      if (kind === 'text') return { kind: 'choice', hubspot: null, salesforce: field.picklist, maxLength };
      return kind === 'choice' ? { kind, hubspot: property.options, salesforce: field.picklist, maxLength } : no;
    case 'multipicklist':
      return kind === 'choices' ? { kind, hubspot: property.options, salesforce: field.picklist } : no;
    case 'reference':
      if (kind === 'choice' && property.options.length === 0) {
        return `HubSpot's ${property.name} has no options of its own: properties of the kind "HubSpot user" cannot be mapped.`;
      }
      return kind === 'choice' ? { kind: 'reference', hubspot: property.options } : no;
    case 'boolean':
      return kind === 'checkbox' ? { kind } : no;
    case 'date':
      if (kind === 'date') return { kind };
      return kind === 'datetime' ? { kind: 'day', instant: 'hubspot' } : no;
    case 'datetime':
      if (kind === 'datetime') return { kind };
      return kind === 'date' ? { kind: 'day', instant: 'salesforce' } : no;
    default:
      return no;
  }
}
