import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { INDUSTRIES, LEAD_SOURCES, nth, ownerOf, TITLES, UNKNOWN_TO_SALESFORCE, type SeedPerson } from './person.ts';

const row = z.object({
  'First Name': z.string(), 'Last Name': z.string(), 'Company Name': z.string(), Address: z.string(), City: z.string(), Statie: z.string(),
  Zip: z.string(), 'Phone 1': z.string(), 'Phone 2': z.string(), Email: z.string(), Website: z.string(),
});

/** Of ten people seven are Leads; of each 25 the first six are in HubSpot. */
const isLead = (index: number): boolean => index % 10 < 7;
const isInHubSpot = (index: number): boolean => index % 25 < 6;
const isWebmail = (email: string): boolean => /@(gmail|yahoo|aol|hotmail)\./.test(email);

/**
 * The 500 fictional people of us-500.csv: 350 Leads, 150 Contacts, 120 of them in HubSpot too, some with differences. No email leaves this
 * function with a real top-level domain: each becomes `.example`. Always the same.
 */
export function usPeople(): SeedPerson[] {
  const rows = z.array(row).parse(parse(readFileSync(new URL('us-500.csv', import.meta.url)), { columns: true, bom: true, skip_empty_lines: true, trim: true }));
  const people = rows.map((one, index): SeedPerson => ({
    index,
    kind: isLead(index) ? 'Lead' : 'Contact',
    firstName: one['First Name'],
    lastName: one['Last Name'],
    email: reserved(one.Email),
    company: one['Company Name'],
    title: nth(TITLES, index),
    phone: one['Phone 1'],
    mobile: one['Phone 2'],
    street: one.Address,
    city: one.City,
    state: one.Statie,
    zip: one.Zip.padStart(5, '0'),
    country: 'United States',
    website: one.Website,
    industry: nth(INDUSTRIES, index),
    leadSource: nth(LEAD_SOURCES, index),
    ownerEmail: ownerOf(index),
    hubspot: isInHubSpot(index) ? {} : null,
    differences: [],
  }));
  let known = 0;
  for (const person of people) if (person.hubspot) makeDifferent(person, known++);
  repeatEmail(people);
  blankEmails(people);
  return people;
}

/** `jbutt@gmail.com` becomes `jbutt@gmail.example`, `a@b.co.uk` becomes `a@b.co.example`. */
function reserved(email: string): string {
  return email.toLowerCase().replace(/\.[a-z]+$/, '.example');
}

function makeDifferent(person: SeedPerson, place: number): void {
  switch (place % 8) {
    case 0:
      person.hubspot = { phone: '' };
      person.differences.push('phone blank in HubSpot');
      break;
    case 1:
      person.hubspot = { title: `Former ${person.title}` };
      person.differences.push('other title in HubSpot');
      break;
    case 2:
      person.hubspot = { email: person.email.toUpperCase() };
      person.differences.push('email in capitals in HubSpot');
      break;
    case 3:
      person.hubspot = { city: person.city };
      person.city = '';
      person.differences.push('city blank in Salesforce');
      break;
    case 4:
      person.hubspot = { mobile: person.mobile || '555-0100' };
      person.mobile = '';
      person.differences.push('mobile only in HubSpot');
      break;
    case 5:
      if (place % 24 === 5) {
        person.hubspot = { ownerEmail: UNKNOWN_TO_SALESFORCE };
        person.differences.push('owner unknown to Salesforce');
      }
      break;
    default: // the same on both sides
  }
}

/** Two Leads that HubSpot does not know share one webmail address. */
function repeatEmail(people: SeedPerson[]): void {
  const unknownLeads = people.filter(({ kind, hubspot }) => kind === 'Lead' && !hubspot);
  const first = unknownLeads.find(({ email }) => isWebmail(email));
  const second = unknownLeads.find((person) => first && person.index > first.index && isWebmail(person.email));
  if (!first || !second) throw new Error('us-500.csv has no two Leads with webmail addresses that HubSpot does not know');
  second.email = first.email;
  second.differences.push('email of another Lead');
}

/** Two Leads and a Contact that HubSpot does not know have no email. */
function blankEmails(people: SeedPerson[]): void {
  const unknown = people.filter(({ hubspot, differences }) => !hubspot && differences.length === 0);
  const chosen = [...unknown.filter(({ kind }) => kind === 'Lead').slice(100, 102), ...unknown.filter(({ kind }) => kind === 'Contact').slice(30, 31)];
  for (const person of chosen) {
    person.email = '';
    person.differences.push('email blank in Salesforce');
  }
}
