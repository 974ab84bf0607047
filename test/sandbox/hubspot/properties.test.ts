import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { PropertyCreateFieldTypeEnum, PropertyCreateTypeEnum } from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js';
import { refusalOf, refused, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
beforeEach(() => sandbox.control('POST', 'reset', { seed: 'empty' }));

const properties = () => sandbox.client.crm.properties;
const tier = {
  name: 'tier', label: 'Tier', groupName: 'contactinformation', type: PropertyCreateTypeEnum.Enumeration, fieldType: PropertyCreateFieldTypeEnum.Select,
  options: [{ label: 'Gold', value: 'gold', hidden: false, displayOrder: 0 }],
};

describe('contact properties', () => {
  test('include those that the default mapping names, with HubSpot\'s types', async () => {
    const { results } = await properties().coreApi.getAll('contacts');
    const types = Object.fromEntries(results.map(({ name, type }) => [name, type]));
    for (const name of ['email', 'firstname', 'lastname', 'salutation', 'jobtitle', 'phone', 'mobilephone', 'fax', 'company', 'website', 'address', 'city', 'state', 'zip', 'country', 'industry', 'leadsource', 'salesforceleadid', 'salesforcecontactid']) {
      assert.equal(types[name], 'string', name);
    }
    assert.deepEqual(['hubspot_owner_id', 'numemployees', 'hs_lead_status', 'annualrevenue', 'hs_email_optout', 'createdate', 'hs_object_id'].map((name) => types[name]), ['enumeration', 'enumeration', 'enumeration', 'number', 'bool', 'datetime', 'number']);
    const status = await properties().coreApi.getByName('contacts', 'hs_lead_status');
    const values = status.options.map(({ value }) => value);
    assert.deepEqual(values.slice(0, 8), ['NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED', 'BAD_TIMING']);
    assert.ok(values.includes('Open - Not Contacted'));
    assert.equal((await properties().coreApi.getByName('contacts', 'hs_email_optout')).modificationMetadata?.readOnlyValue, true);
  });

  test('are created, read, changed and archived', async () => {
    const made = await properties().coreApi.create('contacts', tier);
    assert.deepEqual([made.name, made.type, made.options[0]?.value, made.archived], ['tier', 'enumeration', 'gold', false]);
    assert.equal((await refused(properties().coreApi.create('contacts', tier))).code, 409);
    const updated = await properties().coreApi.update('contacts', 'tier', { label: 'Level', options: [{ label: 'Silver', value: 'silver', hidden: false, displayOrder: 0 }] });
    assert.deepEqual([updated.label, updated.options.map(({ value }) => value)], ['Level', ['silver']]);
    assert.equal((await refused(sandbox.client.crm.contacts.basicApi.create({ properties: { email: 'a@example.com', tier: 'gold' } }))).code, 400);
    await properties().coreApi.archive('contacts', 'tier');
    assert.equal((await refused(properties().coreApi.getByName('contacts', 'tier'))).code, 404);
    assert.deepEqual((await properties().coreApi.getAll('contacts', true)).results.map(({ name }) => name), ['tier']);
    assert.equal((await refused(properties().coreApi.archive('contacts', 'email'))).code, 400);
  });

  test('lose an option when a person takes it away', async () => {
    await properties().coreApi.create('contacts', tier);
    await sandbox.control('POST', 'options', { name: 'tier', options: [{ label: 'Bronze', value: 'bronze' }] });
    const refusal = await refused(sandbox.client.crm.contacts.basicApi.create({ properties: { email: 'a@example.com', tier: 'gold' } }));
    assert.deepEqual(refusal.codes, ['INVALID_OPTION']);
  });

  test('are read, created and archived in batches, 207 for unknown names', async () => {
    const created = await properties().batchApi.create('contacts', { inputs: [tier, { ...tier, name: 'tier_two' }] });
    assert.deepEqual(created.results.map(({ name }) => name), ['tier', 'tier_two']);
    const read = await sandbox.call('POST', '/crm/properties/2026-03/contacts/batch/read', { archived: false, inputs: [{ name: 'tier' }, { name: 'nope' }] });
    assert.equal(read.status, 207);
    await properties().batchApi.archive('contacts', { inputs: [{ name: 'tier' }, { name: 'tier_two' }] });
    assert.equal((await properties().coreApi.getAll('contacts', true)).results.length, 2);
  });

  test('stand in groups', async () => {
    const group = await properties().groupsApi.create('contacts', { name: 'sluice', label: 'Sluice', displayOrder: 3 });
    assert.equal(group.label, 'Sluice');
    assert.equal((await properties().groupsApi.update('contacts', 'sluice', { label: 'Gate' })).label, 'Gate');
    assert.ok((await properties().groupsApi.getAll('contacts')).results.some(({ name }) => name === 'sluice'));
    assert.equal((await properties().groupsApi.getByName('contacts', 'sluice')).displayOrder, 3);
    await properties().groupsApi.archive('contacts', 'sluice');
    assert.equal((await refused(properties().groupsApi.getByName('contacts', 'sluice'))).code, 404);
    assert.equal((await refused(properties().coreApi.create('contacts', { ...tier, groupName: 'sluice' }))).code, 400);
  });

  test('of other objects are unknown here, and bad definitions are refused', async () => {
    assert.equal((await sandbox.call('GET', '/crm/v3/properties/rockets')).status, 404);
    assert.equal(refusalOf(await sandbox.call('POST', '/crm/v3/properties/contacts', { ...tier, type: 'text' })).code, 400);
    assert.equal(refusalOf(await sandbox.call('POST', '/crm/v3/properties/contacts', { ...tier, name: 'Tier One' })).code, 400);
    assert.equal((await sandbox.call('GET', '/crm/v3/properties/0-1/email')).status, 200);
  });
});
