import type { SeedRequest } from '../common/server.ts';
import { seedOwners, type SeedPerson } from '../seed/person.ts';
import { usPeople } from '../seed/people.ts';
import { synthetic } from '../seed/synthetic.ts';
import type { Org } from './org.ts';
import { createRecord, type Body, type SaveContext } from './save.ts';

/** What a seed put in: counts per object and who the org is. */
export type Seeded = { orgId: string; leads: number; contacts: number; accounts: number; users: number };

const system: SaveContext = { userId: '', person: true, version: '67.0', silent: true };

/**
 * Puts users and records into an empty org: the integration user, an administrator (the person of the control path), the owners that HubSpot knows by
 * the same email, one who left, and the people of the seed, Contacts with an Account per company.
 */
export function seedOrg(org: Org, seed: SeedRequest): Seeded {
  const users = addUsers(org);
  const people = seed.seed === 'us-500' ? usPeople() : seed.seed === 'synthetic' ? synthetic(seed.count, seed.random) : [];
  const accounts = new Map<string, string>();
  let leads = 0;
  for (const person of people) {
    const owner = users.get(person.ownerEmail);
    const context = { ...system, userId: org.identity.person };
    if (person.kind === 'Lead') {
      createRecord(org, org.schema.definition('Lead'), leadOf(person, owner), context);
      leads += 1;
      continue;
    }
    let account = accounts.get(person.company);
    if (account === undefined) {
      account = createRecord(org, org.schema.definition('Account'), accountOf(person, owner), context);
      accounts.set(person.company, account);
    }
    createRecord(org, org.schema.definition('Contact'), contactOf(person, owner, account), context);
  }
  return { orgId: org.identity.orgId, leads, contacts: people.length - leads, accounts: accounts.size, users: users.size };
}

function addUsers(org: Org): Map<string, string> {
  const add = (FirstName: string, LastName: string, Email: string, IsActive = true): [string, string] => {
    const Alias = `${FirstName[0] ?? ''}${LastName}`.toLowerCase().slice(0, 8);
    return [Email, createRecord(org, org.schema.definition('User'), { FirstName, LastName, Email, Username: Email, Alias, IsActive }, system)];
  };
  const integration = add('Integration', 'User', 'integration@sluice.example');
  const administrator = add('Ada', 'Admin', 'ada.admin@sluice.example');
  org.setUsers(integration[1], administrator[1]);
  const owners = seedOwners.filter((owner) => owner.inSalesforce).map((owner) => add(owner.firstName, owner.lastName, owner.email));
  return new Map([integration, administrator, ...owners, add('Gone', 'Former', 'gone.former@sluice.example', false)]);
}

function leadOf(person: SeedPerson, owner: string | undefined): Body {
  return {
    ...personOf(person, owner), Company: person.company, Street: person.street, City: person.city, State: person.state, PostalCode: person.zip,
    Country: person.country, Website: person.website, Industry: person.industry,
  };
}

function contactOf(person: SeedPerson, owner: string | undefined, account: string): Body {
  return {
    ...personOf(person, owner), AccountId: account, MailingStreet: person.street, MailingCity: person.city, MailingState: person.state,
    MailingPostalCode: person.zip, MailingCountry: person.country,
  };
}

function accountOf(person: SeedPerson, owner: string | undefined): Body {
  return { Name: person.company, Website: person.website, Industry: person.industry, ...(owner === undefined ? {} : { OwnerId: owner }) };
}

function personOf(person: SeedPerson, owner: string | undefined): Body {
  return {
    FirstName: person.firstName, LastName: person.lastName, Email: person.email, Title: person.title, Phone: person.phone, MobilePhone: person.mobile,
    LeadSource: person.leadSource, ...(owner === undefined ? {} : { OwnerId: owner }),
  };
}
