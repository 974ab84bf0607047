import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createSluiceClient } from '../../client/sluice-client.ts';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { inSync, stateOnce, suiteEnd } from './suite.ts';

const sluice = await testSluice();

describe('who leaves the segment, or never was in it', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'segment');
    await withFeeds(end, s);
  });

  const edit = (id: string, fields: object) => s.salesforce.control('POST', 'edit', { id, fields });
  const outside = (id: string, why: RegExp) => stateOnce(s, id, `is outside, with ${String(why)}`, ({ status, reason }) => status === 'outside-segment' && why.test(reason));

  test('R26 a contact leaves the segment, its Salesforce record is deleted: the delete is noted, and who comes back is matched anew', async () => {
    await s.select(await s.hubspot.segment('Romans', 'city', ['Rome']));
    const id = await s.hubspot.create({ email: 'livia@gmail.example', lastname: 'Drusilla', city: 'Rome' });
    const lead = (await inSync(s, id)).salesforce?.id ?? '';
    await s.hubspot.edit(id, { city: 'Paris' });
    await outside(id, /Romans/);
    await s.writes();
    await s.salesforce.control('POST', 'delete', { id: lead });
    assert.equal((await outside(id, new RegExp(`Lead ${lead} was deleted in Salesforce`))).salesforce?.id, lead);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    const successor = await s.salesforce.create('Contact', { LastName: 'Drusilla', Email: 'livia@gmail.example', Title: 'Augusta' });
    await s.hubspot.edit(id, { city: 'Rome' });
    assert.deepEqual((await inSync(s, id)).salesforce, { type: 'Contact', id: successor, rung: 'contact-email' });
    assert.deepEqual([(await s.hubspot.get(id)).jobtitle, await s.salesforce.query('SELECT Id FROM Lead')], ['Augusta', []]);
  });

  test('R27 a criterion on a synced field locks a contact out: warned of, named in the reason, and listed', async () => {
    await s.select(await s.hubspot.segment('Admirals', 'jobtitle', ['Admiral']));
    assert.ok((await s.main.query(m.health)).warnings.some((warning) => /"Admirals" goes by jobtitle, which Salesforce can change/.test(warning)));
    const [id, other] = [await s.hubspot.create({ email: 'grace@navy.example', lastname: 'Hopper', jobtitle: 'Admiral' }), await s.hubspot.create({ email: 'hyman@navy.example', lastname: 'Rickover', jobtitle: 'Admiral' })];
    const lead = (await inSync(s, id)).salesforce?.id ?? '';
    await inSync(s, other);
    await edit(lead, { Title: 'Retired' });
    await until('the value has reached HubSpot', async () => (await s.hubspot.get(id)).jobtitle === 'Retired');
    await outside(id, /"Admirals"\. It left once Sluice had taken over jobtitle from Salesforce/);
    // By a person's own edit another one leaves; that is no trap.
    await s.hubspot.edit(other, { jobtitle: 'Retired' });
    assert.doesNotMatch((await outside(other, /Admirals/)).reason, /taken over/);
    const list = createSluiceClient({ client: s.client, connection: s.connection });
    const listed = async () => (await list.listContacts({ lockedOut: true })).contacts.map(({ hubspotId }) => hubspotId);
    await until('it is listed', async () => (await listed()).length > 0);
    assert.deepEqual(await listed(), [id]);
    await s.writes();
    await edit(lead, { Title: 'Admiral' });
    await s.signal(id, m.changed, { source: 'salesforce', kind: 'update' });
    assert.deepEqual([(await outside(id, /jobtitle/)).status, await s.writes(), (await s.hubspot.get(id)).jobtitle], ['outside-segment', { hubspot: 0, salesforce: 0 }, 'Retired']);
    await s.hubspot.edit(id, { jobtitle: 'Admiral' });
    await inSync(s, id);
    await until('it is listed no more', async () => (await listed()).length === 0);
  });

  test('R31 nobody drops out silently: every known contact has a status and a reason, and the counts add up', async () => {
    await s.main.executeUpdate(m.changeSettings, { args: [{ looksAfterSeconds: [] }] });
    await s.select(await s.hubspot.segment('Webmail', 'email', ['@mail.']));
    const lead = (email: string | null, fields: object = {}) => s.salesforce.create('Lead', { LastName: 'Doe', Company: 'Firm', Email: email, LeadSource: 'Web', ...fields });
    await lead('filled@mail.example');
    await lead('outside@firm.example');
    await lead(null);
    for (const Company of ['One', 'Two']) await lead('twice@mail.example', { Company });
    await s.salesforce.control('POST', 'convert', { leadId: await lead('converted@mail.example') });
    await s.hubspot.create({ email: 'refused@mail.example', jobtitle: 'x'.repeat(200) });
    await lead('refused@mail.example');
    await s.hubspot.create({ email: 'there@firm.example' });
    await lead('there@firm.example');
    const imported = await s.job('salesforceImport', 'counted', { object: 'Lead', where: "LeadSource = 'Web'" }) as m.ImportProgress;
    const { read, created, alreadyThere, duplicates, skipped, failed, now } = imported;
    const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
    assert.deepEqual([read, skipped, duplicates, failed], [8, { 'no-email': 1, converted: 1 }, 1, 0], JSON.stringify(imported));
    assert.deepEqual([created + alreadyThere + duplicates + sum(skipped) + failed, sum(now)], [read, created + alreadyThere], JSON.stringify(imported));
    const expected = { filled: 'in-sync', outside: 'email-only', twice: 'needs-review', refused: 'error', there: 'email-only' } as const;
    const list = createSluiceClient({ client: s.client, connection: s.connection });
    for (const [name, status] of Object.entries(expected)) {
      const id = await list.findContact(`${name}@${status === 'email-only' ? 'firm' : 'mail'}.example`) ?? assert.fail(name);
      const state = await stateOnce(s, id, `is ${status}`, (is) => is.status === status);
      assert.match(state.reason, /^\w.+\.$/s, name);
    }
    const resync = await s.job('segmentResync', 'all', { dryRun: true }) as m.ResyncProgress;
    const { checked, unchanged, written, signalled, frozen, needsReview, error, waiting, gone } = resync;
    assert.deepEqual([checked, unchanged + written + signalled + frozen + needsReview + error + waiting + gone], [await s.hubspot.count(), checked], JSON.stringify(resync));
  });
});

test('a resync goes by the list of the segment: memberships are read only of those who have no workflow yet', async (t) => {
  const s = await sluice.open(t, 'listed');
  await s.select(await s.hubspot.segment('Listed', 'email', ['@listed.']));
  const create = (name: string) => s.hubspot.create({ email: `${name}@listed.example`, lastname: 'Doe' });
  for (const id of [await create('first'), await create('second')]) await s.sync(id);
  const list = createSluiceClient({ client: s.client, connection: s.connection });
  await until('lists show both in sync', async () => (await list.listContacts({ status: 'in-sync' })).contacts.length === 2);
  const resync = async () => {
    const memberships = async () => (await s.hubspot.calls()).byRoute['POST /crm/v3/lists/records/memberships/batch/read'] ?? 0;
    const before = await memberships();
    const { checked, unchanged, written } = await s.job('segmentResync', 'segment', {}) as m.ResyncProgress;
    return { checked, unchanged, written, memberships: await memberships() - before };
  };
  assert.deepEqual(await resync(), { checked: 2, unchanged: 2, written: 0, memberships: 0 });
  await create('third');
  assert.deepEqual(await resync(), { checked: 3, unchanged: 2, written: 1, memberships: 2 }, 'of the third, and of the record that was created, once more');
});
