import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { API, codesOf, control, login, rowCodes, startOrg } from './sandbox.ts';

const sandbox = await startOrg();
const { url, clock } = sandbox;
const connection = await login(url);
const create = async (type: string, fields: object): Promise<string> => {
  const saved = await connection.create(type, fields);
  assert.ok(saved.success);
  return saved.id;
};
const lead = (more: object = {}): Promise<string> => create('Lead', { LastName: 'Hopper', Company: 'Navy', ...more });
const read = async (type: string, id: string): Promise<Record<string, unknown>> => {
  const { records } = await connection.query(`SELECT FIELDS(ALL) FROM ${type} WHERE Id = '${id}' LIMIT 1`, { scanAll: true });
  return records[0] ?? {};
};

describe('what a person does', () => {
  test('an edit is another user’s and moves both times; the time never goes back', async () => {
    const id = await lead();
    const before = await read('Lead', id);
    clock.advance(5000);
    await control(url, 'POST', 'edit', { id, fields: { City: 'Arlington' } });
    const after = await read('Lead', id);
    assert.equal(after['City'], 'Arlington');
    assert.equal(after['LastModifiedById'], sandbox.org.identity.person);
    assert.ok(String(after['SystemModstamp']) > String(before['SystemModstamp']));
    assert.equal(after['LastModifiedDate'], after['SystemModstamp']);
    assert.equal(after['CreatedDate'], before['CreatedDate']);
  });

  test('a conversion makes an Account and a Contact; the Lead points at them and freezes', async () => {
    const leadId = await lead({ Email: 'conv@x.example', City: 'Paris', Tier__c: 'Gold', HubSpot_Contact_Id__c: 'c1' });
    const { contactId, accountId } = (await control(url, 'POST', 'convert', { leadId })) as { contactId: string; accountId: string };
    const converted = await read('Lead', leadId);
    assert.deepEqual([converted['IsConverted'], converted['ConvertedContactId'], converted['ConvertedAccountId']], [true, contactId, accountId]);
    const contact = await read('Contact', contactId);
    assert.deepEqual([contact['Email'], contact['MailingCity'], contact['Tier__c'], contact['AccountId'], contact['HubSpot_Contact_Id__c']], ['conv@x.example', 'Paris', 'Gold', accountId, null]);
    assert.deepEqual(await codesOf(connection.update('Lead', { Id: leadId, City: 'Rome' })), ['CANNOT_UPDATE_CONVERTED_LEAD']);
    assert.deepEqual(rowCodes(await connection.update('Lead', [{ Id: leadId, City: 'Rome' }])), ['CANNOT_UPDATE_CONVERTED_LEAD']);
    const { records } = await connection.query(`SELECT ConvertedContact.Email FROM Lead WHERE Id = '${leadId}'`);
    assert.equal(records[0]?.['ConvertedContact'].Email, 'conv@x.example');
  });

  test('a conversion into an existing Contact fills only what is blank, and copies the external id where the org does', async () => {
    const leadId = await lead({ Email: 'lead@x.example', Phone: '1', HubSpot_Contact_Id__c: 'c2' });
    const contactId = await create('Contact', { LastName: 'Kept', Email: 'kept@x.example' });
    await control(url, 'POST', 'convert', { leadId, contactId, copyExternalId: true });
    const contact = await read('Contact', contactId);
    assert.deepEqual([contact['LastName'], contact['Email'], contact['Phone'], contact['HubSpot_Contact_Id__c']], ['Kept', 'kept@x.example', '1', 'c2']);
  });

  test('a merge puts the losers in the bin with the master’s id and relinks what hung on them', async () => {
    const [master, loser] = [await create('Account', { Name: 'M' }), await create('Account', { Name: 'L' })];
    const child = await create('Contact', { LastName: 'x', AccountId: loser });
    await control(url, 'POST', 'merge', { master, losers: [loser], fields: { Phone: '2' } });
    assert.deepEqual(await codesOf(connection.retrieve('Account', loser)), ['ENTITY_IS_DELETED']);
    const gone = await read('Account', loser);
    assert.deepEqual([gone['IsDeleted'], gone['MasterRecordId']], [true, master]);
    assert.equal((await read('Contact', child))['AccountId'], master);
    assert.equal((await read('Account', master))['Phone'], '2');
  });

  test('an undelete brings the same id back, unless its unique value was taken meanwhile', async () => {
    const id = await lead({ HubSpot_Contact_Id__c: 'u1' });
    await connection.destroy('Lead', id);
    await control(url, 'POST', 'undelete', { id });
    assert.equal((await connection.retrieve('Lead', id))['HubSpot_Contact_Id__c'], 'u1');
    await connection.destroy('Lead', id);
    await lead({ HubSpot_Contact_Id__c: 'U1' });
    await assert.rejects(control(url, 'POST', 'undelete', { id }), /DUPLICATE_VALUE/);
  });

  test('an emptied bin leaves nothing to queryAll, and the id is NOT_FOUND', async () => {
    const id = await lead();
    await connection.destroy('Lead', id);
    assert.equal((await read('Lead', id))['IsDeleted'], true);
    await control(url, 'POST', 'empty-bin');
    assert.deepEqual(await read('Lead', id), {});
    assert.deepEqual(await codesOf(connection.retrieve('Lead', id)), ['NOT_FOUND']);
  });

  test('updated and deleted list ids by time; a start after the end is refused', async () => {
    clock.advance(60_000);
    const start = new Date(clock.now() - 1000);
    const [kept, gone] = [await lead(), await lead()];
    await connection.destroy('Lead', gone);
    clock.advance(2000);
    const end = new Date(clock.now());
    const updated = await connection.sobject('Lead').updated(start, end);
    assert.deepEqual(updated.ids, [kept]);
    const deleted = await connection.sobject('Lead').deleted(start, end);
    assert.deepEqual(deleted.deletedRecords.map((one) => one.id), [gone]);
    assert.deepEqual(await codesOf(connection.sobject('Lead').updated(end, start)), ['INVALID_REPLICATION_DATE']);
    assert.deepEqual(await codesOf(connection.sobject('Lead').updated(new Date(clock.now() - 31 * 86_400_000), end)), ['INVALID_REPLICATION_DATE']);
  });
});

describe('what an administrator sets', () => {
  test('a field taken away is unknown to describe, query and save, and comes back with its values', async () => {
    const id = await lead({ Tier__c: 'Gold' });
    await control(url, 'POST', 'fields', { object: 'Lead', remove: ['Tier__c'] });
    assert.ok(!(await connection.describe('Lead')).fields.some((field) => field.name === 'Tier__c'));
    assert.deepEqual(await codesOf(connection.query('SELECT Tier__c FROM Lead')), ['INVALID_FIELD']);
    assert.deepEqual(await codesOf(connection.update('Lead', { Id: id, Tier__c: 'Silver' })), ['INVALID_FIELD']);
    await lead();
    await control(url, 'POST', 'fields', { object: 'Lead', add: [{ name: 'Tier__c', picklist: ['Gold', 'Platinum'] }] });
    assert.equal((await connection.retrieve('Lead', id))['Tier__c'], 'Gold');
    await connection.update('Lead', { Id: id, Tier__c: 'Platinum' });
    assert.deepEqual(await codesOf(connection.update('Lead', { Id: id, Tier__c: 'Silver' })), ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST']);
  });

  test('permissions: an unreadable object or field is invisible, an uneditable one refuses by its own code', async () => {
    const id = await lead();
    const permit = (change: object): Promise<unknown> => control(url, 'POST', 'permissions', change);
    await permit({ object: 'Lead', field: 'City', edit: false });
    assert.equal((await connection.describe('Lead')).fields.find((field) => field.name === 'City')?.updateable, false);
    assert.deepEqual(await codesOf(connection.update('Lead', { Id: id, City: 'x' })), ['INVALID_FIELD_FOR_INSERT_UPDATE']);
    await permit({ object: 'Lead', field: 'City', read: false });
    assert.deepEqual(await codesOf(connection.query('SELECT City FROM Lead')), ['INVALID_FIELD']);
    await permit({ object: 'Lead', field: 'City', read: true, edit: true });
    await permit({ object: 'Lead', edit: false });
    assert.deepEqual(await codesOf(connection.update('Lead', { Id: id, City: 'x' })), ['INSUFFICIENT_ACCESS_OR_READONLY']);
    assert.equal((await connection.describe('Lead')).updateable, false);
    await permit({ object: 'Lead', read: false });
    assert.deepEqual(await codesOf(connection.query('SELECT Id FROM Lead')), ['INVALID_TYPE']);
    assert.deepEqual(await codesOf(connection.describe('Lead')), ['NOT_FOUND']);
    assert.deepEqual((await connection.describeGlobal()).sobjects.map((one) => one.name), ['Account', 'Contact', 'User']);
    await permit({ object: 'Lead', read: true, edit: true });
    await connection.update('Lead', { Id: id, City: 'x' });
  });

  test('a validation rule refuses the values it names, whoever sends them', async () => {
    await control(url, 'POST', 'validation-rules', { object: 'Lead', field: 'City', matches: '^[a-z]', message: 'A city begins with a capital' });
    const error: unknown = await lead({ City: 'rome' }).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error && 'data' in error);
    assert.deepEqual(error.data, { message: 'A city begins with a capital', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['City'] });
    await lead({ City: 'Rome' });
    await control(url, 'DELETE', 'validation-rules');
    await lead({ City: 'rome' });
  });

  test('a duplicate rule names the records that match; where it only alerts, allowSave saves', async () => {
    const first = await create('Contact', { LastName: 'x', Email: 'twin@x.example' });
    await control(url, 'POST', 'duplicate-rules', { object: 'Contact', mode: 'alert' });
    const twin = { LastName: 'y', Email: 'TWIN@x.example' };
    const error: unknown = await connection.create('Contact', twin).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error && 'data' in error);
    assert.equal(error.name, 'DUPLICATES_DETECTED');
    const { duplicateResult } = error.data as { duplicateResult: { allowSave: boolean; matchResults: { matchRecords: { record: { Id: string; attributes: { url: string } } }[] }[] } };
    assert.equal(duplicateResult.allowSave, true);
    assert.deepEqual(duplicateResult.matchResults[0]?.matchRecords[0]?.record, { attributes: { type: 'Contact', url: `${API}/sobjects/Contact/${first}` }, Id: first });
    assert.deepEqual(rowCodes(await connection.create('Contact', [twin])), ['DUPLICATES_DETECTED']);
    const headers = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
    assert.ok((await connection.create('Contact', twin, { headers })).success);
    await control(url, 'POST', 'duplicate-rules', { object: 'Contact', mode: 'block' });
    assert.deepEqual(await codesOf(connection.create('Contact', twin, { headers })), ['DUPLICATES_DETECTED']);
    await control(url, 'DELETE', 'duplicate-rules');
  });

  test('a locked record refuses saves: for a while, or until an approval ends', async () => {
    const id = await lead();
    const update = (): Promise<string[]> => codesOf(connection.update('Lead', { Id: id, City: 'x' }));
    await control(url, 'POST', 'locks', { id, times: 2 });
    assert.deepEqual([await update(), await update(), await update()], [['UNABLE_TO_LOCK_ROW'], ['UNABLE_TO_LOCK_ROW'], []]);
    await control(url, 'POST', 'locks', { id: id.slice(0, 15), kind: 'approval' });
    assert.deepEqual([await update(), await update()], [['ENTITY_IS_LOCKED'], ['ENTITY_IS_LOCKED']]);
    await control(url, 'DELETE', 'locks', { id });
    assert.deepEqual(await update(), []);
  });

  test('the save of a Contact locks its Account: what another call saves of it meanwhile is refused, and counted', async () => {
    const AccountId = await create('Account', { Name: 'Navy' });
    const [one, other] = [await create('Contact', { LastName: 'One', AccountId }), await create('Contact', { LastName: 'Other', AccountId })];
    await control(url, 'POST', 'behaviour', { accountLockMs: 60_000 });
    const update = async (...ids: string[]) => rowCodes(await connection.update('Contact', ids.map((Id) => ({ Id, Department: 'Computing' }))));
    assert.deepEqual([await update(one, other), await update(other), await update(await create('Contact', { LastName: 'Elsewhere' }))], [['ok', 'ok'], ['UNABLE_TO_LOCK_ROW'], ['ok']]);
    await control(url, 'POST', 'behaviour', { accountLockMs: 0 });
    clock.advance(60_001);
    assert.deepEqual(await update(other), ['ok']);
    assert.equal((await control(url, 'GET', 'locks') as { refused: Record<string, number> }).refused[other], 1);
  });

  test('an owner who left is refused', async () => {
    const { records } = await connection.query('SELECT Id FROM User WHERE IsActive = false');
    assert.deepEqual(await codesOf(lead({ OwnerId: records[0]?.Id })), ['INACTIVE_OWNER_OR_USER']);
  });
});

describe('describe', () => {
  test('tells what a save obeys, for the fields of the default mapping and the external id', async () => {
    const { fields, keyPrefix, custom } = await connection.describe('Lead');
    const named = (name: string) => fields.find((field) => field.name === name);
    assert.deepEqual([keyPrefix, custom], ['00Q', false]);
    const external = named('HubSpot_Contact_Id__c');
    assert.deepEqual([external?.type, external?.length, external?.unique, external?.externalId, external?.caseSensitive, external?.custom], ['string', 32, true, true, false, true]);
    assert.deepEqual([named('LastName')?.nillable, named('LastName')?.defaultedOnCreate], [false, false]);
    assert.deepEqual([named('Company')?.nillable, named('SystemModstamp')?.updateable, named('OwnerId')?.relationshipName, named('OwnerId')?.referenceTo], [false, false, 'Owner', ['User']]);
    const tier = (await connection.describe('Contact')).fields.find((field) => field.name === 'Tier__c');
    assert.deepEqual(tier?.picklistValues?.map((one: { value: string }) => one.value), ['Gold', 'Silver', 'Bronze']);
    assert.deepEqual([named('Tier__c')?.restrictedPicklist, named('Score__c')?.scale, named('VIP__c')?.type, named('Interests__c')?.type], [true, 2, 'boolean', 'multipicklist']);
    for (const type of ['Account', 'Contact', 'User']) assert.ok((await connection.describe(type)).fields.length > 10);
  });
});
