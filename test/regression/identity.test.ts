import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { ImportProgress } from '../../workflows/messages.ts';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { inSync, stateOnce, suiteEnd } from './suite.ts';

const sluice = await testSluice();

describe('one person, one record on each side', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'identity');
    const { mappings } = await s.main.query(m.settings);
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: mappings.map((one) => (one.hubspot === 'email' ? { ...one, rule: 'two-way' as const } : one)) }] });
    await withFeeds(end, s);
    // That a merge also tells of its losers' deletion is reported, but not documented.
    await s.hubspot.control('POST', 'webhooks', { mergeDeletions: false });
  });

  const leads = async (lastName: string) => s.salesforce.query(`SELECT Id, Email, HubSpot_Contact_Id__c, HasOptedOutOfEmail FROM Lead WHERE LastName = '${lastName}' ORDER BY Id`);
  async function linked(lastname: string, email = `${lastname}@gmail.example`): Promise<{ id: string; record: string }> {
    const id = await s.hubspot.create({ email: email.toLowerCase(), lastname });
    const { salesforce, reason } = await inSync(s, id);
    return { id, record: salesforce?.id ?? assert.fail(reason) };
  }
  const merge = async (primary: string, loser: string) => (await s.hubspot.control('POST', 'merge', { primary, loser }) as { id: string }).id;

  test('R7 a HubSpot merge makes the losing id vanish, chains are missed: the survivor keeps one link, no Salesforce record is created', async () => {
    const [a, b, c] = [await linked('Merged', 'a@merge.example'), await linked('Merged', 'b@merge.example'), await linked('Merged', 'c@merge.example')];
    const ab = await merge(a.id, b.id);
    const abc = await merge(c.id, ab);
    const { salesforce } = await inSync(s, abc);
    assert.equal(salesforce?.id, c.record, 'the primary of the last merge keeps its record');
    for (const { id } of [a, b, c]) await until(`contact ${id} says into whom it was merged`, async () => (await s.state(id)).status === 'merged');
    const records = await leads('Merged');
    assert.deepEqual(records.map(({ Id }) => Id), [a.record, b.record, c.record], 'none was created');
    assert.deepEqual(records.filter((one) => one.HubSpot_Contact_Id__c === abc).map(({ Id }) => Id), [c.record]);
  });

  test('R8 a 409 "Existing ID" ends a whole batch, two rows claim one contact: one item is matched again, the batch goes on, a double claim goes to review', async () => {
    const lead = (n: string) => s.salesforce.create('Lead', { LastName: 'Batch', Company: 'Firm', Email: `${n}@batch.example` });
    for (const n of ['one', 'two', 'three', 'twice', 'twice']) await lead(n);
    // Somebody creates one of them in HubSpot after the page has looked for it, and before it creates it.
    await s.hubspot.fault({ method: 'POST', path: '/batch\\/create$/', delayMs: 700, when: 'before' });
    const running = s.job('salesforceImport', 'batch', { object: 'Lead', where: "LastName = 'Batch'" });
    await until('the page creates its contacts', async () => Object.keys((await s.hubspot.calls()).byRoute).some((route) => route.endsWith('/batch/create')));
    const existing = await s.hubspot.create({ email: 'two@batch.example' });
    const { read, created, alreadyThere, duplicates, failed, now } = await running as ImportProgress;
    assert.deepEqual({ read, created, alreadyThere, duplicates, failed }, { read: 5, created: 3, alreadyThere: 1, duplicates: 1, failed: 0 });
    assert.equal(now.needsReview, 1);
    const { results } = await s.hubspot.api('POST', '/crm/v3/objects/contacts/batch/read', { idProperty: 'email', properties: ['email'], inputs: ['one', 'two', 'three', 'twice'].map((n) => ({ id: `${n}@batch.example` })) }) as { results: { id: string; properties: { email: string } }[] };
    const idOf = (n: string) => results.find(({ properties }) => properties.email === `${n}@batch.example`)?.id ?? '';
    assert.equal(idOf('two'), existing);
    for (const n of ['one', 'two', 'three']) await inSync(s, idOf(n));
    const claims = Object.fromEntries((await leads('Batch')).map((one) => [one.Email, one.HubSpot_Contact_Id__c]));
    assert.deepEqual(claims, { 'one@batch.example': idOf('one'), 'two@batch.example': existing, 'three@batch.example': idOf('three'), 'twice@batch.example': null });
    const { review } = await stateOnce(s, idOf('twice'), 'is in review', ({ status }) => status === 'needs-review');
    assert.equal(review?.candidates.length, 2);
  });

  test('R12 deleting a contact that does not exist answers 204: that proves nothing, it is asked whether it is archived or merged', async (t) => {
    const deletes = (inHubSpot: 'delete' | 'do-nothing') => s.main.executeUpdate(m.changeSettings, { args: [{ deletes: { inHubSpot, graceHours: 0 } }] });
    await deletes('delete');
    t.after(async () => {
      await s.hubspot.control('POST', 'webhooks', { drop: 0 });
      await deletes('do-nothing');
    });
    const asked = () => s.hubspot.callsTo(/^DELETE .*contacts\/:id$/);
    const one = await linked('Archived');
    await s.hubspot.forgetCalls();
    await s.hubspot.fault({ method: 'DELETE', path: '/contacts.\\d+$/', status: 204, when: 'before' });
    await s.salesforce.control('POST', 'delete', { id: one.record });
    await stateOnce(s, one.id, 'is deleted on both sides', ({ status, reason }) => status === 'deleted' && /the HubSpot contact was deleted too/.test(reason));
    const { archived } = await s.hubspot.api('GET', `/crm/v3/objects/contacts/${one.id}?archived=true`) as { archived: boolean };
    assert.deepEqual([archived, await asked()], [true, 2], 'the first answer was not believed');

    const [gone, other] = [await linked('Vanished'), await s.hubspot.create({ email: 'survivor@gmail.example', lastname: 'Survivor' })];
    await inSync(s, other);
    await s.hubspot.forgetCalls();
    await s.hubspot.fault({ method: 'DELETE', path: '/contacts.\\d+$/', delayMs: 700, when: 'before' });
    await s.salesforce.control('POST', 'delete', { id: gone.record });
    await until('it is about to be deleted', async () => (await asked()) === 1);
    await s.hubspot.control('POST', 'webhooks', { drop: 1 }); // no event tells of it
    const survivor = await merge(other, gone.id);
    const { mergedInto } = await stateOnce(s, gone.id, 'is merged', ({ status }) => status === 'merged');
    assert.equal(mergedInto, survivor);
  });

  test('R15 an email change makes a second contact: same link, one record on each side', async () => {
    const { id, record } = await linked('Changed');
    const contacts = await s.hubspot.count();
    await s.hubspot.edit(id, { email: 'from-hubspot@gmail.example' });
    await until('Salesforce has the email', async () => (await leads('Changed'))[0]?.Email === 'from-hubspot@gmail.example');
    await s.salesforce.control('POST', 'edit', { id: record, fields: { Email: 'from-salesforce@gmail.example' } });
    await until('HubSpot has the email', async () => (await s.hubspot.get(id))['email'] === 'from-salesforce@gmail.example');
    assert.equal((await inSync(s, id)).salesforce?.id, record);
    assert.deepEqual([(await leads('Changed')).length, await s.hubspot.count()], [1, contacts]);
  });

  test('R16 unsubscribed people are mailed after an email change: the opt-out stays with the pair', async () => {
    const { id, record } = await linked('Unsubscribed');
    await s.hubspot.control('POST', 'unsubscribe', { id });
    await until('Salesforce has the opt-out', async () => (await leads('Unsubscribed'))[0]?.HasOptedOutOfEmail === true);
    await s.salesforce.control('POST', 'edit', { id: record, fields: { Email: 'other@gmail.example' } });
    await until('HubSpot has the email', async () => (await s.hubspot.get(id))['email'] === 'other@gmail.example');
    await s.hubspot.edit(id, { email: 'another@gmail.example' });
    await until('Salesforce has the email', async () => (await leads('Unsubscribed')).some(({ Email }) => Email === 'another@gmail.example'));
    await inSync(s, id);
    assert.equal((await s.hubspot.get(id))['hs_email_optout'], 'true');
    assert.deepEqual((await leads('Unsubscribed')).map((one) => [one.Id, one.HasOptedOutOfEmail]), [[record, true]]);
  });

  test('R17 an invalid email makes a duplicate on every run: an error, no record, on each run', async () => {
    const id = await s.hubspot.create({ email: 'two..dots@gmail.example', lastname: 'Invalid' });
    for (const run of ['first', 'second']) {
      const { error } = await s.sync(id);
      assert.deepEqual([run, error?.category, (await leads('Invalid')).length], [run, 'property-value', 0]);
    }
    // Salesforce may be stricter than the syntax.
    await s.salesforce.fault({ row: { match: 'refused@gmail.example', code: 'INVALID_EMAIL_ADDRESS', fields: ['Email'] }, times: 4 });
    const refused = await s.hubspot.create({ email: 'refused@gmail.example', lastname: 'Refused' });
    for (const run of ['first', 'second']) {
      const { error } = await s.sync(refused);
      assert.deepEqual([run, error?.code, (await leads('Refused')).length], [run, 'INVALID_EMAIL_ADDRESS', 0]);
    }
    await s.salesforce.create('Lead', { LastName: 'Dots', Company: 'Firm', Email: 'dots@firm.123' });
    const contacts = await s.hubspot.count();
    for (const run of ['first', 'second']) {
      const { read, skipped } = await s.job('salesforceImport', run, { object: 'Lead', where: "LastName = 'Dots'" }) as ImportProgress;
      assert.deepEqual([run, read, skipped, await s.hubspot.count()], [run, 1, { 'invalid-email': 1 }, contacts]);
    }
  });
});
