import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import { DEFAULT_MAPPINGS } from '../../sync/mapping.ts';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();
const owners = z.looseObject({ results: z.array(z.looseObject({ id: z.string(), email: z.string() })) });

describe('section 3: triggers', { concurrency: false }, () => {
  const scene = useScene(sluice, 'triggers');
  // Before the first webhook: the receiver remembers for a while what is mapped.
  before(() => scene().settings({ mappings: DEFAULT_MAPPINGS.map((mapping) => (mapping.hubspot === 'salutation' ? { ...mapping, rule: 'none' } : mapping)) }));

  test('HS: contact created, settings and gate permitting; a mapped property changes; owner changes', async () => {
    const s = scene();
    const { results: [first, second] } = owners.parse(await s.hubspot.api('GET', '/crm/v3/owners'));
    const { id, record } = await s.pair({ email: 'ada@firm.example', lastname: 'Lovelace', hubspot_owner_id: first?.id ?? '' });
    assert.equal((await s.state(id)).salesforce?.rung, 'created');
    await s.hubspot.edit(id, { fax: '555-1' });
    await s.salesforceHas(record, 'Fax', '555-1');
    await s.quiet(id);
    assert.equal((await s.state(id)).lastSync?.trigger, 'hubspot change');
    const [user] = await s.salesforce.query(`SELECT Id FROM User WHERE Email = '${second?.email ?? ''}'`);
    await s.hubspot.edit(id, { hubspot_owner_id: second?.id ?? '' });
    await s.salesforceHas(record, 'OwnerId', user?.['Id']);
  });

  test('SF: a mapped Lead or Contact field changes; owner changes', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'bob@firm.example' });
    const contact = await s.person.contact({ Email: 'carl@firm.example', LastName: 'Carlson' });
    const carl = await s.pair({ email: 'carl@firm.example' });
    assert.equal(carl.record, contact, 'the Contact that was there is linked');
    await s.person.edit(record, { Title: 'Engineer' });
    await s.hubspotHas(id, 'jobtitle', 'Engineer');
    await s.quiet(id);
    assert.equal((await s.state(id)).lastSync?.trigger, 'salesforce update');
    await s.person.edit(contact, { MailingCity: 'Rome' });
    await s.hubspotHas(carl.id, 'city', 'Rome');
    const { results: [, , owner] } = owners.parse(await s.hubspot.api('GET', '/crm/v3/owners'));
    const [user] = await s.salesforce.query(`SELECT Id FROM User WHERE Email = '${owner?.email ?? ''}'`);
    await s.person.edit(record, { OwnerId: user?.['Id'] });
    await s.hubspotHas(id, 'hubspot_owner_id', owner?.id ?? null);
  });

  test('a contact without email does not sync and is waiting with that reason; the email that it gains triggers it', async () => {
    const s = scene();
    const id = await s.hubspot.create({ lastname: 'Nemo' });
    const waiting = await s.become(id, 'waiting');
    assert.match(waiting.reason, /no email address/);
    assert.equal(waiting.salesforce, null);
    await s.hubspot.edit(id, { email: 'nemo@firm.example' });
    assert.equal((await s.become(id, 'in-sync')).salesforce?.rung, 'created');
  });

  test('while the connection is paused triggers are noted, and each contact syncs once on resume', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'dora@firm.example' });
    const decisions = (await s.handle(id).query(m.history)).length;
    await s.main.signal(m.pause);
    await s.writesNothing(async () => {
      for (const fax of ['555-1', '555-2', '555-3']) await s.heard('hubspot', () => s.hubspot.edit(id, { fax }));
      await s.heard('salesforce', () => s.person.edit(record, { Title: 'Engineer' }));
      await s.become(id, 'paused');
      assert.ok((await s.state(id)).pending > 0);
    });
    await s.main.signal(m.resume);
    await s.become(id, 'in-sync');
    await s.quiet(id);
    assert.deepEqual([(await s.salesforce.get('Lead', record))['Fax'], (await s.hubspot.get(id))['jobtitle']], ['555-3', 'Engineer']);
    assert.equal((await s.handle(id).query(m.history)).length, decisions + 1, 'one sync for all');
  });

  // What does not start a sync.
  let pair: Awaited<ReturnType<ReturnType<typeof scene>['pair']>>;

  test('HS: a property without a mapping, or mapped "Don\'t sync"', async () => {
    const s = scene();
    pair = await s.pair({ email: 'edna@firm.example' });
    const { lastSync } = await s.state(pair.id);
    const { counts } = await s.feed('hubspot');
    await s.writesNothing(async () => {
      await s.hubspot.edit(pair.id, { salutation: 'Dr.', message: 'What is Sluice?' });
      await s.quiet();
      await s.poll('hubspot');
    }, pair.id);
    assert.deepEqual((await s.state(pair.id)).lastSync, lastSync);
    assert.deepEqual([(await s.feed('hubspot')).counts.told - counts.told, (await s.salesforce.get('Lead', pair.record))['Salutation']], [0, null]);
  });

  test('creating or changing a mapping: existing values do not follow by themselves', async () => {
    const s = scene();
    const { lastSync } = await s.state(pair.id);
    await s.relabelled(() => s.settings({ mappings: [...DEFAULT_MAPPINGS, { hubspot: 'message', lead: 'Description', contact: 'Description', rule: 'salesforce-unless-blank' }] }));
    await s.quiet(pair.id);
    assert.deepEqual((await s.state(pair.id)).lastSync, lastSync);
    const { Description, Salutation } = await s.salesforce.get('Lead', pair.record);
    assert.deepEqual([Description, Salutation], [null, null]);
    await s.settings({ mappings: DEFAULT_MAPPINGS.filter(({ hubspot }) => hubspot !== 'salutation') });
  });

  test('SF: a change of unmapped fields only is read, and nothing differs: no write', async () => {
    const s = scene();
    await s.writesNothing(() => s.heard('salesforce', () => s.person.edit(pair.record, { Rating: 'Hot' })), pair.id);
    assert.equal((await s.state(pair.id)).status, 'in-sync');
  });

  test('an echo: what Sluice wrote comes back by polls too, is read, and nothing is written', async () => {
    const s = scene();
    await s.hubspot.edit(pair.id, { phone: '+45 5550 1' });
    await s.salesforceHas(pair.record, 'Phone', '+45 5550 1');
    await s.writesNothing(async () => {
      await s.poll('hubspot');
      await s.poll('salesforce');
    }, pair.id);
    assert.ok((await s.feed('salesforce')).counts.read > 0);
  });

  test('selecting, changing or clearing the segment; a trigger that met the closed gate is not replayed on admission', async () => {
    const s = scene();
    const [none, some] = [await s.hubspot.segment('Nobody', 'email', ['@nowhere.']), await s.hubspot.segment('Firm', 'email', ['@firm.'])];
    await s.writesNothing(async () => {
      await s.relabelled(() => s.select(none));
      await s.become(pair.id, 'outside-segment');
      await s.heard('hubspot', () => s.hubspot.edit(pair.id, { mobilephone: '555-7' }));
      assert.equal((await s.settled(pair.id)).pending, 0);
      await s.relabelled(() => s.select(some));
      await s.become(pair.id, 'waiting');
      await s.relabelled(() => s.clearSegment());
    }, pair.id);
    assert.equal((await s.state(pair.id)).status, 'waiting');
    await s.hubspot.edit(pair.id, { city: 'Rome' });
    await s.salesforceHas(pair.record, 'City', 'Rome');
    assert.equal((await s.salesforce.get('Lead', pair.record))['MobilePhone'], '555-7', 'the catch-up reads everything anyway');
  });

  test('lifecycle stage counts like any mapped property, but moves forward only: one that goes back in Salesforce is no endless write', async () => {
    const s = scene();
    await s.settings({ mappings: [...DEFAULT_MAPPINGS, { hubspot: 'lifecyclestage', lead: 'Description', contact: 'Description', rule: 'salesforce-unless-blank' }] });
    await s.person.edit(pair.record, { Description: 'customer' });
    await s.hubspotHas(pair.id, 'lifecyclestage', 'customer');
    await s.quiet(pair.id);
    await s.writes();
    await s.heard('salesforce', () => s.person.edit(pair.record, { Description: 'lead' }));
    await s.quiet(pair.id);
    assert.deepEqual([(await s.hubspot.get(pair.id))['lifecyclestage'], await s.writes()], ['customer', { hubspot: 1, salesforce: 0 }]);
  });
});
