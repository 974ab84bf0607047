import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

/** The criteria of a segment: `message`, which no mapping has, holds one of these words. */
const holding = (...values: string[]) => ({
  filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [{ filterType: 'PROPERTY', property: 'message', operation: { operationType: 'MULTISTRING', operator: 'CONTAINS', values } }] }],
});

describe('S1, S2 and S3: joining and leaving the segment', { concurrency: false }, () => {
  const scene = useScene(sluice, 'joining');
  let segment: string;
  const join = async (id: string) => {
    const { counts: { joined } } = await scene().feed('hubspot');
    await scene().hubspot.edit(id, { message: 'member' });
    await until(`${id} was read as a joiner`, async () => (await scene().feed('hubspot')).counts.joined > joined);
    await scene().quiet();
  };

  test('S3.3 when a new or existing contact joins the segment in force, it is triggered; who joined before it was chosen is not', async () => {
    const s = scene();
    const early = await s.hubspot.api('POST', '/crm/v3/objects/contacts', { properties: { email: 'early@firm.example', message: 'member' } }) as { id: string };
    segment = await s.hubspot.segment('Members', 'message', ['member']);
    await s.relabelled(() => s.select(segment));
    const existing = await s.hubspot.create({ email: 'ada@firm.example' });
    await s.quiet();
    await s.hubspot.edit(existing, { message: 'member' });
    assert.equal((await s.become(existing, 'in-sync')).lastSync?.trigger, 'segment joined');
    const fresh = await s.hubspot.create({ email: 'bob@firm.example', message: 'member' });
    const { segment: shown } = await s.become(fresh, 'in-sync');
    assert.deepEqual([shown?.id, shown?.member, typeof shown?.joinedAt], [segment, true, 'string']);
    assert.equal(await s.state(early.id).catch(() => null), null, 'a member at selection has no workflow');
  });

  test('reading who joined costs one call where nobody did', async () => {
    const s = scene();
    await s.quiet();
    await s.hubspot.forgetCalls();
    await until('two reads have gone by', async () => ((await s.hubspot.calls()).byRoute['GET /crm/v3/lists/:listId/memberships/join-order'] ?? 0) >= 2);
    const { total, byRoute } = await s.hubspot.calls();
    assert.equal(total, byRoute['GET /crm/v3/lists/:listId/memberships/join-order'], JSON.stringify(byRoute));
  });

  test('S1.5 and S1.6 who left is frozen from the next decision on, and one catch-up on joining decides all changes made meanwhile', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'carla@firm.example', message: 'member', phone: '555-1', city: 'Rome' });
    const before = await s.state(id);
    await s.writesNothing(async () => {
      await s.hubspot.edit(id, { message: '' });
      await s.heard('hubspot', () => s.hubspot.edit(id, { fax: '555-9' }));
      await s.become(id, 'outside-segment');
      await s.heard('salesforce', () => s.person.edit(record, { Phone: null, Title: 'Engineer' }));
      await s.heard('salesforce', () => s.person.edit(record, { City: 'Oslo' }));
    }, id);
    const left = await s.state(id);
    assert.deepEqual([left.status, left.segment?.member, left.salesforce, left.lastSync], ['outside-segment', false, before.salesforce, before.lastSync]);
    assert.equal((await s.hubspot.get(id))['salesforceleadid'], record, 'the Salesforce ids kept in HubSpot stay');
    const decisions = (await s.handle(id).query(m.history)).length;
    await join(id);
    const back = await s.become(id, 'in-sync');
    await s.quiet(id);
    const { phone, jobtitle, city } = await s.hubspot.get(id);
    assert.deepEqual({ phone, jobtitle, city }, { phone: null, jobtitle: 'Engineer', city: 'Oslo' }, 'Salesforce deleted, set and changed it: rows 12, 8 and 16 need the base');
    assert.equal((await s.salesforce.get('Lead', record))['Fax'], '555-9');
    assert.deepEqual([back.lastSync?.trigger, (await s.handle(id).query(m.history)).length], ['segment joined', decisions + 1]);
  });

  test('S1.5 a conversion of the frozen pair is heard and noted, without a write', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'dora@firm.example', message: 'member' });
    await s.hubspot.edit(id, { message: '' });
    await s.heard('hubspot', () => s.hubspot.edit(id, { fax: '555-9' }));
    await s.become(id, 'outside-segment');
    let contact = '';
    await s.writesNothing(async () => {
      await s.heard('salesforce', async () => { ({ contactId: contact } = await s.person.does('salesforce', 'convert', { leadId: record }) as { contactId: string }); });
      await until('the link has moved', async () => (await s.state(id)).salesforce?.id === contact);
    }, id);
    assert.equal((await s.state(id)).status, 'outside-segment');
    await join(id);
    await s.become(id, 'in-sync');
    await s.salesforceHas(contact, 'HubSpot_Contact_Id__c', id);
    await s.salesforceHas(contact, 'Fax', '555-9');
  });

  test('leavers are noticed by a sweep when the size changed by more than the joiners explain', async () => {
    const s = scene();
    const [one, other] = [await s.pair({ email: 'edna@firm.example', message: 'member' }), await s.pair({ email: 'finn@firm.example', message: 'member' })];
    await s.quiet(one.id, other.id);
    await s.sizeKnown();
    await s.relabelled(async () => {
      await s.hubspot.edit(one.id, { message: '' });
      await s.hubspot.edit(other.id, { message: '' });
    });
    for (const { id } of [one, other]) assert.equal((await s.become(id, 'outside-segment')).lastSync?.trigger !== undefined, true);
  });

  test('S2.5 when the criteria are edited, contacts that join are triggered, contacts that leave are frozen, the rest are untouched; many joiners go as a page', async () => {
    const s = scene();
    const stays = await s.pair({ email: 'gwen@firm.example', message: 'member, old hand' });
    const leaves = await s.pair({ email: 'hugo@firm.example', message: 'member' });
    const untouched = await s.state(stays.id);
    const many = await Promise.all(Array.from({ length: 21 }, (_, i) => s.hubspot.create({ email: `many${i}@firm.example`, lastname: `Many ${i}`, message: 'newcomer' })));
    const frozen = await s.hubspot.create({ email: 'ida@firm.example', message: 'newcomer' });
    await s.signal(frozen, m.look);
    await s.quiet(frozen);
    await s.writes();
    await s.hubspot.api('PUT', `/crm/v3/lists/${segment}/update-list-filters`, { filterBranch: holding('old hand', 'newcomer') });
    assert.equal((await s.become(frozen, 'in-sync')).lastSync?.trigger, 'segment joined');
    for (const id of many) await s.become(id, 'in-sync');
    await s.become(leaves.id, 'outside-segment');
    const triggers = await Promise.all(many.map(async (id) => (await s.state(id)).lastSync?.trigger));
    assert.deepEqual([...new Set(triggers)], ['joined']);
    const { hubspot, salesforce } = await s.writes();
    assert.ok(hubspot + salesforce < 15, `${hubspot} and ${salesforce} writes for 22 contacts`);
    assert.deepEqual((await s.state(stays.id)).lastSync, untouched.lastSync);
  });

  test('S3.5 when another segment is chosen zero writes follow: contacts in the former only are frozen, in the new one only wait for a trigger, in both go on', async () => {
    const s = scene();
    const both = await s.pair({ email: 'jan@firm.example', message: 'newcomer and guest' });
    const former = await s.pair({ email: 'kim@firm.example', message: 'newcomer' });
    const next = await s.hubspot.create({ email: 'lea@firm.example', message: 'guest' });
    await s.signal(next, m.look);
    segment = await s.hubspot.segment('Guests', 'message', ['guest']);
    await s.writesNothing(async () => {
      await s.relabelled(() => s.select(segment));
      await s.become(former.id, 'outside-segment');
      await s.become(next, 'waiting');
    }, both.id, former.id, next);
    assert.equal((await s.state(both.id)).status, 'in-sync');
    await s.hubspot.edit(next, { fax: '555-3' });
    await s.become(next, 'in-sync');
  });

  test('S3.3 who joined just before another segment was chosen is triggered where that one lets it, though it was read later', async () => {
    const s = scene();
    const [former, other] = [await s.hubspot.segment('Earlier', 'message', ['early bird']), await s.hubspot.segment('Later', 'message', ['latecomer'])];
    await s.relabelled(() => s.select(former));
    const [both, one] = [await s.hubspot.create({ email: 'quinn@firm.example', lastname: 'Quinn' }), await s.hubspot.create({ email: 'ruth@firm.example', lastname: 'Ruth' })];
    await s.sizeKnown();
    await s.quiet();
    const reads = await s.hubspot.callsTo(/join-order/);
    await s.hubspot.fault({ method: 'GET', path: '/join-order/', status: 503, times: 1000 });
    await until('a read has failed', async () => (await s.hubspot.callsTo(/join-order/)) > reads);
    await s.hubspot.edit(both, { message: 'early bird, latecomer' });
    await s.hubspot.edit(one, { message: 'early bird' });
    await s.relabelled(() => s.select(other));
    const failed = await s.hubspot.callsTo(/join-order/);
    // A read that began under the former segment has given up by then: one call is sent four times.
    await until('another read has begun', async () => (await s.hubspot.callsTo(/join-order/)) >= failed + 5);
    await s.hubspot.noFaults();
    assert.equal((await s.become(both, 'in-sync')).lastSync?.trigger, 'segment joined');
    await s.quiet();
    assert.equal(await s.state(one).catch(() => null), null, 'a non-member of the present segment hears nothing');
    await s.relabelled(() => s.select(segment));
  });

  test('S6.5 when an imported contact that is email-only joins, joining triggers the fill', async () => {
    const s = scene();
    await s.settings({ looksAfterSeconds: [] });
    await s.person.lead({ Email: 'mona@firm.example', LastName: 'Mona', Title: 'Painter' });
    await s.job('salesforceImport', 'first', { object: 'Lead', where: "Email = 'mona@firm.example'" });
    const { hubspotId } = await s.main.executeUpdate(m.findContact, { args: [{ email: 'mona@firm.example' }] });
    const id = hubspotId ?? '';
    await s.become(id, 'email-only');
    assert.equal((await s.hubspot.get(id))['jobtitle'], null);
    await s.hubspot.edit(id, { message: 'guest' });
    await s.become(id, 'in-sync');
    await s.hubspotHas(id, 'jobtitle', 'Painter');
  });

  test('S3.4 members that appear until the first processing of a new segment ends count as members at selection, later ones as joiners', async () => {
    const s = scene();
    const there = await s.hubspot.create({ email: 'nils@firm.example', message: 'late' });
    const later = await s.hubspot.create({ email: 'olga@firm.example' });
    await s.quiet();
    await s.hubspot.control('POST', 'settings', { segmentLagMs: 1_500 });
    const { list } = await s.hubspot.api('POST', '/crm/v3/lists', { name: 'Late', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch: holding('late') }) as { list: { listId: string } };
    segment = list.listId;
    await s.relabelled(() => s.select(segment));
    await s.hubspot.forgetCalls();
    await until('the feed reads its members', async () => ((await s.hubspot.calls()).byRoute['GET /crm/v3/lists/:listId/memberships/join-order'] ?? 0) > 0);
    await s.hubspot.control('POST', 'settings', { segmentLagMs: 0 });
    const { counts: { joined } } = await s.feed('hubspot');
    assert.ok((await s.hubspot.members(segment)).includes(there));
    await s.hubspot.edit(later, { message: 'late' });
    await s.become(later, 'in-sync');
    assert.equal(await s.state(there).catch(() => null), null);
    assert.equal((await s.feed('hubspot')).counts.joined, joined + 1);
  });

  test('S2.3 and S2.4 a deleted segment closes the gate for everybody, health says so; restored, the pending triggers run and nothing else syncs', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'pia@firm.example', message: 'late' });
    const other = await s.pair({ email: 'rob@firm.example', message: 'late' });
    const { lastSync } = await s.state(other.id);
    await s.hubspot.api('DELETE', `/crm/v3/lists/${segment}`);
    await s.writesNothing(async () => {
      await s.heard('hubspot', () => s.hubspot.edit(id, { fax: '555-4' }));
      await s.hubspot.create({ email: 'sam@firm.example' });
      await until('health says so', async () => (await s.main.query(m.health)).status === 'segment-unusable');
      await until('its trigger stays pending', async () => {
        const { status, error, pending } = await s.state(id);
        return status === 'error' && error?.code === 'SEGMENT_UNUSABLE' && pending === 1;
      });
    });
    assert.equal((await s.feed('hubspot')).trouble, null);
    await s.hubspot.api('PUT', `/crm/v3/lists/${segment}/restore`);
    await until('the connection may use it again', async () => {
      await s.main.signal(m.check);
      return (await s.main.query(m.health)).status === 'ready';
    });
    await s.salesforceHas(record, 'Fax', '555-4');
    await s.quiet(id, other.id);
    assert.deepEqual((await s.state(other.id)).lastSync, lastSync);
  });
});
