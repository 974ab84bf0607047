import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { API, codesOf, control, login, rowCodes, startOrg } from './sandbox.ts';

const sandbox = await startOrg();
const connection = await login(sandbox.url);
const contacts = (...names: (string | undefined)[]) => names.map((LastName) => ({ LastName }));
const countContacts = async (): Promise<number> => (await connection.query('SELECT COUNT() FROM Contact')).totalSize;
const ids = (rows: unknown): string[] => (rows as { id: string }[]).map((row) => row.id);

describe('collections of records', () => {
  test('rows answer in order, each with its own outcome, and the good ones are saved', async () => {
    const before = await countContacts();
    const rows = await connection.create('Contact', contacts('a', undefined, 'b'));
    assert.deepEqual(rowCodes(rows), ['ok', 'REQUIRED_FIELD_MISSING', 'ok']);
    assert.deepEqual(rows[1], { success: false, errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [LastName]', fields: ['LastName'] }] });
    assert.equal(await countContacts(), before + 2);
  });

  test('with allOrNone one failure undoes all, and the innocent say so', async () => {
    const before = await countContacts();
    const rows = await connection.create('Contact', contacts('a', undefined, 'b'), { allOrNone: true });
    assert.deepEqual(rowCodes(rows), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING', 'ALL_OR_NONE_OPERATION_ROLLED_BACK']);
    assert.equal(await countContacts(), before);
  });

  test('update, delete and retrieve keep the order and know what is gone', async () => {
    const [one = '', two = '', three = ''] = ids(await connection.create('Contact', contacts('a', 'b', 'c')));
    await connection.destroy('Contact', two);
    const rows = await connection.update('Contact', [
      { Id: one, FirstName: 'x' }, { Id: two, FirstName: 'x' }, { Id: '003000000000001AAA', FirstName: 'x' }, { Id: 'bad', FirstName: 'x' }, { Id: three.slice(0, 15), FirstName: 'y' },
    ]);
    assert.deepEqual(rowCodes(rows), ['ok', 'ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'MALFORMED_ID', 'ok']);
    const read = await connection.retrieve('Contact', [three, two, one], { fields: ['FirstName'] });
    assert.deepEqual(read.map((row) => (row as { FirstName?: string } | null)?.FirstName), ['y', undefined, 'x']);
    assert.deepEqual(rowCodes(await connection.destroy('Contact', [one, two])), ['ok', 'ENTITY_IS_DELETED']);
    assert.deepEqual(rowCodes(await connection.destroy('Contact', [three, one], { allOrNone: true })), ['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'ENTITY_IS_DELETED']);
    assert.equal((await connection.retrieve('Contact', three))['FirstName'], 'y');
  });

  test('upsert says what it created, and refuses every row of a key that comes twice', async () => {
    const key = 'HubSpot_Contact_Id__c';
    assert.deepEqual(await connection.upsert('Contact', [{ LastName: 'a', [key]: '1' }], key).then((rows) => rows.map((row) => row.success && row.created)), [true]);
    const rows = await connection.upsert('Contact', [{ LastName: 'b', [key]: '1' }, { LastName: 'c', [key]: 'x' }, { LastName: 'd', [key]: 'X' }, { LastName: 'e', [key]: '2' }], key);
    assert.deepEqual(rowCodes(rows), ['ok', 'DUPLICATE_VALUE', 'DUPLICATE_VALUE', 'ok']);
    assert.deepEqual(rows.map((row) => row.success && row.created), [false, false, false, true]);
    assert.match(JSON.stringify(rows[1]), /Duplicate external id specified: x/);
  });

  test('several matches fail their row alone', async () => {
    await connection.create('Contact', [{ LastName: 'a', Legacy_Id__c: 'L' }, { LastName: 'b', Legacy_Id__c: 'L' }]);
    const rows = await connection.upsert('Contact', [{ LastName: 'c', Legacy_Id__c: 'L' }, { LastName: 'd', Legacy_Id__c: 'M' }], 'Legacy_Id__c');
    assert.deepEqual(rowCodes(rows), ['DUPLICATE_EXTERNAL_ID', 'ok']);
  });

  test('201 rows are refused as a whole, 200 are taken, as one API call', async () => {
    const many = Array.from({ length: 201 }, (_, n) => ({ LastName: `n${n}` }));
    assert.deepEqual(await codesOf(connection.create('Contact', many)), ['EXCEEDED_ID_LIMIT']);
    const before = connection.limitInfo.apiUsage?.used ?? 0;
    assert.equal((await connection.create('Contact', many.slice(1))).length, 200);
    assert.equal(connection.limitInfo.apiUsage?.used, before + 1);
    assert.deepEqual(await codesOf(connection.retrieve('Contact', Array.from({ length: 2001 }, () => '003000000000001AAA'), { fields: ['Id'] })), ['EXCEEDED_ID_LIMIT']);
  });

  test('a fault fails the rows that match it and no others', async () => {
    await control(sandbox.url, 'POST', 'faults', { path: `${API}/composite/sobjects`, row: { match: 'unlucky', code: 'UNABLE_TO_LOCK_ROW' } });
    assert.deepEqual(rowCodes(await connection.create('Contact', contacts('lucky', 'unlucky'))), ['ok', 'UNABLE_TO_LOCK_ROW']);
    assert.deepEqual(rowCodes(await connection.create('Contact', contacts('lucky', 'unlucky'))), ['ok', 'ok']);
  });

  test('an unknown field fails its row, or where the org is told so its whole request', async () => {
    const rows = [{ LastName: 'a', Nope__c: 1 }, { LastName: 'b' }];
    assert.deepEqual(rowCodes(await connection.create('Contact', rows)), ['INVALID_FIELD', 'ok']);
    await control(sandbox.url, 'POST', 'behaviour', { collectionParseErrors: 'request' });
    const before = await countContacts();
    assert.deepEqual(await codesOf(connection.create('Contact', rows)), ['INVALID_FIELD']);
    assert.equal(await countContacts(), before);
    await control(sandbox.url, 'POST', 'behaviour', { collectionParseErrors: 'row' });
  });
});

describe('composite requests', () => {
  const composite = (allOrNone: boolean, lastName: string | null) => connection.request<{ compositeResponse: { httpStatusCode: number; body: { id?: string } }[] }>({
    method: 'POST', url: `${API}/composite`, headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      allOrNone,
      compositeRequest: [
        { method: 'POST', url: `${API}/sobjects/Account`, referenceId: 'account', body: { Name: 'Composite' } },
        { method: 'POST', url: `${API}/sobjects/Contact`, referenceId: 'contact', body: { LastName: lastName, AccountId: '@{account.id}' } },
      ],
    }),
  });
  const accounts = async (): Promise<number> => (await connection.query("SELECT COUNT() FROM Account WHERE Name = 'Composite'")).totalSize;

  test('a later part refers to an earlier one; all count as one call', async () => {
    const used = connection.limitInfo.apiUsage?.used ?? 0;
    const { compositeResponse } = await composite(true, 'Child');
    assert.deepEqual(compositeResponse.map((one) => one.httpStatusCode), [201, 201]);
    assert.equal(connection.limitInfo.apiUsage?.used, used + 1);
    const { records } = await connection.query("SELECT Account.Name FROM Contact WHERE LastName = 'Child'");
    assert.equal(records[0]?.['Account']?.Name, 'Composite');
  });

  test('with allOrNone a failing part undoes the others', async () => {
    const before = await accounts();
    assert.deepEqual((await composite(true, null)).compositeResponse.map((one) => one.httpStatusCode), [400, 400]);
    assert.equal(await accounts(), before);
    assert.deepEqual((await composite(false, null)).compositeResponse.map((one) => one.httpStatusCode), [201, 400]);
    assert.equal(await accounts(), before + 1);
  });

  test('the parts of a batch stand alone and each counts', async () => {
    await connection.query('SELECT COUNT() FROM Lead');
    const used = connection.limitInfo.apiUsage?.used ?? 0;
    const answer = await connection.request<{ hasErrors: boolean; results: { statusCode: number }[] }>({
      method: 'POST', url: `${API}/composite/batch`, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ batchRequests: [{ method: 'GET', url: 'v67.0/limits' }, { method: 'GET', url: 'v67.0/sobjects/Nope' }] }),
    });
    assert.deepEqual([answer.hasErrors, answer.results.map((one) => one.statusCode)], [true, [200, 404]]);
    assert.equal(connection.limitInfo.apiUsage?.used, used + 2);
  });
});

test('other requests wait for a composite request that may still be undone, and nobody sees its writes', async () => {
  const parts = Array.from({ length: 20 }, (_, n) => ({ method: 'POST', url: `${API}/sobjects/Account`, referenceId: `r${n}`, body: { Name: n < 19 ? 'Undone' : null } }));
  const send = () => connection.request({ method: 'POST', url: `${API}/composite`, body: JSON.stringify({ allOrNone: true, compositeRequest: parts }), headers: { 'content-type': 'application/json' } });
  const count = async (): Promise<number> => (await connection.query("SELECT COUNT() FROM Account WHERE Name = 'Undone'")).totalSize;
  const kept = connection.create('Account', Array.from({ length: 50 }, (_, n) => ({ Name: `Kept ${n}` })));
  const [, seen] = await Promise.all([send(), Promise.all([count(), count(), count()]), send(), kept]);
  assert.deepEqual(seen, [0, 0, 0]);
  assert.equal(await count(), 0);
  assert.equal((await connection.query("SELECT COUNT() FROM Account WHERE Name LIKE 'Kept %'")).totalSize, 50);
});
