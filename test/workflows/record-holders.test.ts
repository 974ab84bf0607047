import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Handover } from '../../sync/handover.ts';
import { pack } from '../../activities/page/handovers.ts';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { handover } from '../workflows/fakes/contacts.ts';
import { activitiesOf } from './fakes/mock-activities.ts';

const sluice = await testSluice();

describe('what an import left with contacts outside the segment', () => {
  test('a record that is linked to one contact, though not claimed yet, is not taken by another with its old email', async (t) => {
    const s = await sluice.open(t, 'holder');
    await s.main.executeUpdate(m.changeSettings, { args: [{ looksAfterSeconds: [] }] });
    const segment = await s.hubspot.segment('Romans', 'city', ['Rome']);
    await s.select(segment);
    const lead = await s.salesforce.create('Lead', { Email: 'ada@gmail.example', LastName: 'Lovelace', Company: 'Firm' });
    const ada = await s.hubspot.create({ email: 'ada@gmail.example' });
    await s.job('salesforceImport', 'first', { object: 'Lead' });
    await until('the link was handed over', async () => (await s.state(ada)).salesforce?.id === lead);
    await s.hubspot.edit(ada, { email: 'ada@new.example' });
    const other = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Byron', city: 'Rome' });
    const { status, review } = await s.sync(other);
    assert.deepEqual([status, review?.candidates.map((c) => c.id)], ['needs-review', [lead]]);
    assert.equal((await s.salesforce.get('Lead', lead)).HubSpot_Contact_Id__c ?? null, null);
  });

  test('a handover that comes after the settings changed has the contact look', async (t) => {
    const s = await sluice.open(t, 'overtaken');
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    const { version } = await s.main.query(m.settings);
    const written: Handover = handover(id, { settingsVersion: version, membership: { kind: 'unrestricted' }, link: null, base: {} });
    await s.relabelled(async () => s.select(await s.hubspot.segment('Romans', 'city', ['Rome'])));
    await activitiesOf(s).run('handOver', { packed: await pack([written]) ?? '', only: null });
    await until('it says that it is outside', async () => (await s.state(id)).status === 'outside-segment', 5_000);
  });
});
