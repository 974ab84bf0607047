import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { API, codesOf, control, login, startOrg } from './sandbox.ts';

const sandbox = await startOrg();
const connection = await login(sandbox.url);
const lead = (more: object = {}) => ({ LastName: 'Hopper', Company: 'Navy', ...more });
const create = async (type: string, fields: object): Promise<string> => {
  const saved = await connection.create(type, fields);
  assert.ok(saved.success);
  return saved.id;
};

describe('one record at a time', () => {
  test('a record is created, read, changed, deleted, and then reported as deleted', async () => {
    const id = await create('Lead', lead({ FirstName: 'Grace', Email: ' Grace@Navy.example ' }));
    assert.match(id, /^00Q[0-9A-Za-z]{12}[A-Z0-5]{3}$/);
    const read = await connection.retrieve('Lead', id);
    assert.equal(read['Name'], 'Grace Hopper');
    assert.equal(read['Email'], 'Grace@Navy.example');
    assert.equal(read['Status'], 'Open - Not Contacted');
    assert.equal(read['VIP__c'], false);
    assert.match(String(read['SystemModstamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
    assert.equal(read.attributes?.url, `${API}/sobjects/Lead/${id}`);
    await connection.update('Lead', { Id: id.slice(0, 15), FirstName: '', Email: null });
    assert.deepEqual(await connection.retrieve('Lead', id, { fields: ['Name', 'FirstName', 'Owner.Name'] }), {
      attributes: { type: 'Lead', url: `${API}/sobjects/Lead/${id}` }, Name: 'Hopper', FirstName: null,
      Owner: { attributes: { type: 'User', url: `${API}/sobjects/User/${sandbox.org.identity.integrationUser}` }, Name: 'Integration User' }, Id: id,
    });
    assert.deepEqual(await connection.destroy('Lead', id), { id, success: true, errors: [] });
    assert.deepEqual(await codesOf(connection.destroy('Lead', id)), ['ENTITY_IS_DELETED']);
    assert.deepEqual(await codesOf(connection.retrieve('Lead', id)), ['ENTITY_IS_DELETED']);
    assert.deepEqual(await codesOf(connection.update('Lead', { Id: id, City: 'x' })), ['ENTITY_IS_DELETED']);
  });

  test('an id that leads nowhere, of another object or of no form is NOT_FOUND', async () => {
    for (const id of ['00Q000000000001AAA', '003000000000001AAA', 'nonsense']) assert.deepEqual(await codesOf(connection.retrieve('Lead', id)), ['NOT_FOUND'], id);
  });

  const refused: [string, object, string][] = [
    ['no company', { LastName: 'x' }, 'REQUIRED_FIELD_MISSING'],
    ['a blank company', { LastName: 'x', Company: '  ' }, 'REQUIRED_FIELD_MISSING'],
    ['a long last name', lead({ LastName: 'x'.repeat(81) }), 'STRING_TOO_LONG'],
    ['a bad email', lead({ Email: 'grace@' }), 'INVALID_EMAIL_ADDRESS'],
    ['an unknown option', lead({ Tier__c: 'Tin' }), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['an unknown option among several', lead({ Interests__c: 'Email;Golf' }), 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
    ['too many digits', lead({ Score__c: 1_000_000 }), 'NUMBER_OUTSIDE_VALID_RANGE'],
    ['a fraction of a person', lead({ NumberOfEmployees: 1.5 }), 'JSON_PARSER_ERROR'],
    ['a word as number', lead({ Score__c: 'many' }), 'JSON_PARSER_ERROR'],
    ['a word as boolean', lead({ VIP__c: 'yes' }), 'JSON_PARSER_ERROR'],
    ['a day that does not exist', lead({ Contract_Ends__c: '2026-02-30' }), 'JSON_PARSER_ERROR'],
    ['a datetime without zone', lead({ Last_Demo__c: '2026-02-03T10:00:00' }), 'JSON_PARSER_ERROR'],
    ['an object as text', lead({ City: { name: 'x' } }), 'JSON_PARSER_ERROR'],
    ['an unknown field', lead({ Nope__c: 'x' }), 'INVALID_FIELD'],
    ['a field of the system', lead({ CreatedDate: '2026-01-01T00:00:00Z' }), 'INVALID_FIELD_FOR_INSERT_UPDATE'],
    ['an owner that is no id', lead({ OwnerId: 'me' }), 'MALFORMED_ID'],
    ['an owner that is a lead', lead({ OwnerId: '00Q000000000001AAA' }), 'MALFORMED_ID'],
    ['an owner that does not exist', lead({ OwnerId: '005000000000001AAA' }), 'INVALID_CROSS_REFERENCE_KEY'],
  ];
  for (const [what, fields, code] of refused) {
    test(`a Lead with ${what} is refused: ${code}`, async () => assert.deepEqual(await codesOf(connection.create('Lead', fields)), [code]));
  }

  test('a refusal names the fields, and several field errors come together', async () => {
    const error: unknown = await connection.create('Contact', { FirstName: 'x' }).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error && 'data' in error);
    assert.deepEqual(error.data, { message: 'Required fields are missing: [LastName]', errorCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] });
    assert.deepEqual(await codesOf(connection.create('Lead', lead({ Email: 'x', City: 'x'.repeat(41) }))), ['INVALID_EMAIL_ADDRESS', 'STRING_TOO_LONG']);
  });

  test('values are kept as Salesforce keeps them', async () => {
    const id = await create('Lead', lead({
      Score__c: '2.345', Interests__c: 'training;Email;Email', Tier__c: 'gold', Last_Demo__c: '2026-02-03T10:20:30.789+02:00', Contract_Ends__c: '2026-02-28', Industry: 'My own',
    }));
    const read = await connection.retrieve('Lead', id);
    assert.equal(read['Score__c'], 2.35);
    assert.equal(read['Interests__c'], 'Email;Training');
    assert.equal(read['Tier__c'], 'Gold');
    assert.equal(read['Last_Demo__c'], '2026-02-03T08:20:30.000+0000');
    assert.equal(read['Contract_Ends__c'], '2026-02-28');
    assert.equal(read['Industry'], 'My own');
  });

  test('a unique value is taken without regard to case; the refusal names the record in 15 characters', async () => {
    const id = await create('Contact', { LastName: 'x', HubSpot_Contact_Id__c: 'ab1' });
    const error: unknown = await connection.create('Contact', { LastName: 'y', HubSpot_Contact_Id__c: 'AB1' }).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'DUPLICATE_VALUE');
    assert.equal(error.message, `duplicate value found: HubSpot_Contact_Id__c duplicates value on record with id: ${id.slice(0, 15)}`);
    await create('Lead', lead({ HubSpot_Contact_Id__c: 'ab1' }));
  });

  test('ids of one object grow, so that a page by id finds what came later', async () => {
    const ids = [];
    for (let n = 0; n < 70; n += 1) ids.push(await create('Account', { Name: `a${n}` }));
    assert.deepEqual(ids, [...ids].sort());
    const { records } = await connection.query(`SELECT Id FROM Account WHERE Id > '${ids[63] ?? ''}' ORDER BY Id`);
    assert.deepEqual(records.map((one) => one.Id), ids.slice(64));
  });

  test('a PATCH with If-Unmodified-Since is 412 once the record was changed', async () => {
    const id = await create('Lead', lead());
    const patch = (since: string) => connection.request({ method: 'PATCH', url: `${API}/sobjects/Lead/${id}`, body: '{"City":"x"}', headers: { 'content-type': 'application/json', 'if-unmodified-since': since } });
    assert.deepEqual(await codesOf(patch('Thu, 01 Jan 2026 00:00:00 GMT')), ['PRECONDITION_FAILED']);
    await patch(new Date(Date.now() + 5000).toUTCString());
  });

  test('a body that is no JSON object, a method and a path that are not there, each have their code', async () => {
    const send = (method: 'POST' | 'PUT', path: string, body: string) => connection.request({ method, url: `${API}${path}`, body, headers: { 'content-type': 'application/json' } });
    for (const body of ['{"LastName"', '[]']) assert.deepEqual(await codesOf(send('POST', '/sobjects/Lead', body)), ['JSON_PARSER_ERROR']);
    assert.deepEqual(await codesOf(send('PUT', '/sobjects/Lead', '{}')), ['METHOD_NOT_ALLOWED']);
    assert.deepEqual(await codesOf(send('POST', '/sobjects/Nope', '{}')), ['NOT_FOUND']);
    assert.deepEqual(await codesOf(send('POST', '/nowhere', '{}')), ['NOT_FOUND']);
  });

  test('deleting an Account takes its Contacts along', async () => {
    const account = await create('Account', { Name: 'Gone' });
    const contact = await create('Contact', { LastName: 'x', AccountId: account });
    await connection.destroy('Account', account);
    assert.deepEqual(await codesOf(connection.retrieve('Contact', contact)), ['ENTITY_IS_DELETED']);
  });
});

describe('upsert by external id', () => {
  const upsert = (field: string, value: string, body: object, query = '') => connection.request<{ id: string; created: boolean }>({
    method: 'PATCH', url: `${API}/sobjects/Contact/${field}/${encodeURIComponent(value)}${query}`, body: JSON.stringify(body), headers: { 'content-type': 'application/json' },
  });

  test('it creates, then updates, whatever characters the value has', async () => {
    for (const value of ['71', 'a/b?c#d e%', 'ä']) {
      const first = await upsert('HubSpot_Contact_Id__c', value, { LastName: 'One' });
      assert.equal(first.created, true);
      const second = await upsert('HubSpot_Contact_Id__c', value, { LastName: 'Two' });
      assert.deepEqual([second.created, second.id], [false, first.id]);
      const read = await connection.request<Record<string, unknown>>(`${API}/sobjects/Contact/HubSpot_Contact_Id__c/${encodeURIComponent(value)}`);
      assert.equal(read['LastName'], 'Two');
      assert.equal(read['HubSpot_Contact_Id__c'], value);
    }
  });

  test('several matches are 300 with their addresses', async () => {
    const ids = [await create('Contact', { LastName: 'x', Legacy_Id__c: 'L1' }), await create('Contact', { LastName: 'y', Legacy_Id__c: 'l1' })];
    const error: unknown = await upsert('Legacy_Id__c', 'L1', { LastName: 'z' }).catch((caught: unknown) => caught);
    assert.ok(error instanceof Error && 'data' in error);
    assert.equal(error.name, 'MULTIPLE_CHOICES');
    assert.deepEqual(error.data, ids.map((id) => `${API}/sobjects/Contact/${id}`));
  });

  test('updateOnly creates nothing; a field that is no external id is NOT_FOUND; the field may not stand in the body', async () => {
    assert.deepEqual(await codesOf(upsert('HubSpot_Contact_Id__c', 'new', { LastName: 'x' }, '?updateOnly=true')), ['NOT_FOUND']);
    assert.deepEqual(await codesOf(upsert('LastName', 'new', { FirstName: 'x' })), ['NOT_FOUND']);
    assert.deepEqual(await codesOf(upsert('HubSpot_Contact_Id__c', 'new', { LastName: 'x', HubSpot_Contact_Id__c: 'new' })), ['INVALID_FIELD']);
  });

  test('a converted Lead holds its external id and refuses the update', async () => {
    const leadId = await create('Lead', lead({ HubSpot_Contact_Id__c: '900' }));
    await control(sandbox.url, 'POST', 'convert', { leadId });
    assert.deepEqual(await codesOf(connection.request({
      method: 'PATCH', url: `${API}/sobjects/Lead/HubSpot_Contact_Id__c/900`, body: '{"City":"x"}', headers: { 'content-type': 'application/json' },
    })), ['CANNOT_UPDATE_CONVERTED_LEAD']);
  });
});
