import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { inSync, stateOnce, suiteEnd } from './suite.ts';

const sluice = await testSluice();

describe('who belongs to whom', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'claims');
    await withFeeds(end, s);
  });

  const person = (email: string, fields: object = {}) => ({ LastName: 'Hopper', Email: email, ...fields });
  const edit = (id: string, fields: object) => s.salesforce.control('POST', 'edit', { id, fields });
  const linked = (id: string, record: string) => stateOnce(s, id, `is linked to ${record}`, ({ status, salesforce }) => status === 'in-sync' && salesforce?.id === record);
  const jobtitle = (id: string, value: string) => until(`HubSpot has the title ${value}`, async () => (await s.hubspot.get(id)).jobtitle === value);

  test('R19 one Salesforce record for two people: the second claim goes to review, and nothing is written back and forth', async () => {
    const record = await s.salesforce.create('Contact', person('ada@firm.example', { Title: 'Countess' }));
    const first = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Hopper' });
    await linked(first, record);
    // The first one's email changes without reaching Salesforce, and another person gets the old one.
    await s.signal(first, m.pause);
    await s.hubspot.edit(first, { email: 'ada@home.example' });
    const second = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Byron', jobtitle: 'Poet' });
    const claim = await stateOnce(s, second, 'goes to review', ({ status }) => status === 'needs-review');
    assert.match(claim.reason, new RegExp(`belongs to HubSpot contact ${first} already`));
    assert.deepEqual(claim.review?.candidates, [{ type: 'Contact', id: record }]);
    // Salesforce gives the first one an email that is the second's by now.
    await s.signal(first, m.resume);
    assert.match((await stateOnce(s, first, 'goes to review', ({ status }) => status === 'needs-review')).reason, new RegExp(`Existing ID: ${second}`));
    await s.writes();
    await s.hubspot.edit(second, { jobtitle: 'Lord' });
    await edit(record, { Title: 'Engineer' });
    await until('both have looked again', async () => (await s.hubspot.calls()).byRoute['POST /crm/v3/objects/contacts/batch/update'] === 1);
    for (const id of [first, second]) await stateOnce(s, id, 'stays in review', ({ status }) => status === 'needs-review');
    const { Title, HubSpot_Contact_Id__c: holder } = await s.salesforce.get('Contact', record);
    assert.deepEqual([Title, holder, (await s.hubspot.get(second)).jobtitle, (await s.writes()).salesforce], ['Engineer', first, 'Lord', 0]);
  });

  test('R28 a contact does not hop between Lead and Contact with one email: its link moves only by conversion, merge or a person', async () => {
    const email = 'grace@navy.example';
    const lead = await s.salesforce.create('Lead', person(email, { Company: 'Navy' }));
    const id = await s.hubspot.create({ email, lastname: 'Hopper' });
    await linked(id, lead);
    const contact = await s.salesforce.create('Contact', person(email, { Title: 'Double' }));
    const further = await s.salesforce.create('Contact', person(email, { Title: 'Double' }));
    await s.salesforce.create('Lead', person(email, { Company: 'Navy', Title: 'Double' }));
    await s.hubspot.edit(id, { fax: '555-1' });
    await until('the Lead has the fax', async () => (await s.salesforce.get('Lead', lead)).Fax === '555-1');
    await edit(contact, { Title: 'Double again' });
    await edit(lead, { Title: 'Admiral' });
    await jobtitle(id, 'Admiral');
    await linked(id, lead);
    const claims = await s.salesforce.query(`SELECT Id FROM Lead WHERE HubSpot_Contact_Id__c = '${id}'`);
    assert.deepEqual([claims.map(({ Id }) => Id), (await s.salesforce.get('Contact', contact)).HubSpot_Contact_Id__c], [[lead], null]);
    const { contactId } = z.object({ contactId: z.string() }).parse(await s.salesforce.control('POST', 'convert', { leadId: lead }));
    await linked(id, contactId);
    await s.salesforce.control('POST', 'merge', { master: contact, losers: [contactId] });
    await linked(id, contact);
    const resolved = await s.handle(id).executeUpdate(m.resolve, { args: [{ salesforceId: further }] });
    assert.deepEqual([resolved.status, resolved.salesforce], ['in-sync', { type: 'Contact', id: further, rung: 'resolved' }], resolved.reason);
    assert.equal((await s.salesforce.get('Contact', contact)).HubSpot_Contact_Id__c, null, 'the record before lets go of the id, which is unique');
  });

  for (const inHubSpot of ['do-nothing', 'delete'] as const) {
    test(`R29 a Salesforce merge relinks the loser's contact and deletes nothing in HubSpot, with the setting "${inHubSpot}"`, async () => {
      await s.main.executeUpdate(m.changeSettings, { args: [{ deletes: { inHubSpot, graceHours: 0 } }] });
      const [one, two] = [`one@${inHubSpot}.example`, `two@${inHubSpot}.example`];
      const [loser, other] = [await s.salesforce.create('Contact', person(one)), await s.salesforce.create('Contact', person(two))];
      const [id, second] = [await s.hubspot.create({ email: one }), await s.hubspot.create({ email: two })];
      await linked(id, loser);
      await linked(second, other);
      const master = await s.salesforce.create('Contact', person(one));
      await s.salesforce.control('POST', 'merge', { master, losers: [loser] });
      await linked(id, master);
      await edit(master, { Title: 'Admiral' });
      await jobtitle(id, 'Admiral');
      // The master of the next one belongs to somebody else.
      await s.salesforce.control('POST', 'merge', { master, losers: [other] });
      const { reason, pendingDelete } = await stateOnce(s, second, 'goes to review', ({ status }) => status === 'needs-review');
      assert.match(reason, new RegExp(`${master} belongs to HubSpot contact ${id} already; perhaps the two contacts should be merged`));
      assert.deepEqual([pendingDelete, (await s.hubspot.get(id)).email, (await s.hubspot.get(second)).email], [null, one, two]);
    });
  }

  test('R30 beside a converted Lead the live Contact is linked at the first try', async () => {
    const email = 'alan@bletchley.example';
    const lead = await s.salesforce.create('Lead', person(email, { Company: 'Bletchley' }));
    const { contactId } = z.object({ contactId: z.string() }).parse(await s.salesforce.control('POST', 'convert', { leadId: lead }));
    const since = Date.now();
    const id = await s.hubspot.create({ email, jobtitle: 'Codebreaker' });
    assert.deepEqual((await inSync(s, id)).salesforce, { type: 'Contact', id: contactId, rung: 'contact-email' });
    assert.equal((await s.salesforce.get('Contact', contactId)).Title, 'Codebreaker');
    const { requests } = z.object({ requests: z.array(z.looseObject({ status: z.number().nullable() })) }).parse(await s.salesforce.control('GET', `requests?since=${since}`));
    assert.deepEqual(requests.filter(({ status }) => (status ?? 0) >= 400), []);
    assert.equal((await s.salesforce.get('Lead', lead)).HubSpot_Contact_Id__c, null);
    // Nor does it stand in the way of another Lead, once its Contact has another email.
    await edit(contactId, { Email: 'turing@bletchley.example' });
    await until('HubSpot has the new email', async () => (await s.hubspot.get(id)).email === 'turing@bletchley.example');
    const live = await s.salesforce.create('Lead', person(email, { Company: 'Bletchley' }));
    assert.equal((await inSync(s, await s.hubspot.create({ email }))).salesforce?.id, live);
  });

  test('R34 an existing customer becomes no Lead: the matching Contact wins, and the domain of one Account creates a Contact', async (t) => {
    const customer = await s.salesforce.create('Contact', person('mary@acme.example'));
    await s.salesforce.create('Lead', person('mary@acme.example', { Company: 'Acme' }));
    const mary = await s.hubspot.create({ email: 'mary@acme.example' });
    assert.deepEqual((await inSync(s, mary)).salesforce, { type: 'Contact', id: customer, rung: 'contact-email' });
    await s.main.executeUpdate(m.changeSettings, { args: [{ contactForAccountDomain: true }] });
    t.after(async () => { await s.main.executeUpdate(m.changeSettings, { args: [{ contactForAccountDomain: false }] }); });
    const account = await s.salesforce.create('Account', { Name: 'Acme', Website: 'https://www.acme.example/about' });
    for (const Name of ['Twice', 'Twice too']) await s.salesforce.create('Account', { Name, Website: 'twice.example' });
    const [john, jane] = [await s.hubspot.create({ email: 'john@acme.example', lastname: 'Doe' }), await s.hubspot.create({ email: 'jane@twice.example', lastname: 'Doe' })];
    const made = (await inSync(s, john)).salesforce;
    assert.equal(made?.type, 'Contact');
    assert.equal((await s.salesforce.get('Contact', made.id)).AccountId, account);
    assert.equal((await inSync(s, jane)).salesforce?.type, 'Lead', 'two Accounts of one domain decide nothing');
  });
});
