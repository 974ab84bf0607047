import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();
type Sluice = Awaited<ReturnType<typeof sluice.open>>;

const property = { name: 'club', label: 'Club', type: 'string', fieldType: 'text', groupName: 'contactinformation' };
const field = { name: 'Club__c', type: 'string', length: 80 };
const fields = (s: Sluice, change: object) => s.salesforce.control('POST', 'fields', { object: 'Lead', ...change });

const log = z.object({ requests: z.array(z.object({ url: z.string(), status: z.number().nullable() })) });

/** A connection with one more mapping, club to Lead.Club__c, and three contacts in sync. */
async function open(t: Parameters<typeof sluice.open>[0], name: string) {
  const s = await sluice.open(t, name);
  await s.hubspot.api('POST', '/crm/v3/properties/contacts', property);
  await fields(s, { add: [field] });
  const { mappings } = await s.main.query(m.settings);
  await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [...mappings, { hubspot: 'club', lead: 'Club__c', rule: 'two-way' }] }] });
  await checked(s);
  const people = await Promise.all(['ada', 'grace', 'jean'].map(async (who) => {
    const id = await s.hubspot.create({ email: `${who}@firm.example`, lastname: who, club: 'Chess' });
    const { status, reason, salesforce } = await s.sync(id);
    assert.equal(status, 'in-sync', reason);
    return { id, record: salesforce?.id ?? '' };
  }));
  assert.equal((await s.salesforce.get('Lead', people[0]?.record ?? ''))['Club__c'], 'Chess');
  return { s, people, warnings: (await s.main.query(m.health)).warnings };
}

/** Asks for a check and waits for it. */
async function checked(s: Sluice): Promise<void> {
  await s.main.signal(m.check);
  await until('the accounts are checked', async () => (await s.main.query(m.settings)).checkedAt !== null);
}

/** Waits until the other side has the city too, and sees that nothing is wrong with the contact meanwhile. */
const cityComes = (s: Sluice, id: string, cityThere: () => Promise<unknown>) => until('the city has come, and nothing is wrong with the contact', async () => {
  const { status, pending, error } = await s.state(id);
  assert.equal(error, null);
  return status === 'in-sync' && pending === 0 && (await cityThere()) === 'Oslo';
});

const trigger = (s: Sluice, id: string, source: 'hubspot' | 'salesforce') => s.client.workflow.getHandle(`contact/${s.connection}/${id}`).signal(m.changed, { source, kind: 'change' });
const hits = async (s: Sluice, system: 'hubspot' | 'salesforce', route: RegExp) => Object.entries((await s[system].calls()).byRoute).reduce((sum, [name, n]) => sum + (route.test(name) ? n : 0), 0);

describe('section 8, property mapping: a field that is gone', { concurrency: false }, () => {
  test('in Salesforce: its mapping is suspended once with one warning, the contacts sync their other fields, and a check brings it back', async (t) => {
    const { s, people, warnings } = await open(t, 'gone-field');
    await fields(s, { remove: ['Club__c'] });
    await Promise.all(people.map(({ id }) => s.hubspot.edit(id, { club: 'Go', city: 'Oslo' })));
    await s.writes();
    for (const { id } of people) {
      await trigger(s, id, 'hubspot');
      await cityComes(s, id, async () => (await s.salesforce.query(`SELECT City FROM Lead WHERE Email = '${(await s.hubspot.get(id))['email']}'`))[0]?.['City']);
    }
    const { requests } = log.parse(await s.salesforce.control('GET', 'requests'));
    assert.equal(requests.filter(({ status, url }) => status === 400 && url.includes('Club__c')).length, 1, 'one query met it');
    await until('health says so', async () => (await s.main.query(m.health)).warnings.length === warnings.length + 1);
    const health = await s.main.query(m.health);
    assert.equal(health.status, 'ready');
    assert.match(health.warnings.find((one) => !warnings.includes(one)) ?? '', /^The mapping of club to Lead\.Club__c is skipped: Salesforce shows the integration user no field Club__c on Lead\.$/);

    await fields(s, { add: [field] });
    await checked(s);
    assert.deepEqual((await s.main.query(m.health)).warnings, warnings);
    const [{ id, record }] = people as [{ id: string; record: string }];
    assert.equal((await s.sync(id)).status, 'in-sync');
    assert.equal((await s.salesforce.get('Lead', record))['Club__c'], 'Go');
  });

  test('in HubSpot, which tells so only when it is written: the same, and the rest of the refused write goes out at once', async (t) => {
    const { s, people, warnings } = await open(t, 'gone-property');
    await s.hubspot.api('DELETE', '/crm/v3/properties/contacts/club');
    await Promise.all(people.map(({ record }) => s.salesforce.edit('Lead', record, { Club__c: 'Go', City: 'Oslo' })));
    await s.writes();
    for (const { id } of people) {
      await trigger(s, id, 'salesforce');
      await cityComes(s, id, async () => (await s.hubspot.get(id))['city']);
    }
    // The first is sent again without it; the others do not send it any more.
    assert.equal(await hits(s, 'hubspot', /batch\/update$/) - 1 - (await probes(s)), people.length);
    await until('health says so', async () => (await s.main.query(m.health)).warnings.length === warnings.length + 1);
    assert.match((await s.main.query(m.health)).warnings.find((one) => !warnings.includes(one)) ?? '', /^The mapping of club to Lead\.Club__c is skipped: HubSpot has no contact property club\.$/);
    await s.hubspot.api('POST', '/crm/v3/properties/contacts', property);
    await checked(s);
    assert.deepEqual((await s.main.query(m.health)).warnings, warnings);
  });

  test('one that both schemas still show keeps its contacts in error, until the mappings are corrected: then they sync by themselves', async (t) => {
    const { s, people } = await open(t, 'mismapped');
    const [{ id, record }] = people as [{ id: string; record: string }];
    await s.salesforce.fault({ path: '/composite/', row: { match: 'Shogi', code: 'INVALID_FIELD', fields: ['Club__c'] }, times: 1_000 });
    await s.hubspot.edit(id, { club: 'Shogi', city: 'Oslo' });
    await trigger(s, id, 'hubspot');
    await until('it is in error', async () => (await s.state(id)).status === 'error');
    const { error } = await s.state(id);
    assert.deepEqual([error?.category, error?.code, error?.nextAttemptAt], ['property-mapping', 'INVALID_FIELD', null]);
    assert.match(error?.remedy ?? '', /correct or remove its mapping/);
    assert.equal((await s.salesforce.get('Lead', record))['City'], 'Oslo');
    const { mappings } = await s.main.query(m.settings);
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: mappings.filter(({ hubspot }) => hubspot !== 'club') }] });
    await until('it is in sync', async () => (await s.state(id)).status === 'in-sync');
  });
});

/** A check of the accounts sends an update without rows, to see whether it may. */
async function probes(s: Sluice): Promise<number> {
  return hits(s, 'hubspot', /GET \/crm\/v3\/objects\/contacts$/);
}
