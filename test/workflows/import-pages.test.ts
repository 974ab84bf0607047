import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportProgress } from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { activitiesOf } from './fakes/mock-activities.ts';

const sluice = await testSluice();
const person = (n: number) => ({ Email: `p${n}@gmail.example`, LastName: `P${n}`, Company: 'Firm', Title: 'Boss' });

/** A contact whose additional email came by a merge. */
async function twoEmails(hubspot: Awaited<ReturnType<typeof testSluice>>['hubspot']): Promise<string> {
  const primary = await hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
  const loser = await hubspot.create({ email: 'ada@work.example' });
  const { id } = await hubspot.control('POST', 'merge', { primary, loser }) as { id: string };
  return id;
}

describe('what a page of an import counts and links', () => {
  test('two records whose emails belong to one contact are one contact and a duplicate: the counts add up', async (t) => {
    const s = await sluice.open(t, 'two-emails');
    await twoEmails(s.hubspot);
    for (const Email of ['ada@gmail.example', 'ada@work.example']) await s.salesforce.create('Lead', { ...person(1), Email });
    const { read, created, alreadyThere, duplicates, failed, skipped } = await activitiesOf(s).run('importPage', { object: 'Lead', where: '', after: '', upTo: 'zzzzzzzzzzzzzzzzzz' });
    assert.deepEqual({ read, created, alreadyThere, duplicates, failed, skipped }, { read: 2, created: 0, alreadyThere: 1, duplicates: 1, failed: 0, skipped: {} });
  });

  test("a contact's primary email is looked up before an additional one that the page came by", async (t) => {
    const s = await sluice.open(t, 'primary-first');
    const id = await twoEmails(s.hubspot);
    const contact = await s.salesforce.create('Contact', { Email: 'ada@gmail.example', LastName: 'Lovelace' });
    await s.salesforce.create('Lead', { ...person(1), Email: 'ada@work.example' });
    await activitiesOf(s).run('importPage', { object: 'Lead', where: '', after: '', upTo: 'zzzzzzzzzzzzzzzzzz' });
    const [lead] = await s.salesforce.query('SELECT HubSpot_Contact_Id__c FROM Lead');
    assert.equal(lead?.HubSpot_Contact_Id__c ?? null, null, 'the Lead belongs to nobody');
    assert.equal((await s.salesforce.get('Contact', contact)).HubSpot_Contact_Id__c, id);
  });

  test('a create that HubSpot did not answer is looked up and goes on: nobody is left behind as failed', async (t) => {
    const s = await sluice.open(t, 'lost-create');
    for (let n = 0; n < 120; n++) await s.salesforce.create('Lead', person(n));
    // The first batch of 100 passes; the answer to the second is lost after its effect.
    await s.hubspot.fault({ method: 'POST', path: '/batch\\/create$/', delayMs: 1, times: 1 });
    await s.hubspot.fault({ method: 'POST', path: '/batch\\/create$/', reset: true, when: 'after', times: 1 });
    const result = await s.job('salesforceImport', 'first', { object: 'Lead' }) as { failed: number; created: number; now: { filled: number; filling: number } };
    assert.deepEqual({ failed: result.failed, created: result.created, now: result.now.filled + result.now.filling }, { failed: 0, created: 120, now: 120 });
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead WHERE HubSpot_Contact_Id__c = null')).length, 0);
  });

  test('what a page created and claimed before it was cut off, it fills itself when it is repeated: no contact needs a sync of its own', async (t) => {
    const s = await sluice.open(t, 'cut-off');
    for (let n = 0; n < 20; n++) await s.salesforce.create('Lead', person(n));
    await s.hubspot.fault({ method: 'POST', path: '/batch\\/update$/', status: 502, times: 4 }); // as often as one call is sent
    const { created, now } = await s.job('salesforceImport', 'first', { object: 'Lead' }) as ImportProgress;
    assert.deepEqual([created, now.filled, now.filling], [20, 20, 0]);
    const contacts = await s.hubspot.api('GET', '/crm/v3/objects/contacts?limit=100&properties=lastname') as { results: { properties: { lastname: string | null } }[] };
    assert.deepEqual(new Set(contacts.results.map(({ properties }) => properties.lastname)), new Set(Array.from({ length: 20 }, (_, n) => `P${n}`)));
  });

  test('a record that was locked for a moment while its page was written is synced all the same', async (t) => {
    const s = await sluice.open(t, 'row-lock');
    for (let n = 0; n < 3; n++) await s.salesforce.create('Lead', person(n));
    const [lead] = await s.salesforce.query("SELECT Id FROM Lead WHERE Email = 'p1@gmail.example'");
    await s.salesforce.fault({ row: { match: String(lead?.Id), code: 'UNABLE_TO_LOCK_ROW' }, times: 1 });
    await s.job('salesforceImport', 'first', { object: 'Lead' });
    await until('the locked Lead was claimed', async () => (await s.salesforce.query('SELECT Id FROM Lead WHERE HubSpot_Contact_Id__c = null')).length === 0, 10_000);
  });
});
