import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { usPeople } from '../../../sandbox/seed/people.ts';
import { seedOwners, UNKNOWN_TO_SALESFORCE } from '../../../sandbox/seed/person.ts';
import { synthetic } from '../../../sandbox/seed/synthetic.ts';
import { testSandbox, type TestSandbox } from './sandbox.ts';

const emailOf = (person: { email: string }): string => person.email.toLowerCase();

describe('the people of us-500', () => {
  const people = usPeople();

  test('are 350 Leads and 150 Contacts, 120 of them in HubSpot, always the same', () => {
    assert.equal(people.filter(({ kind }) => kind === 'Lead').length, 350);
    assert.equal(people.filter(({ kind }) => kind === 'Contact').length, 150);
    const known = people.filter(({ hubspot }) => hubspot);
    assert.equal(known.length, 120);
    assert.ok(known.some(({ kind }) => kind === 'Lead') && known.some(({ kind }) => kind === 'Contact'));
    assert.deepEqual(usPeople(), people);
  });

  test('have no address outside .example', () => {
    for (const { email, hubspot } of people) {
      for (const address of [email, hubspot?.email ?? '']) if (address !== '') assert.match(address.toLowerCase(), /^[^@\s]+@[^@\s]+\.example$/);
    }
    assert.equal(people[0]?.email, 'jbutt@gmail.example');
  });

  test('hold one email twice among the Leads, and three rows have none', () => {
    const counts = new Map<string, number>();
    for (const person of people) if (person.email !== '') counts.set(emailOf(person), (counts.get(emailOf(person)) ?? 0) + 1);
    const twice = [...counts].filter(([, count]) => count > 1);
    assert.deepEqual(twice.map(([, count]) => count), [2]);
    assert.ok(people.filter((person) => emailOf(person) === twice[0]?.[0]).every(({ kind }) => kind === 'Lead'));
    assert.equal(people.filter(({ email }) => email === '').length, 3);
  });

  test('differ between the two sides in every way that is named', () => {
    const seen = new Set(people.flatMap(({ differences }) => differences));
    assert.equal(seen.size, 8);
    for (const { hubspot, differences } of people) {
      if (differences.includes('phone blank in HubSpot')) assert.equal(hubspot?.phone, '');
      if (differences.includes('owner unknown to Salesforce')) assert.equal(hubspot?.ownerEmail, UNKNOWN_TO_SALESFORCE);
    }
  });

  test('belong to owners that both sides know; one owner is HubSpot\'s alone', () => {
    const shared = new Set(seedOwners.filter(({ inSalesforce, inHubSpot }) => inSalesforce && inHubSpot).map(({ email }) => email));
    assert.ok(people.every(({ ownerEmail }) => shared.has(ownerEmail)));
    assert.equal(seedOwners.filter(({ inSalesforce }) => !inSalesforce).length, 1);
  });
});

describe('synthetic people', () => {
  test('are the same for the same numbers, with unique emails, half Leads and half Contacts', () => {
    const people = synthetic(2000, 7);
    assert.deepEqual(synthetic(2000, 7), people);
    assert.notDeepEqual(synthetic(2000, 8), people);
    assert.equal(new Set(people.map(emailOf)).size, 2000);
    assert.equal(people.filter(({ kind }) => kind === 'Lead').length, 1000);
  });
});

const results = z.looseObject({ results: z.array(z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) })), paging: z.looseObject({ next: z.looseObject({ after: z.string() }) }).optional() });
const all = async (sandbox: TestSandbox) => {
  const seen = [];
  let after = '';
  for (;;) {
    const { results: page, paging } = results.parse((await sandbox.call('GET', `/crm/v3/objects/contacts?limit=100&properties=email,phone,hubspot_owner_id${after}`)).body);
    seen.push(...page);
    if (!paging) return seen;
    after = `&after=${paging.next.after}`;
  }
};
const sizes = async (sandbox: TestSandbox): Promise<Record<string, [string, number]>> => {
  const { lists } = z.looseObject({ lists: z.array(z.looseObject({ name: z.string(), processingType: z.string(), processingStatus: z.literal('COMPLETE'), additionalProperties: z.record(z.string(), z.string()) })) }).parse((await sandbox.call('POST', '/crm/v3/lists/search', {})).body);
  return Object.fromEntries(lists.map((list) => [list.name, [list.processingType, Number(list.additionalProperties['hs_list_size'])]]));
};

describe('a seeded HubSpot', () => {
  test('holds the 120 people and the three segments with the members that their filters give', async () => {
    const sandbox = await testSandbox({ seed: { seed: 'us-500' } });
    const contacts = await all(sandbox);
    assert.equal(contacts.length, 120);
    const webmail = contacts.filter(({ properties }) => /@(gmail|yahoo|aol|hotmail)\./i.test(properties['email'] ?? '')).length;
    const phone = contacts.filter(({ properties }) => properties['phone']).length;
    assert.ok(webmail > 20 && webmail < 100 && phone < 120);
    assert.deepEqual(await sizes(sandbox), { 'Webmail prospects': ['DYNAMIC', webmail], 'Everyone with a phone': ['DYNAMIC', phone], 'Trade fair 2025': ['MANUAL', 30] });
    assert.ok(contacts.some(({ properties }) => properties['email'] === properties['email']?.toUpperCase()));
    assert.ok(contacts.every(({ properties }) => properties['hubspot_owner_id']));
  });

  test('takes 10,000 synthetic people', async () => {
    const sandbox = await testSandbox();
    await sandbox.control('POST', 'reset', { seed: 'synthetic', count: 10_000, random: 1 });
    const { total } = z.looseObject({ total: z.number() }).parse((await sandbox.call('POST', '/crm/v3/objects/contacts/search', {})).body);
    assert.equal(total, 10_000);
    assert.equal((await sizes(sandbox))['Webmail prospects']?.[1], synthetic(10_000, 1).filter(({ email }) => /@(gmail|yahoo|aol|hotmail)\./.test(email)).length);
  });
});
