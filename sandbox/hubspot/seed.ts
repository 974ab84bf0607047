import type { SeedRequest } from '../common/server.ts';
import { usPeople } from '../seed/people.ts';
import { seedOwners, type SeedPerson, type SeedValues } from '../seed/person.ts';
import { synthetic } from '../seed/synthetic.ts';
import type { Account } from './account.ts';
import type { Contact, Source } from './contact.ts';
import { hubspotTime } from './times.ts';

const IMPORTED: Source = { sourceType: 'IMPORT', sourceId: '1' };
const MONTH = 30 * 86_400_000;
const FIRST_OWNER = 71_001;

/** Empties the account, makes it another one, and fills it. Gives the new portal and the counts. */
export function seedHubSpot(account: Account, seed: SeedRequest): { portalId: number; contacts: number; lists: Record<string, string> } {
  account.reset();
  const people = seed.seed === 'us-500' ? usPeople() : seed.seed === 'synthetic' ? synthetic(seed.count, seed.random) : [];
  const { index } = account;
  const { evaluation } = account.lists;
  const { lagMs } = evaluation;
  evaluation.lagMs = 0;
  const ids = account.contacts.store.write(() => {
    seedOwnersOf(account);
    return people.filter(({ hubspot }) => hubspot !== null).map((person) => seedContact(account, person).id);
  });
  if (seed.seed !== 'empty') seedLists(account, ids);
  evaluation.settle();
  evaluation.lagMs = lagMs;
  index.reset();
  return { portalId: account.portalId, contacts: ids.length, lists: Object.fromEntries(account.lists.all().map(({ name, listId }) => [name, listId])) };
}

function seedOwnersOf(account: Account): void {
  const at = hubspotTime(account.clock.now() - 2 * MONTH);
  const owners = seedOwners.filter(({ inHubSpot }) => inHubSpot);
  for (const [place, { email, firstName, lastName }] of owners.entries()) {
    const userId = 501 + place;
    account.owners.save({ id: String(FIRST_OWNER + place), email, type: 'PERSON', firstName, lastName, userId, userIdIncludingInactive: userId, createdAt: at, updatedAt: at, archived: false });
  }
}

function seedContact(account: Account, person: SeedPerson): Contact {
  const given: SeedValues = { ...person, ...person.hubspot };
  const id = account.contacts.store.nextId();
  // In the past and in order, so that whatever happens next is newer.
  const at = account.clock.now() - MONTH + person.index * 1000;
  const written: Record<string, string> = {
    email: given.email,
    firstname: given.firstName,
    lastname: given.lastName,
    company: given.company,
    jobtitle: given.title,
    phone: given.phone,
    mobilephone: given.mobile,
    address: given.street,
    city: given.city,
    state: given.state,
    zip: given.zip,
    country: given.country,
    website: given.website,
    industry: person.kind === 'Lead' ? given.industry : '',
    leadsource: given.leadSource,
    hubspot_owner_id: account.owners.list(false, given.ownerEmail)[0]?.id ?? '',
    hs_email_domain: given.email.split('@')[1]?.toLowerCase() ?? '',
    hs_object_id: id,
    hs_object_source: IMPORTED.sourceType,
    createdate: hubspotTime(at),
    lastmodifieddate: hubspotTime(at),
  };
  const values = Object.fromEntries(Object.entries(written).filter(([, value]) => value !== ''));
  return account.contacts.store.put(undefined, { id, values, createdAt: at, updatedAt: at, archived: false }, IMPORTED);
}

/** Two active segments and a static one. */
function seedLists(account: Account, ids: string[]): void {
  const { lists } = account;
  const active = (name: string, property: string, operation: Record<string, unknown>): void => {
    const filters = [{ filterType: 'PROPERTY', property, operation }];
    lists.create({ name, objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch: { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters }] } });
  };
  active('Webmail prospects', 'email', { operationType: 'MULTISTRING', operator: 'CONTAINS', values: ['@gmail.', '@yahoo.', '@aol.', '@hotmail.'], includeObjectsWithNoValueSet: false });
  active('Everyone with a phone', 'phone', { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN', includeObjectsWithNoValueSet: false });
  const fair = lists.create({ name: 'Trade fair 2025', objectTypeId: '0-1', processingType: 'MANUAL' });
  const now = account.clock.now();
  account.database.transaction(() => {
    for (const [place, id] of ids.entries()) if (place % 4 === 0 && place < 160) lists.memberships.join(fair.listId, id, now);
  });
}
