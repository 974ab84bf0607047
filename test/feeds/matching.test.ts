import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

describe('section 6: matching and creation', { concurrency: false }, () => {
  const scene = useScene(sluice, 'matching');
  const resolve = (id: string, salesforceId: string) => scene().handle(id).executeUpdate(m.resolve, { args: [{ salesforceId }] });
  const leads = async (email: string) => (await scene().salesforce.query(`SELECT Id FROM Lead WHERE Email = '${email}'`)).map(({ Id }) => String(Id));

  test('external id: the record that holds this contact\'s id is linked, whatever its email, and a person\'s edit of either reaches the other', async () => {
    const s = scene();
    const { id } = await s.hubspot.api('POST', '/crm/v3/objects/contacts', { properties: { email: 'ada@firm.example' } }) as { id: string };
    const lead = await s.person.lead({ Email: 'lovelace@other.example', HubSpot_Contact_Id__c: id, Title: 'Countess' });
    const { salesforce } = await s.become(id, 'in-sync');
    assert.deepEqual([salesforce?.id, salesforce?.rung], [lead, 'external-id']);
    await s.hubspotHas(id, 'jobtitle', 'Countess');
  });

  test('the other way: a new record finds its contact by secondary email, compared without case and trimmed', async () => {
    const s = scene();
    await s.settings({ createAs: 'never' });
    const [one, other] = [await s.hubspot.create({ email: 'bob@firm.example' }), await s.hubspot.create({ email: 'old.bob@firm.example' })];
    const { id } = await s.person.does('hubspot', 'merge', { primary: one, loser: other }) as { id: string };
    await s.become(id, 'waiting');
    const count = await s.hubspot.count();
    const lead = await s.person.lead({ Email: 'OLD.Bob@firm.example', Title: 'Clerk' });
    assert.equal((await s.become(id, 'in-sync')).salesforce?.id, lead);
    assert.equal(await s.hubspot.count(), count);
    await s.settings({ createAs: 'Lead' });
  });

  test('more than one on a rung: needs-review with the candidates, nothing written; a person resolves it with an id', async () => {
    const s = scene();
    const [one, other] = [await s.person.lead({ Email: 'carla@firm.example' }), await s.person.lead({ Email: 'carla@firm.example', Title: 'Chemist' })];
    await s.quiet();
    await s.writes();
    const id = await s.hubspot.create({ email: 'carla@firm.example', fax: '555-1' });
    const { review, next } = await s.become(id, 'needs-review');
    await s.quiet(id);
    assert.deepEqual([review?.candidates.map((c) => c.id).sort(), await s.writes()], [[one, other].sort(), { hubspot: 0, salesforce: 0 }]);
    assert.match(next ?? '', /send the update "resolve"/);
    const { status, salesforce } = await resolve(id, other);
    assert.deepEqual([status, salesforce?.id, salesforce?.rung], ['in-sync', other, 'resolved']);
    await s.salesforceHas(other, 'Fax', '555-1');
    await s.hubspotHas(id, 'jobtitle', 'Chemist');
    assert.equal((await s.salesforce.get('Lead', one))['HubSpot_Contact_Id__c'], null);
  });

  test('a review resolved with "new" makes another record; with "ignore" the contact is left out until a person resyncs it', async () => {
    const s = scene();
    for (const email of ['dora@firm.example', 'edna@firm.example']) await Promise.all([s.person.lead({ Email: email }), s.person.lead({ Email: email })]);
    const [dora, edna] = [await s.hubspot.create({ email: 'dora@firm.example', lastname: 'Dora' }), await s.hubspot.create({ email: 'edna@firm.example', lastname: 'Edna' })];
    for (const id of [dora, edna]) await s.become(id, 'needs-review');
    const made = await resolve(dora, 'new');
    assert.deepEqual([made.status, made.salesforce?.rung, (await leads('dora@firm.example')).length], ['in-sync', 'created', 3]);
    assert.equal((await resolve(edna, 'ignore')).status, 'waiting');
    await s.writesNothing(() => s.heard('hubspot', () => s.hubspot.edit(edna, { fax: '555-2' })), edna);
    assert.match((await s.state(edna)).reason, /A person decided to leave it out/);
    assert.equal((await s.sync(edna)).status, 'needs-review');
  });

  test('resolved with a record that belongs to another contact, by its claim or by its link: review again, nothing is written, and the link stays where it was', async () => {
    const s = scene();
    const claimed = await s.pair({ email: 'finn@firm.example' });
    const { id, record } = await s.pair({ email: 'gwen@firm.example', fax: '555-3' });
    await s.quiet(claimed.id, id);
    await s.writesNothing(async () => {
      const answer = await resolve(id, claimed.record);
      assert.equal(answer.status, 'needs-review');
      assert.match(answer.reason, new RegExp(`belongs to HubSpot contact ${claimed.id} already`));
      assert.equal(answer.salesforce?.id, record);
    }, claimed.id, id);
    await s.person.edit(claimed.record, { Title: 'Mate' });
    await s.hubspotHas(claimed.id, 'jobtitle', 'Mate');
    assert.equal((await s.sync(id)).status, 'in-sync');

    const members = await s.hubspot.segment('Members', 'message', ['member']);
    await s.settings({ createInHubSpot: 'on-create' });
    await s.relabelled(() => s.select(members));
    const lead = await s.person.lead({ Email: 'hugo@firm.example' });
    let frozen: string | null = null;
    await until('the contact is created', async () => (frozen = (await s.main.executeUpdate(m.findContact, { args: [{ email: 'hugo@firm.example' }] })).hubspotId) !== null);
    await s.become(frozen ?? '', 'outside-segment');
    const member = await s.hubspot.create({ email: 'h.hugo@firm.example', message: 'member' });
    await s.become(member, 'in-sync');
    await s.quiet(member);
    assert.equal((await resolve(member, lead)).status, 'needs-review');
    assert.equal((await s.salesforce.get('Lead', lead))['HubSpot_Contact_Id__c'], null);
    await s.settings({ createInHubSpot: 'never' });
    await s.relabelled(() => s.clearSegment());
  });

  test('before each write the record\'s external id must be blank or ours: another\'s means review and no write', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'ida@firm.example' });
    await s.person.edit(record, { HubSpot_Contact_Id__c: '999999' });
    await s.hubspot.edit(id, { fax: '555-4' });
    assert.match((await s.become(id, 'needs-review')).reason, /belongs to HubSpot contact 999999 already/);
    assert.equal((await s.salesforce.get('Lead', record))['Fax'], null);
  });

  test('a further record with the email of a linked contact changes nothing: it is reported under duplicates, and no link hops to it', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'jan@firm.example', jobtitle: 'Clerk' });
    let further = '';
    await s.writesNothing(async () => {
      further = await s.heard('salesforce', () => s.person.contact({ Email: 'jan@firm.example', Title: 'Double' }));
    }, id);
    const { status, salesforce, duplicates } = await s.state(id);
    assert.deepEqual([status, salesforce?.id, duplicates], ['in-sync', record, [{ type: 'Contact', id: further }]]);
  });

  test('a link whose record the integration user can no longer see is a permissions error; the record is never created again for that', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'kim@firm.example' });
    await s.quiet(id);
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    await s.person.does('salesforce', 'delete', { id: record });
    await s.person.does('salesforce', 'empty-bin', {});
    await s.salesforce.control('POST', 'cdc', { enabled: true });
    await s.hubspot.edit(id, { fax: '555-5' });
    const { error } = await s.become(id, 'error');
    assert.equal(error?.category, 'permissions', error?.message);
    await s.heard('hubspot', () => s.hubspot.edit(id, { city: 'Oslo' }));
    await s.become(id, 'error');
    assert.deepEqual(await leads('kim@firm.example'), []);
  });

  test('creation in Salesforce is an upsert on the external id: an answer that got lost makes no second record', async () => {
    const s = scene();
    await s.salesforce.fault({ method: 'PATCH', path: '/composite.sobjects.Lead.HubSpot_Contact_Id__c/', when: 'after', reset: true });
    const id = await s.hubspot.create({ email: 'lea@firm.example', lastname: 'Lea' });
    await s.become(id, 'in-sync');
    assert.equal((await leads('lea@firm.example')).length, 1);
  });

  test('a duplicate rule hit with exactly one match, with the same email and no link, is linked; otherwise review', async () => {
    const s = scene();
    await s.salesforce.control('POST', 'duplicate-rules', { object: 'Lead', mode: 'block' });
    await s.salesforce.fault({ method: 'PATCH', path: '/composite.sobjects.Lead.HubSpot_Contact_Id__c/', delayMs: 700, when: 'before' });
    await s.salesforce.forgetCalls();
    const id = await s.hubspot.create({ email: 'mona@firm.example', lastname: 'Mona' });
    await until('the record is about to be created', async () => Object.keys((await s.salesforce.calls()).byRoute).some((route) => route.startsWith('PATCH')));
    const lead = await s.person.lead({ Email: 'mona@firm.example' });
    assert.equal((await s.become(id, 'in-sync')).salesforce?.id, lead);
    assert.deepEqual(await leads('mona@firm.example'), [lead]);
    const both = [await s.person.lead({ Email: 'nils@firm.example' }), await s.person.lead({ Email: 'nils@firm.example' })];
    const nils = await s.hubspot.create({ email: 'nils@firm.example' });
    await s.become(nils, 'needs-review');
    const { status, review } = await resolve(nils, 'new');
    assert.deepEqual([status, review?.candidates.map((c) => c.id).sort()], ['needs-review', both.sort()]);
  });
});
