/** What the soak edits. Nothing here is taken from `sync/`: the checker must not err with it. */
export type Side = 'hubspot' | 'salesforce';
export type Rule = 'two-way' | 'salesforce-unless-blank' | 'always-salesforce' | 'none';

export interface Field {
  hubspot: string;
  lead: string;
  contact: string;
  rule: Rule;
  /** The value of the n-th edit: each is written once in a run, so that a value found tells its edit. */
  value: (n: number) => string;
}

const phone = (n: number): string => `+1 555 ${String(n).padStart(7, '0')}`;
const same = (hubspot: string, name: string, rule: Rule, value: Field['value']): Field => ({ hubspot, lead: name, contact: name, rule, value });

export const fields: readonly Field[] = [
  same('jobtitle', 'Title', 'two-way', (n) => `Title ${n}`),
  same('phone', 'Phone', 'two-way', phone),
  same('mobilephone', 'MobilePhone', 'two-way', phone),
  same('fax', 'Fax', 'two-way', phone),
  { hubspot: 'city', lead: 'City', contact: 'MailingCity', rule: 'two-way', value: (n) => `City ${n}` },
  { hubspot: 'address', lead: 'Street', contact: 'MailingStreet', rule: 'salesforce-unless-blank', value: (n) => `${n} Main Street` },
  { hubspot: 'zip', lead: 'PostalCode', contact: 'MailingPostalCode', rule: 'always-salesforce', value: (n) => `Z${n}` },
  same('firstname', 'FirstName', 'none', (n) => `Name ${n}`),
];

/** The settings' mappings: the fields that are edited, and those that a pair cannot do without. */
export const mappings = [
  { hubspot: 'email', lead: 'Email', contact: 'Email', rule: 'salesforce-unless-blank' as const },
  { hubspot: 'lastname', lead: 'LastName', contact: 'LastName', rule: 'salesforce-unless-blank' as const },
  { hubspot: 'company', lead: 'Company', rule: 'salesforce-unless-blank' as const },
  ...fields.map(({ hubspot, lead, contact, rule }) => ({ hubspot, lead, contact, rule })),
];

/** HubSpot properties of the criteria, without a mapping: who is in which segment. */
export const groupProperty = 'soak_group';
export const secondProperty = 'soak_second';
/** Members of the first segment; `half` is in it while its criteria are wide. */
export type Group = 'in' | 'half' | 'out';

export const nameIn = (field: Field, record: string): string => (record.startsWith('003') ? field.contact : field.lead);

/** Values by HubSpot's names, '' for blank, as the record has them. */
export const inSalesforce = (record: string, values: Record<string, string>): Record<string, string | null> =>
  Object.fromEntries(fields.filter(({ hubspot }) => hubspot in values).map((field) => [nameIn(field, record), values[field.hubspot] || null]));
