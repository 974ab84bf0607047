import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();

describe('S1 The inclusion segment gates both directions', () => {
  test('S1.1 a change in HubSpot of a contact outside the segment writes nothing in Salesforce', async (t) => {
    const s = await sluice.open(t, 's1-1');
    const segment = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const id = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Lovelace' });
    await s.select(segment);
    await s.writes();
    await s.hubspot.edit(id, { jobtitle: 'Countess' });
    const state = await s.sync(id);
    assert.equal(state.status, 'outside-segment');
    assert.match(state.reason, /Webmail/);
    assert.equal(state.segment?.member, false);
    assert.ok(Date.parse(state.segment?.checkedAt ?? '') > 0);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead')).length, 0);
  });

  test('S1.2 a change in Salesforce of the linked record writes nothing in HubSpot once the contact is outside', async (t) => {
    const s = await sluice.open(t, 's1-2');
    const lead = await s.salesforce.create('Lead', { LastName: 'Hopper', Company: 'Navy', Email: 'grace@gmail.example' });
    const id = await s.hubspot.create({ email: 'grace@gmail.example' });
    assert.equal((await s.sync(id)).status, 'in-sync');
    const segment = await s.hubspot.segment('Firms', 'email', ['@firm.']);
    await s.select(segment);
    await s.writes();
    await s.salesforce.edit('Lead', lead, { Title: 'Admiral' });
    await s.writes();
    const state = await s.sync(id);
    assert.equal(state.status, 'outside-segment');
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    assert.equal((await s.hubspot.get(id)).jobtitle, null);
  });

  test('S1.3 a member syncs in both directions, and state names the segment and the time of the check', async (t) => {
    const s = await sluice.open(t, 's1-3');
    const segment = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const lead = await s.salesforce.create('Lead', { LastName: 'Hopper', Company: 'Navy', Email: 'grace@gmail.example', Title: 'Admiral' });
    const id = await s.hubspot.create({ email: 'grace@gmail.example', firstname: 'Grace' });
    await s.select(segment);
    const state = await s.sync(id);
    assert.equal(state.status, 'in-sync', state.reason);
    assert.deepEqual([state.segment?.name, state.segment?.member], ['Webmail', true]);
    assert.equal((await s.hubspot.get(id)).jobtitle, 'Admiral');
    const record = await s.salesforce.get('Lead', lead);
    assert.deepEqual([record.FirstName, record.HubSpot_Contact_Id__c], ['Grace', id]);
    assert.equal((await s.hubspot.get(id)).salesforceleadid, lead);
  });

  test('S1.4 with no segment set every contact is eligible and state.segment is null', async (t) => {
    const s = await sluice.open(t, 's1-4');
    const id = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Lovelace' });
    const state = await s.sync(id);
    assert.deepEqual([state.status, state.segment, state.salesforce?.rung], ['in-sync', null, 'created']);
  });

  test('S1.5 and S1.6 who left is frozen with link and base kept; who comes back is decided against that base', async (t) => {
    const s = await sluice.open(t, 's1-5');
    const segment = await s.hubspot.segment('Admirals', 'jobtitle', ['Admiral']);
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [
      { hubspot: 'email', lead: 'Email', rule: 'salesforce-unless-blank' }, { hubspot: 'lastname', lead: 'LastName', rule: 'two-way' },
      { hubspot: 'city', lead: 'City', rule: 'two-way' }, { hubspot: 'phone', lead: 'Phone', rule: 'salesforce-unless-blank' },
    ] }] });
    const lead = await s.salesforce.create('Lead', { LastName: 'Hopper', Company: 'Navy', Email: 'grace@navy.example', City: 'Arlington', Phone: '+1 555 0100' });
    const id = await s.hubspot.create({ email: 'grace@navy.example', jobtitle: 'Admiral' });
    await s.select(segment);
    assert.equal((await s.sync(id)).status, 'in-sync');
    await s.hubspot.edit(id, { jobtitle: 'Captain', city: '' });
    await s.salesforce.edit('Lead', lead, { Phone: null });
    await s.writes();
    const left = await s.sync(id);
    assert.equal(left.status, 'outside-segment');
    assert.equal(left.salesforce?.id, lead);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    assert.equal((await s.hubspot.get(id)).phone, '+1 555 0100');
    await s.hubspot.edit(id, { jobtitle: 'Admiral' });
    await until('HubSpot has taken it back', async () => (await s.hubspot.members(segment)).includes(id));
    const back = await s.sync(id);
    assert.equal(back.status, 'in-sync');
    assert.equal((await s.salesforce.get('Lead', lead)).City, null, 'deleted in HubSpot meanwhile: row 13 under two-way');
    assert.equal((await s.hubspot.get(id)).phone, null, 'deleted in Salesforce meanwhile: row 12');
  });

  test('S1.7 a property of the criteria that has just changed is waited out before the membership is believed', async (t) => {
    const s = await sluice.open(t, 's1-7');
    await s.main.executeUpdate(m.changeSettings, { args: [{ settleWindowMs: 2_000 }] });
    const segment = await s.hubspot.segment('Admirals', 'jobtitle', ['Admiral']);
    const id = await s.hubspot.create({ email: 'grace@navy.example', lastname: 'Hopper', jobtitle: 'Admiral' });
    await until('HubSpot has taken it in', async () => (await s.hubspot.members(segment)).includes(id));
    await s.select(segment);
    await s.hubspot.control('POST', 'settings', { segmentLagMs: 1_000 });
    t.after(async () => { await s.hubspot.control('POST', 'settings', { segmentLagMs: 0 }); });
    await s.writes();
    await s.hubspot.edit(id, { jobtitle: 'Retired' });
    const state = await s.sync(id);
    assert.equal(state.status, 'outside-segment', 'decided on the second reading');
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
  });

  test('S1.9 a criterion on a synced property is warned of, and a contact that leaves by it is frozen with its segment named', async (t) => {
    const s = await sluice.open(t, 's1-9');
    const segment = await s.hubspot.segment('Admirals', 'jobtitle', ['Admiral']);
    const lead = await s.salesforce.create('Lead', { LastName: 'Hopper', Company: 'Navy', Email: 'grace@navy.example', Title: 'Admiral' });
    const id = await s.hubspot.create({ email: 'grace@navy.example', jobtitle: 'Admiral' });
    await s.select(segment);
    assert.ok((await s.main.query(m.health)).warnings.some((w) => /"Admirals" goes by jobtitle/.test(w)));
    assert.equal((await s.sync(id)).status, 'in-sync');
    await s.salesforce.edit('Lead', lead, { Title: 'Retired' });
    await s.sync(id);
    assert.equal((await s.hubspot.get(id)).jobtitle, 'Retired', 'the value reaches HubSpot');
    await until('HubSpot has dropped it', async () => !(await s.hubspot.members(segment)).includes(id));
    await s.salesforce.edit('Lead', lead, { Title: 'Admiral' });
    const state = await s.sync(id);
    assert.deepEqual([state.status, state.segment?.name], ['outside-segment', 'Admirals']);
    assert.equal((await s.hubspot.get(id)).jobtitle, 'Retired');
  });

  test('S1.10 a membership that cannot be read keeps the contact waiting, neither open nor left', async (t) => {
    const s = await sluice.open(t, 's1-10');
    const segment = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    await s.select(segment);
    await s.writes();
    await s.hubspot.fault({ method: 'POST', path: '/memberships.batch.read/', status: 503, times: 1000 });
    await s.client.workflow.signalWithStart('contactSync', { workflowId: `contact/${s.connection}/${id}`, taskQueue: s.queue, args: [{ look: false }], signal: m.resync, signalArgs: [{}] });
    await until('two attempts were refused', async () => ((await s.hubspot.calls()).byRoute['POST /crm/v3/lists/records/memberships/batch/read'] ?? 0) >= 2);
    assert.deepEqual((await s.writes()).salesforce, 0);
    assert.notEqual((await s.state(id)).status, 'outside-segment');
    await s.hubspot.noFaults();
    await until('it syncs by itself', async () => (await s.state(id)).status === 'in-sync');
  });

  test('S1.11 a decision made under older settings is made again from a fresh read', async (t) => {
    const s = await sluice.open(t, 's1-11');
    const segment = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const id = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Lovelace' });
    // The read of Salesforce is withheld, so that the segment is selected between the gate and the write.
    await s.salesforce.fault({ method: 'GET', path: '/query/', delayMs: 2_000, when: 'after', times: 1 });
    await s.client.workflow.signalWithStart('contactSync', { workflowId: `contact/${s.connection}/${id}`, taskQueue: s.queue, args: [{ look: false }], signal: m.resync, signalArgs: [{}] });
    await until('the read is under way', async () => Object.keys((await s.salesforce.calls()).byRoute).some((r) => r.includes('/query')));
    await s.select(segment);
    const state = await s.settled(id);
    assert.equal(state.status, 'outside-segment');
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead')).length, 0);
  });
});
