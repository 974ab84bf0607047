import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { refusalOf, refused, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
beforeEach(() => sandbox.control('POST', 'reset', { seed: 'empty' }));

const contacts = () => sandbox.client.crm.contacts;
const create = (properties: Record<string, string>) => contacts().basicApi.create({ properties });

describe('a contact', () => {
  test('is created, read with its default properties, changed, archived and restored', async () => {
    const created = await create({ email: 'Ada@Example.com', firstname: 'Ada', jobtitle: 'Engineer' });
    assert.equal(created.properties['email'], 'ada@example.com');
    assert.equal(created.properties['jobtitle'], 'Engineer');
    assert.ok(created.createdAt instanceof Date);

    const read = await contacts().basicApi.getById(created.id);
    assert.deepEqual(Object.keys(read.properties).sort(), ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname']);
    assert.equal(read.properties['lastname'], null);
    assert.equal(read.archived, false);

    const updated = await contacts().basicApi.update(created.id, { properties: { firstname: '', lastname: 'Lovelace' } });
    assert.equal(updated.properties['firstname'], null);
    assert.equal(updated.properties['lastname'], 'Lovelace');

    await contacts().basicApi.archive(created.id);
    assert.equal((await refused(contacts().basicApi.getById(created.id))).code, 404);
    const archived = await contacts().basicApi.getById(created.id, undefined, undefined, undefined, true);
    assert.equal(archived.archived, true);
    assert.ok(archived.archivedAt instanceof Date);
    await contacts().basicApi.archive(created.id);
    await contacts().basicApi.archive('999999');

    await sandbox.control('POST', 'undelete', { id: created.id });
    assert.equal((await contacts().basicApi.getById(created.id)).archived, false);
  });

  test('unsubscribes, which nobody else can do', async () => {
    const { id } = await create({ email: 'ada@example.com' });
    await sandbox.control('POST', 'unsubscribe', { id });
    assert.equal((await contacts().basicApi.getById(id, ['hs_email_optout'])).properties['hs_email_optout'], 'true');
  });

  test('is found by email without case, and unknown property names are left out of reads', async () => {
    const { id } = await create({ email: 'ada@example.com' });
    const read = await contacts().basicApi.getById('ADA@example.com', ['jobtitle', 'no_such'], undefined, undefined, false, 'email');
    assert.equal(read.id, id);
    assert.deepEqual(Object.keys(read.properties).sort(), ['createdate', 'hs_object_id', 'jobtitle', 'lastmodifieddate']);
    const updated = await contacts().basicApi.update('ada@example.com', { properties: { city: 'London' } }, 'email');
    assert.equal(updated.id, id);
  });

  test('cannot be made twice with one email, whatever the case, and the refusal names the other', async () => {
    const { id } = await create({ email: 'ada@example.com' });
    const again = await refused(create({ email: 'ADA@EXAMPLE.com' }));
    assert.deepEqual([again.code, again.category], [409, 'CONFLICT']);
    assert.match(again.message, new RegExp(`Existing ID: ${id}$`));
    const other = await create({ email: 'other@example.com' });
    assert.equal((await refused(contacts().basicApi.update(other.id, { properties: { email: 'Ada@example.com' } }))).code, 409);
  });

  test('leaves its email free when it is archived, and cannot come back while another has it', async () => {
    const first = await create({ email: 'ada@example.com' });
    await contacts().basicApi.archive(first.id);
    const second = await create({ email: 'ada@example.com' });
    assert.notEqual(second.id, first.id);
    assert.equal((await sandbox.call('POST', '/_sandbox/undelete', { id: first.id })).status, 409);
  });

  test('needs one of email, first and last name', async () => {
    assert.equal((await refused(create({ jobtitle: 'Engineer' }))).code, 400);
    assert.ok((await create({ lastname: 'Lovelace' })).id);
  });

  const long = 'x'.repeat(65_537);
  for (const [name, value, code] of [
    ['no_such_property', 'x', 'PROPERTY_DOESNT_EXIST'],
    ['hs_object_id', '5', 'READ_ONLY_VALUE'],
    ['hs_email_optout', 'true', 'READ_ONLY_VALUE'],
    ['lastmodifieddate', '2026-01-01', 'READ_ONLY_VALUE'],
    ['hs_lead_status', 'vip', 'INVALID_OPTION'],
    ['hs_lead_status', 'new', 'INVALID_OPTION'],
    ['email', 'not an email', 'INVALID_EMAIL'],
    ['annualrevenue', '1,000', 'INVALID_DOUBLE'],
    ['hubspot_owner_id', '12', 'INVALID_OWNER_ID'],
    ['closedate', 'yesterday', 'INVALID_LONG'],
    ['jobtitle', long, 'VALUE_TOO_LONG'],
  ] as const) {
    test(`refuses ${name} = ${value.slice(0, 20)} with ${code}, and writes nothing`, async () => {
      const { id } = await create({ email: 'ada@example.com' });
      const refusal = await refused(contacts().basicApi.update(id, { properties: { firstname: 'Changed', [name]: value } }));
      assert.deepEqual([refusal.code, refusal.category, refusal.codes], [400, 'VALIDATION_ERROR', [code]]);
      assert.equal((await contacts().basicApi.getById(id)).properties['firstname'], null);
    });
  }

  test('takes values in the forms HubSpot takes, and shows them in its own', async () => {
    await sandbox.call('POST', '/crm/v3/properties/contacts', { name: 'birthday', label: 'Birthday', type: 'date', fieldType: 'date', groupName: 'contactinformation' });
    await sandbox.call('POST', '/crm/v3/properties/contacts', { name: 'vip', label: 'VIP', type: 'bool', fieldType: 'booleancheckbox', groupName: 'contactinformation' });
    await sandbox.call('POST', '/crm/v3/properties/contacts', {
      name: 'hobbies', label: 'Hobbies', type: 'enumeration', fieldType: 'checkbox', groupName: 'contactinformation',
      options: ['chess', 'golf', 'tea'].map((value) => ({ value, label: value, hidden: false })),
    });
    const { id } = await create({ email: 'ada@example.com', birthday: '1815-12-10', closedate: '1767225600000', vip: 'TRUE', hobbies: 'chess', annualrevenue: '12.5', phone: long.slice(0, 65_536) });
    const names = ['birthday', 'closedate', 'vip', 'hobbies', 'annualrevenue'];
    const shown = async (): Promise<Record<string, string | null>> => {
      const { properties } = await contacts().basicApi.getById(id, names);
      return Object.fromEntries(names.map((name) => [name, properties[name] ?? null]));
    };
    assert.deepEqual(await shown(), { birthday: '1815-12-10', closedate: '2026-01-01T00:00:00Z', vip: 'true', hobbies: 'chess', annualrevenue: '12.5' });
    await contacts().basicApi.update(id, { properties: { hobbies: ';golf', birthday: String(Date.UTC(2000, 1, 29)) } });
    assert.deepEqual([(await shown())['hobbies'], (await shown())['birthday']], ['chess;golf', '2000-02-29']);
    await contacts().basicApi.update(id, { properties: { hobbies: 'tea' } });
    assert.equal((await shown())['hobbies'], 'tea');
    const noon = await refused(contacts().basicApi.update(id, { properties: { birthday: String(Date.UTC(2000, 1, 29, 12)) } }));
    assert.deepEqual(noon.codes, ['INVALID_DATE']);
  });

  test('moves its lifecycle stage forward only, unless it is cleared first', async () => {
    const { id } = await create({ email: 'ada@example.com', lifecyclestage: 'customer' });
    const stage = async (value: string): Promise<string | null | undefined> => (await contacts().basicApi.update(id, { properties: { lifecyclestage: value } })).properties['lifecyclestage'];
    assert.equal(await stage('lead'), 'customer');
    assert.equal(await stage(''), null);
    assert.equal(await stage('lead'), 'lead');
    assert.equal(await stage('opportunity'), 'opportunity');
  });

  test('keeps the history of a value with its sources, newest first, and a write of the same value leaves none', async () => {
    const { id } = await create({ email: 'ada@example.com', jobtitle: 'Engineer' });
    await contacts().basicApi.update(id, { properties: { jobtitle: 'Engineer' } });
    await sandbox.control('POST', 'clock', { advanceMs: 5000 });
    await sandbox.control('POST', 'edit', { id, properties: { jobtitle: 'Countess' } });
    await contacts().basicApi.update(id, { properties: { jobtitle: '' } });
    const { propertiesWithHistory } = await contacts().basicApi.getById(id, undefined, ['jobtitle']);
    const history = propertiesWithHistory?.['jobtitle'] ?? [];
    assert.deepEqual(history.map(({ value, sourceType, sourceId, updatedByUserId }) => [value, sourceType, sourceId, updatedByUserId]), [
      ['', 'INTEGRATION', '1234567', undefined],
      ['Countess', 'CRM_UI', 'userId:9', 9],
      ['Engineer', 'INTEGRATION', '1234567', undefined],
    ]);
    const [, edited, made] = history.map(({ timestamp }) => new Date(timestamp).getTime());
    assert.ok(edited !== undefined && made !== undefined && edited - made >= 5000);
  });

  test('moves lastmodifieddate when a value changes, and only then', async () => {
    const { id, properties } = await create({ email: 'ada@example.com', jobtitle: 'Engineer' });
    await sandbox.control('POST', 'clock', { advanceMs: 5000 });
    const same = await contacts().basicApi.update(id, { properties: { jobtitle: 'Engineer' } });
    assert.equal(same.properties['lastmodifieddate'], properties['lastmodifieddate']);
    const changed = await contacts().basicApi.update(id, { properties: { jobtitle: 'Countess' } });
    assert.notEqual(changed.properties['lastmodifieddate'], properties['lastmodifieddate']);
  });

  test('is gone for good after a privacy deletion, and its email is refused from then on', async () => {
    const { id } = await create({ email: 'ada@example.com' });
    await contacts().basicApi.purge({ objectId: 'ada@example.com', idProperty: 'email' });
    assert.equal((await refused(contacts().basicApi.getById(id, undefined, undefined, undefined, true))).code, 404);
    assert.equal((await refused(create({ email: 'Ada@example.com' }))).code, 400);
  });

  test('is gone for good when the bin is emptied', async () => {
    const { id } = await create({ email: 'ada@example.com' });
    await contacts().basicApi.archive(id);
    assert.deepEqual(await sandbox.control('POST', 'empty-bin'), { removed: 1 });
    assert.equal((await refused(contacts().basicApi.getById(id, undefined, undefined, undefined, true))).code, 404);
  });

  test('cannot be sent as broken JSON, without properties, or with nothing to change', async () => {
    const { id } = await create({ email: 'ada@example.com' });
    for (const [method, path, body] of [['POST', '', '{"properties":'], ['POST', '', {}], ['POST', '', { properties: { email: ['a@b.example'] } }], ['PATCH', `/${id}`, { properties: {} }]] as const) {
      const refusal = refusalOf(await sandbox.call(method, `/crm/v3/objects/contacts${path}`, body, { 'content-type': 'application/json' }));
      assert.deepEqual([refusal.code, refusal.category], [400, 'VALIDATION_ERROR']);
    }
  });
});

describe('the list of contacts', () => {
  test('pages by id, ten at a time, without paging on the last page, archived ones apart', async () => {
    const made = [];
    for (let i = 0; i < 23; i++) made.push((await create({ email: `p${i}@example.com` })).id);
    await contacts().basicApi.archive(made[5] ?? '');
    const seen: string[] = [];
    let after: string | undefined;
    const sizes: number[] = [];
    do {
      const page = await contacts().basicApi.getPage(undefined, after, ['email']);
      seen.push(...page.results.map(({ id }) => id));
      sizes.push(page.results.length);
      after = page.paging?.next?.after;
    } while (after !== undefined);
    assert.deepEqual(seen, made.filter((_, place) => place !== 5));
    assert.deepEqual(sizes, [10, 10, 2]);
    const archived = await contacts().basicApi.getPage(100, undefined, undefined, undefined, undefined, true);
    assert.deepEqual(archived.results.map(({ id }) => id), [made[5]]);
    assert.equal((await refused(contacts().basicApi.getPage(101))).code, 400);
    assert.equal((await refused(contacts().basicApi.getPage(51, undefined, undefined, ['email']))).code, 400);
  });

  test('is the same on the paths of 2026-03', async () => {
    const made = await sandbox.call('POST', '/crm/objects/2026-03/contacts', { properties: { email: 'ada@example.com' } });
    assert.equal(made.status, 201);
    const page = await contacts().basicApi.getPage();
    assert.deepEqual(page.results.map(({ properties }) => properties['email']), ['ada@example.com']);
    const dated = await sandbox.client.apiRequest({ method: 'GET', path: '/crm/objects/2026-03/contacts' });
    const old = await sandbox.client.apiRequest({ method: 'GET', path: '/crm/v3/objects/contacts' });
    assert.deepEqual(await dated.json(), await old.json());
  });
});

describe('a merge', () => {
  test('makes a third record; both old ids answer GET and PATCH with it, and no batch update', async () => {
    const one = await create({ email: 'one@example.com', firstname: 'One', jobtitle: 'Boss' });
    const two = await create({ email: 'two@example.com', firstname: 'Two', city: 'Rome' });
    const merged = await contacts().basicApi.merge({ primaryObjectId: one.id, objectIdToMerge: two.id });
    assert.ok(merged.id !== one.id && merged.id !== two.id);
    const names = ['firstname', 'jobtitle', 'city', 'email', 'hs_additional_emails', 'hs_merged_object_ids'];
    for (const id of [one.id, two.id, merged.id]) {
      const read = await contacts().basicApi.getById(id, names);
      assert.equal(read.id, merged.id);
      assert.deepEqual(names.map((name) => read.properties[name]), ['One', 'Boss', 'Rome', 'one@example.com', 'two@example.com', `${one.id};${two.id}`]);
    }
    assert.equal((await contacts().basicApi.update(two.id, { properties: { city: 'Pisa' } })).id, merged.id);
    const batch = await sandbox.call('POST', '/crm/v3/objects/contacts/batch/update', { inputs: [{ id: one.id, properties: { city: 'Bari' } }] });
    assert.equal(batch.status, 207);
    assert.match((await refused(create({ email: 'TWO@example.com' }))).message, new RegExp(`Existing ID: ${merged.id}$`));
    assert.equal((await contacts().basicApi.getById('two@example.com', undefined, undefined, undefined, false, 'email')).id, merged.id);
  });

  test('can follow a merge: all former ids lead to the last record', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.push((await create({ email: `${name}@example.com` })).id);
    const first = await contacts().basicApi.merge({ primaryObjectId: ids[0] ?? '', objectIdToMerge: ids[1] ?? '' });
    await sandbox.control('POST', 'merge', { primary: ids[2], loser: first.id });
    const read = await contacts().basicApi.getById(ids[0] ?? '', ['hs_merged_object_ids', 'email']);
    assert.equal(read.properties['email'], 'c@example.com');
    assert.equal(read.properties['hs_merged_object_ids'], [ids[2], ids[0], ids[1], first.id].join(';'));
    const itself = await refused(contacts().basicApi.merge({ primaryObjectId: read.id, objectIdToMerge: ids[0] ?? '' }));
    assert.equal(itself.code, 400);
  });
});
