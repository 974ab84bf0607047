import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();
const converted = z.looseObject({ contactId: z.string() });
const made = z.looseObject({ id: z.string() });

describe('section 7: conversions and merges', { concurrency: false }, () => {
  const scene = useScene(sluice, 'merges');
  const convert = async (body: object) => converted.parse(await scene().heard('salesforce', () => scene().person.does('salesforce', 'convert', body))).contactId;
  const merge = async (primary: string, loser: string) => made.parse(await scene().person.does('hubspot', 'merge', { primary, loser })).id;
  const linkOf = async (id: string) => (await scene().state(id)).salesforce?.id;
  const records = async () => (await Promise.all(['Lead', 'Contact'].map((type) => scene().salesforce.query(`SELECT Id FROM ${type}`)))).flat().length;

  for (const copyExternalId of [true, false]) {
    test(`Lead converted to a new Contact, which ${copyExternalId ? 'takes' : 'does not take'} the external id along: the link moves in one step, the base goes along, then one sync`, async () => {
      const s = scene();
      const { id, record } = await s.pair({ email: `ada-${copyExternalId}@firm.example`, phone: '555-1', city: 'Rome' });
      await s.quiet(id);
      const contact = await convert({ leadId: record, copyExternalId });
      await until('the link has moved', async () => (await linkOf(id)) === contact);
      await s.quiet(id);
      const { status, salesforce } = await s.state(id);
      assert.deepEqual([status, salesforce?.type], ['in-sync', 'Contact']);
      await s.salesforceHas(contact, 'HubSpot_Contact_Id__c', id);
      assert.equal((await s.hubspot.get(id))['salesforcecontactid'], contact);
      await s.person.edit(contact, { Phone: null, MailingCity: null });
      await s.hubspotHas(id, 'phone', null);
      await s.hubspotHas(id, 'city', null);
    });
  }

  test('Lead converted into an existing Contact: only its empty fields are filled, so values differ, and section 4 decides', async () => {
    const s = scene();
    const contact = await s.person.contact({ LastName: 'Boole', Title: 'Professor', Email: 'other@firm.example' });
    const { id, record } = await s.pair({ email: 'bob@firm.example', lastname: 'Boole', jobtitle: 'Clerk', fax: '555-2' });
    await convert({ leadId: record, contactId: contact });
    await s.hubspotHas(id, 'jobtitle', 'Professor');
    await s.quiet(id);
    assert.equal(await linkOf(id), contact);
    assert.equal((await s.salesforce.get('Contact', contact))['Fax'], '555-2');
  });

  test('Lead converted into a Contact that is linked elsewhere: review, and nothing is written until a person decides', async () => {
    const s = scene();
    const contact = await s.person.contact({ LastName: 'Curie', Email: 'carla@firm.example', Title: 'Chemist' });
    const holder = await s.pair({ email: 'carla@firm.example' });
    assert.equal(holder.record, contact);
    const { id, record } = await s.pair({ email: 'c.curie@firm.example', lastname: 'Curie', fax: '555-3' });
    await s.quiet(id, holder.id);
    await s.writes();
    await convert({ leadId: record, contactId: contact });
    const { review } = await s.become(id, 'needs-review');
    assert.match(review?.why ?? '', new RegExp(`belongs to HubSpot contact ${holder.id} already`));
    await s.heard('hubspot', () => s.hubspot.edit(id, { city: 'Paris' }));
    await s.become(id, 'needs-review');
    assert.equal((await s.salesforce.get('Contact', contact))['MailingCity'], null);
    const { status, salesforce } = await s.handle(id).executeUpdate(m.resolve, { args: [{ salesforceId: 'new' }] });
    assert.deepEqual([status, salesforce?.rung, salesforce?.type], ['in-sync', 'created', 'Contact'], 'the converted Lead keeps the external id, so no Lead can have it');
    assert.equal(await linkOf(holder.id), contact);
  });

  test('a converted Lead is never written again: where the conversion was not heard, the next sync goes to its Contact', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'dora@firm.example' });
    await s.quiet(id);
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    const { contactId } = converted.parse(await s.person.does('salesforce', 'convert', { leadId: record }));
    await s.salesforce.control('POST', 'cdc', { enabled: true });
    await s.hubspot.edit(id, { fax: '555-4' });
    await s.salesforceHas(contactId, 'Fax', '555-4');
    await s.quiet(id);
    const { status, salesforce } = await s.state(id);
    assert.deepEqual([status, salesforce?.id], ['in-sync', contactId]);
  });

  test('Salesforce merge with a master that is linked to another contact: review, proposing a merge in HubSpot, which ends it', async () => {
    const s = scene();
    const [master, loser] = [await s.pair({ email: 'finn@firm.example' }), await s.pair({ email: 'f.finn@firm.example' })];
    await s.quiet(master.id, loser.id);
    await s.heard('salesforce', () => s.person.does('salesforce', 'merge', { master: master.record, losers: [loser.record] }));
    const { review } = await s.become(loser.id, 'needs-review');
    assert.match(review?.why ?? '', new RegExp(`belongs to HubSpot contact ${master.id} already; perhaps the two contacts should be merged in HubSpot`));
    const survivor = await merge(master.id, loser.id);
    await s.become(survivor, 'in-sync');
    await s.become(loser.id, 'merged');
    assert.equal(await linkOf(survivor), master.record);
  });

  test('HubSpot merge: a third record with a new id keeps the former primary\'s link and base, losers end as merged, no Salesforce record is created, the other one is reported', async () => {
    const s = scene();
    const primary = await s.pair({ email: 'gwen@firm.example', phone: '555-5' });
    const loser = await s.pair({ email: 'g.gwen@firm.example' });
    await s.quiet(primary.id, loser.id);
    const count = await records();
    const survivor = await merge(primary.id, loser.id);
    const { salesforce, duplicates } = await s.become(survivor, 'in-sync');
    await s.quiet(survivor);
    assert.deepEqual([salesforce?.id, duplicates.map(({ id }) => id), await records()], [primary.record, [loser.record], count]);
    for (const { id } of [primary, loser]) assert.equal((await s.become(id, 'merged')).mergedInto, survivor);
    assert.equal((await s.salesforce.get('Lead', primary.record))['HubSpot_Contact_Id__c'], survivor);
    await s.person.edit(primary.record, { Phone: null });
    await s.hubspotHas(survivor, 'phone', null);
  });

  test('HubSpot merge: what Salesforce deleted just before is decided against the inherited base, also where the loser is the first to hand over', async () => {
    const s = scene();
    const [primary, loser] = [await s.pair({ email: 'hugo@firm.example', phone: '555-6' }), await s.pair({ email: 'h.hugo@firm.example' })];
    await s.quiet(primary.id, loser.id);
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    await s.person.edit(primary.record, { Phone: null });
    await s.salesforce.control('POST', 'cdc', { enabled: true });
    await s.signal(primary.id, m.pause);
    const survivor = await merge(primary.id, loser.id);
    await s.become(loser.id, 'merged');
    await s.handle(primary.id).signal(m.resume);
    await s.become(survivor, 'in-sync');
    await s.quiet(survivor);
    assert.deepEqual([(await s.hubspot.get(survivor))['phone'], (await s.salesforce.get('Lead', primary.record))['Phone']], [null, null]);
  });

  test('HubSpot merge: where only the loser has a link, the new record takes that', async () => {
    const s = scene();
    const loser = await s.pair({ email: 'ida@firm.example' });
    const primary = made.parse(await s.hubspot.api('POST', '/crm/v3/objects/contacts', { properties: { email: 'i.ida@firm.example' } })).id;
    const count = await records();
    const survivor = await merge(primary, loser.id);
    const { salesforce } = await s.become(survivor, 'in-sync');
    await s.quiet(survivor);
    assert.deepEqual([salesforce?.id, await records()], [loser.record, count]);
    await s.salesforceHas(loser.record, 'HubSpot_Contact_Id__c', survivor);
  });

  test('HubSpot merge of contacts that nobody knows yet: the new record syncs like any other', async () => {
    const s = scene();
    const [one, other] = await Promise.all(['kim@firm.example', 'k.kim@firm.example'].map(async (email) => made.parse(await s.hubspot.api('POST', '/crm/v3/objects/contacts', { properties: { email } })).id));
    const survivor = await merge(one ?? '', other ?? '');
    assert.equal((await s.become(survivor, 'in-sync')).salesforce?.rung, 'created');
  });
});
