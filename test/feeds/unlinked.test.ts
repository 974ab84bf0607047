import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testSluice } from '../support/sluice.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

describe('a Salesforce record that belongs to nobody', { concurrency: false }, () => {
  const scene = useScene(sluice, 'unlinked');

  test('triggers the contact with its email that may sync, whatever the setting for new contacts', async () => {
    const s = scene();
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    const lead = await s.person.lead({ Email: 'ada@firm.example', Title: 'Countess' });
    await s.poll('salesforce');
    await s.salesforce.control('POST', 'cdc', { enabled: true });
    // Made over the API, which is Sluice's own mark: nobody is told.
    const made = await s.hubspot.api('POST', '/crm/v3/objects/contacts', { properties: { email: 'ada@firm.example' } }) as { id: string };
    await s.heard('salesforce', () => s.person.edit(lead, { Title: 'Engineer' }));
    const { salesforce } = await s.become(made.id, 'in-sync');
    assert.equal(salesforce?.id, lead);
    await s.hubspotHas(made.id, 'jobtitle', 'Engineer');
  });

  test('counts as before where the contact is outside the segment', async () => {
    const s = scene();
    await s.relabelled(async () => s.select(await s.hubspot.segment('Members', 'message', ['member'])));
    const id = await s.hubspot.create({ email: 'bob@firm.example' });
    await s.quiet();
    const before = (await s.feed('salesforce')).counts.skipped['not-set'] ?? 0;
    await s.writesNothing(() => s.heard('salesforce', () => s.person.lead({ Email: 'bob@firm.example', Title: 'Clerk' })));
    assert.equal((await s.feed('salesforce')).counts.skipped['not-set'], before + 1);
    assert.equal((await s.hubspot.get(id))['jobtitle'], null);
  });
});
