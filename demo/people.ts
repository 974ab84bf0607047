/**
 * What the demo expects, worked out from what both CRMs held before Sluice did anything, and from the rules as a person
 * would say them; none of it comes from Sluice.
 */

/** A contact as HubSpot has it; values by property. */
export interface HubSpotContact {
  id: string;
  email: string | null;
  updatedAt: string;
  values: Record<string, string | null>;
}

/** A Lead or Contact as Salesforce has it; values by the HubSpot property that goes with the field. */
export interface SalesforceRecord {
  type: 'Lead' | 'Contact';
  id: string;
  email: string | null;
  externalId: string | null;
  modifiedAt: string;
  values: Record<string, string | null>;
}

/** Fields that are plain text on both sides: HubSpot's property, the Lead's field, the Contact's field. */
export const fields: readonly (readonly [property: string, lead: string, contact: string | null])[] = [
  ['firstname', 'FirstName', 'FirstName'], ['lastname', 'LastName', 'LastName'], ['jobtitle', 'Title', 'Title'],
  ['phone', 'Phone', 'Phone'], ['mobilephone', 'MobilePhone', 'MobilePhone'], ['company', 'Company', 'Account.Name'],
  ['address', 'Street', 'MailingStreet'], ['city', 'City', 'MailingCity'], ['state', 'State', 'MailingState'],
  ['zip', 'PostalCode', 'MailingPostalCode'], ['country', 'Country', 'MailingCountry'], ['website', 'Website', null],
  ['leadsource', 'LeadSource', 'LeadSource'],
];

/** One email address with all that both CRMs hold of it. */
export interface Person {
  email: string;
  records: SalesforceRecord[];
  hubspot: HubSpotContact | null;
  /** Meets the criteria of "Webmail prospects". */
  member: boolean;
  /** The record that belongs to it: the one Contact, else the one Lead; null where it is not clear which. */
  record: SalesforceRecord | null;
}

const normal = (email: string): string => email.trim().toLowerCase();
const isWebmail = (email: string): boolean => ['@gmail.', '@yahoo.', '@aol.', '@hotmail.'].some((provider) => email.includes(provider));

/** Everybody with an email address in Salesforce, whose HubSpot contact is among `contacts` or not there. */
export function peopleOf(records: readonly SalesforceRecord[], contacts: readonly HubSpotContact[]): Person[] {
  const inHubSpot = new Map(contacts.flatMap((contact) => (contact.email === null ? [] : [[normal(contact.email), contact]])));
  const byEmail = Map.groupBy(records.filter((record) => record.email !== null), (record) => normal(record.email ?? ''));
  return [...byEmail].map(([email, mine]) => {
    const ofContacts = mine.filter(({ type }) => type === 'Contact');
    const candidates = ofContacts.length > 0 ? ofContacts : mine;
    return { email, records: mine, hubspot: inHubSpot.get(email) ?? null, member: isWebmail(email), record: candidates.length === 1 ? candidates[0] ?? null : null };
  });
}

const same = (property: string, a: string | null, b: string | null): boolean =>
  property === 'phone' || property === 'mobilephone' ? digits(a) === digits(b) : (a ?? '') === (b ?? '');
const digits = (text: string | null): string => (text ?? '').replace(/\D/g, '');

/**
 * Why a member is not filled as it should be, or null: each field holds Salesforce's value, or HubSpot's where Salesforce had
 * none, on both sides; and the Salesforce record carries the contact's id.
 */
export function notFilled(person: Person, contact: HubSpotContact, record: SalesforceRecord): string | null {
  if (person.record === null) return `${person.email} has no one record`;
  if (record.externalId !== contact.id) return `${person.email}: ${record.type} ${record.id} carries ${record.externalId ?? 'no id'} instead of ${contact.id}`;
  for (const [property, , onContact] of fields) {
    if (record.type === 'Contact' && onContact === null) continue;
    const agreed = person.record.values[property] ?? person.hubspot?.values[property] ?? null;
    for (const [crm, value] of [['HubSpot', contact.values[property] ?? null], ['Salesforce', record.values[property] ?? null]] as const) {
      // The name of a Contact's account can be changed in Salesforce alone.
      if (crm === 'Salesforce' && onContact === 'Account.Name' && record.type === 'Contact') continue;
      if (!same(property, value, agreed)) return `${person.email}: ${property} is "${value ?? ''}" in ${crm} instead of "${agreed ?? ''}"`;
    }
  }
  return null;
}

/** Why a contact holds more than its email address, or null. `writable` are the properties that somebody could have written. */
export function notEmailOnly(contact: HubSpotContact, writable: readonly string[]): string | null {
  const more = writable.filter((property) => property !== 'email' && (contact.values[property] ?? '') !== '');
  return more.length === 0 ? null : `${contact.email ?? contact.id} has ${more.join(', ')} too`;
}
