import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { useScene, type Scene } from './scene.ts';

const sluice = await testSluice();
const long = 1;
/** Two seconds, in hours. */
const short = 2 / 3_600;

describe('section 7: deletes and restores', { concurrency: false }, () => {
  const scene = useScene(sluice, 'deletes');
  const inHubSpot = async (id: string): Promise<boolean> => (await scene().hubspot.api('POST', '/crm/v3/objects/contacts/batch/read', { inputs: [{ id }], properties: [] }) as { results: unknown[] }).results.length === 1;
  const inSalesforce = async (id: string): Promise<boolean> => (await scene().salesforce.query(`SELECT Id FROM Lead WHERE Id = '${id}'`)).length === 1;
  const removes = (crm: 'hubspot' | 'salesforce', id: string) => scene().heard(crm, () => scene().person.does(crm, 'delete', { id }));
  const restores = (crm: 'hubspot' | 'salesforce', id: string) => scene().heard(crm, () => scene().person.does(crm, 'undelete', { id }));
  const deletes = (change: NonNullable<m.ChangeSettings['deletes']>) => scene().settings({ deletes: { inHubSpot: 'do-nothing', inSalesforce: 'do-nothing', graceHours: 0, ...change } });
  const pair = async (name: string, more: Record<string, string> = {}): ReturnType<Scene['pair']> => {
    const made = await scene().pair({ email: `${name}@firm.example`, message: 'member', ...more });
    await scene().quiet(made.id);
    return made;
  };

  test('deleted in Salesforce, do-nothing: deleted with side and time; ordinary triggers do not recreate the record, a person\'s resync does', async () => {
    const s = scene();
    const { id, record } = await pair('ada');
    await s.writesNothing(async () => {
      await removes('salesforce', record);
      const { reason, since } = await s.become(id, 'deleted');
      assert.match(reason, new RegExp(`^Lead ${record} was deleted in Salesforce\\.$`));
      assert.ok(Date.parse(since) > 0);
      await s.heard('hubspot', () => s.hubspot.edit(id, { fax: '555-1' }));
      assert.equal((await s.settled(id)).status, 'deleted');
    }, id);
    const { status, salesforce } = await s.sync(id);
    assert.deepEqual([status, salesforce?.rung], ['in-sync', 'created']);
    assert.notEqual(salesforce?.id, record);
    await s.salesforceHas(salesforce?.id ?? '', 'Fax', '555-1');
  });

  test('deleted in HubSpot, do-nothing: the same the other way', async () => {
    const s = scene();
    const { id, record } = await pair('bob');
    const count = await s.hubspot.count();
    await s.writesNothing(async () => {
      await removes('hubspot', id);
      assert.match((await s.become(id, 'deleted')).reason, /^Deleted in HubSpot/);
      await s.heard('salesforce', () => s.person.edit(record, { Title: 'Engineer' }));
      await s.signal(id, m.resync);
      assert.equal((await s.settled(id)).status, 'deleted');
    }, id);
    assert.deepEqual([await inSalesforce(record), await s.hubspot.count()], [true, count - 1]);
  });

  test('undeleted in Salesforce, or restored in HubSpot: the link revives, with one catch-up against the kept base', async () => {
    const s = scene();
    for (const crm of ['salesforce', 'hubspot'] as const) {
      const { id, record } = await pair(`carla-${crm}`, { phone: '555-2' });
      await removes(crm, crm === 'hubspot' ? id : record);
      await s.become(id, 'deleted');
      if (crm === 'hubspot') await s.heard('salesforce', () => s.person.edit(record, { Phone: null }));
      else await s.heard('hubspot', () => s.hubspot.edit(id, { fax: '555-3' }));
      await restores(crm, crm === 'hubspot' ? id : record);
      const { salesforce } = await s.become(id, 'in-sync');
      await s.quiet(id);
      assert.equal(salesforce?.id, record);
      const [{ Phone, Fax }, { phone }] = [await s.salesforce.get('Lead', record), await s.hubspot.get(id)];
      assert.deepEqual([Phone, phone, Fax], crm === 'hubspot' ? [null, null, null] : ['555-2', '555-2', '555-3']);
    }
  });

  test('delete chosen: after the time of grace the other side is deleted, once, in either direction', async () => {
    const s = scene();
    await deletes({ inHubSpot: 'delete', inSalesforce: 'delete', graceHours: short });
    const [one, other] = [await pair('dora'), await pair('edna')];
    await s.writes();
    await removes('salesforce', one.record);
    await removes('hubspot', other.id);
    const pending = [(await s.become(one.id, 'deleted')).pendingDelete, (await s.become(other.id, 'deleted')).pendingDelete];
    assert.deepEqual(pending.map((p) => p?.side), ['hubspot', 'salesforce']);
    assert.deepEqual([await inHubSpot(one.id), await inSalesforce(other.record)], [true, true]);
    await until('both are deleted', async () => !(await inHubSpot(one.id)) && !(await inSalesforce(other.record)));
    for (const { id } of [one, other]) {
      const { status, reason, pendingDelete } = await s.settled(id);
      assert.deepEqual([status, pendingDelete], ['deleted', null]);
      assert.match(reason, /was deleted too, as the settings say\.$/);
    }
    await s.quiet(one.id, other.id);
    assert.deepEqual(await s.writes(), { hubspot: 1, salesforce: 1 });
    await restores('salesforce', one.record);
    await s.quiet(one.id);
    assert.equal(await inSalesforce(one.record), true, 'what a person restores is not deleted again');
    assert.equal((await s.state(one.id)).pendingDelete, null);
  });

  test('a pending delete is shown with its time, and called off by keep', async () => {
    const s = scene();
    await deletes({ inSalesforce: 'delete', graceHours: short });
    const { id, record } = await pair('finn');
    await removes('hubspot', id);
    const { pendingDelete, next } = await s.become(id, 'deleted');
    assert.equal(pendingDelete?.side, 'salesforce');
    assert.match(next ?? '', /^Deletes the Salesforce record at 20.*; send "keep" to keep it\.$/);
    await s.handle(id).signal(m.keep);
    const at = Date.parse(pendingDelete?.at ?? '');
    await until('the time of grace is over', async () => Date.now() > at);
    await s.writesNothing(() => s.signal(id, m.changed, { source: 'hubspot', kind: 'deletion' }), id);
    const { status, reason } = await s.state(id);
    assert.equal(status, 'deleted');
    assert.match(reason, /A person decided to keep the other side\.$/);
    assert.equal(await inSalesforce(record), true);
  });

  test('a restore within the time of grace calls the delete off; so does another choice of the settings', async () => {
    const s = scene();
    await deletes({ inHubSpot: 'delete', graceHours: long });
    const [restored, spared] = [await pair('gwen', { phone: '555-4' }), await pair('hugo')];
    for (const { id, record } of [restored, spared]) {
      await removes('salesforce', record);
      assert.equal((await s.become(id, 'deleted')).pendingDelete?.side, 'hubspot');
    }
    await restores('salesforce', restored.record);
    assert.equal((await s.become(restored.id, 'in-sync')).pendingDelete, null);
    await deletes({});
    await s.signal(spared.id, m.look);
    await until('it is called off', async () => (await s.state(spared.id)).pendingDelete === null);
    assert.deepEqual([(await s.state(spared.id)).status, await inHubSpot(spared.id)], ['deleted', true]);
  });

  test('what is gone already counts as done, and a record that was deleted for good is deleted all the same', async () => {
    const s = scene();
    await deletes({ inHubSpot: 'delete', inSalesforce: 'delete', graceHours: short });
    const [one, purged] = [await pair('ida'), await pair('jan')];
    await removes('hubspot', one.id);
    await s.become(one.id, 'deleted');
    await s.person.does('salesforce', 'delete', { id: one.record });
    await s.heard('salesforce', async () => {
      await s.person.does('salesforce', 'delete', { id: purged.record });
      await s.person.does('salesforce', 'empty-bin', {});
    });
    for (const { id } of [one, purged]) await until('it is over', async () => /was deleted too/.test((await s.state(id)).reason));
    assert.equal(await inHubSpot(purged.id), false);
  });

  test('a record that belongs to another contact by now is kept', async () => {
    const s = scene();
    await deletes({ inSalesforce: 'delete', graceHours: short });
    const { id, record } = await pair('kim');
    await removes('hubspot', id);
    await s.become(id, 'deleted');
    await s.person.edit(record, { HubSpot_Contact_Id__c: '999999' });
    await until('it is kept', async () => /belongs to HubSpot contact 999999, so it is kept/.test((await s.state(id)).reason));
    assert.equal(await inSalesforce(record), true);
  });

  test('outside the segment it never deletes; deleted while frozen is noted without a write, and on re-entry it is matched again', async () => {
    const s = scene();
    await deletes({ inHubSpot: 'delete', inSalesforce: 'delete', graceHours: 0 });
    const [frozen, back, away] = [await pair('lea'), await pair('mona'), await pair('nils')];
    await s.relabelled(async () => s.select(await s.hubspot.segment('Members', 'message', ['member'])));
    await s.sizeKnown();
    await s.relabelled(async () => { for (const { id } of [frozen, back, away]) await s.hubspot.edit(id, { message: '' }); });
    for (const { id } of [frozen, back, away]) await s.become(id, 'outside-segment');
    await s.writesNothing(async () => {
      await removes('hubspot', frozen.id);
      await s.become(frozen.id, 'deleted');
      for (const { id, record } of [back, away]) {
        await removes('salesforce', record);
        await until('it is noted', async () => /was deleted in Salesforce/.test((await s.state(id)).reason));
        assert.equal((await s.state(id)).status, 'outside-segment');
      }
    }, frozen.id, back.id, away.id);
    assert.equal(await inSalesforce(frozen.record), true);
    const other = await s.person.lead({ Email: 'mona@firm.example', Title: 'Painter' });
    await s.hubspot.edit(back.id, { message: 'member' });
    const { salesforce } = await s.become(back.id, 'in-sync');
    assert.deepEqual([salesforce?.id, salesforce?.rung], [other, 'lead-email']);
    await restores('salesforce', away.record);
    await s.quiet(away.id);
    assert.doesNotMatch((await s.state(away.id)).reason, /was deleted/);
  });

  test('whoever leaves the segment within the time of grace is not deleted', async () => {
    const s = scene();
    await deletes({ inHubSpot: 'delete', graceHours: short });
    const { id, record } = await pair('olga');
    await removes('salesforce', record);
    const { pendingDelete } = await s.become(id, 'deleted');
    await s.hubspot.edit(id, { message: '' });
    await s.become(id, 'outside-segment');
    assert.ok(pendingDelete !== null && Date.now() > Date.parse(pendingDelete.at) - 60_000);
    assert.deepEqual([(await s.state(id)).pendingDelete, await inHubSpot(id)], [null, true]);
  });
});
