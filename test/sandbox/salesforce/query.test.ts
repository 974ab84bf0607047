import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { API, codesOf, login, startOrg } from './sandbox.ts';

const sandbox = await startOrg();
const connection = await login(sandbox.url);
const messageOf = async (soql: string): Promise<string> => connection.query(soql).then(() => '', (error: Error) => error.message);

await connection.create('Account', { Name: 'Zeta' });
const [account] = (await connection.query("SELECT Id FROM Account WHERE Name = 'Zeta'")).records;
await connection.create('Contact', [
  { LastName: 'Ada', Email: 'ADA@Example.com', AccountId: account?.Id, Interests__c: 'Email;Events', Score__c: 3 },
  { LastName: 'Bob', Email: 'bob@example.com', Score__c: 1 },
  { LastName: 'Cid', Score__c: 1, Birthdate: '1990-05-06' },
], {});
const names = async (where: string): Promise<string> =>
  (await connection.query<{ LastName: string }>(`SELECT LastName FROM Contact ${where}`)).records.map((one) => one.LastName).join(' ');

describe('SOQL over HTTP', () => {
  const selections: [string, string][] = [
    ["WHERE Email = 'ada@example.COM'", 'Ada'],
    ["WHERE Account.Name = 'zeta'", 'Ada'],
    ["WHERE Account.Owner.Email LIKE 'integration%'", 'Ada'],
    ['WHERE Account.Name = null', 'Bob Cid'],
    ["WHERE Account.Name != 'Zeta'", 'Bob Cid'],
    ["WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'Zeta')", 'Ada'],
    ["WHERE AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'Zeta')", 'Bob Cid'],
    ["WHERE Interests__c INCLUDES ('Events;Email', 'Training')", 'Ada'],
    ["WHERE Interests__c EXCLUDES ('Events')", 'Bob Cid'],
    ['WHERE CreatedDate = TODAY AND CreatedDate > LAST_N_DAYS:3', 'Ada Bob Cid'],
    ['WHERE CreatedDate = YESTERDAY', ''],
    ['WHERE Birthdate < LAST_N_YEARS:10', 'Cid'],
    ['WHERE Birthdate = 1990-05-06', 'Cid'],
    ['WHERE CreatedDate > 2020-01-01T00:00:00Z AND CreatedDate < 2120-01-01T00:00:00.000+02:00', 'Ada Bob Cid'],
    ['WHERE CALENDAR_YEAR(Birthdate) = 1990', 'Cid'],
    ['ORDER BY Email', 'Cid Ada Bob'],
    ['ORDER BY Email DESC NULLS LAST', 'Bob Ada Cid'],
    ['ORDER BY Score__c DESC, LastName DESC LIMIT 2 OFFSET 1', 'Cid Bob'],
    ["WHERE Contact.LastName = 'Bob'", 'Bob'],
    ["c WHERE c.LastName = 'Bob'", 'Bob'],
  ];
  for (const [where, expected] of selections) test(`${where} selects ${expected || 'nobody'}`, async () => assert.equal(await names(where), expected));

  test('ids compare in 15 and in 18 characters', async () => {
    const id = account?.Id ?? '';
    for (const text of [id, id.slice(0, 15)]) assert.equal(await names(`WHERE AccountId = '${text}'`), 'Ada');
  });

  test('parents come nested, null where there is none, with names in their own spelling', async () => {
    const { records } = await connection.query('select lastname, account.name, account.owner.isactive from contact order by lastname limit 2');
    assert.equal(records[0]?.['Account']?.Name, 'Zeta');
    assert.equal(records[0]['Account'].attributes.type, 'Account');
    assert.equal(records[0]['Account'].Owner.IsActive, true);
    assert.deepEqual(Object.keys(records[1] ?? {}), ['attributes', 'LastName', 'Account']);
    assert.equal(records[1]?.['Account'], null);
  });

  test('aggregates: COUNT() gives a size alone, others rows with aliases or expr0', async () => {
    assert.deepEqual(await connection.query('SELECT COUNT() FROM Contact'), { totalSize: 3, done: true, records: [] });
    assert.equal((await connection.query('SELECT COUNT() FROM Contact LIMIT 2')).totalSize, 2);
    const { records } = await connection.query('SELECT Score__c, COUNT(Id) n, MIN(LastName) FROM Contact GROUP BY Score__c HAVING COUNT(Id) > 1 ORDER BY COUNT(Id)');
    assert.deepEqual(records, [{ attributes: { type: 'AggregateResult' }, Score__c: 1, n: 2, expr0: 'Bob' }]);
    assert.deepEqual(await codesOf(connection.query('SELECT LastName, COUNT(Id) FROM Contact')), ['MALFORMED_QUERY']);
  });

  test('an unknown field is worded as Salesforce words it', async () => {
    assert.equal(await messageOf('SELECT Foo FROM Lead'), `
SELECT Foo FROM Lead
       ^
ERROR at Row:1:Column:8
No such column 'Foo' on entity 'Lead'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`);
  });

  const errors: [string, string][] = [
    ['SELECT Foo FROM Lead', 'INVALID_FIELD'], ['SELECT Id FROM Leads', 'INVALID_TYPE'], ['SELECT Nope.Name FROM Contact', 'INVALID_FIELD'],
    ['SELECT Id, City, id FROM Lead', 'INVALID_FIELD'], ['SELECT Id Lead', 'MALFORMED_QUERY'], ['SELECT Id, FROM Lead', 'MALFORMED_QUERY'], ["SELECT Id FROM Lead WHERE City = 'x", 'MALFORMED_QUERY'],
    ['SELECT Id FROM Lead WHERE City = x', 'MALFORMED_QUERY'], ['SELECT Id FROM Lead WHERE City = 1', 'INVALID_FIELD'], ["SELECT Id FROM Lead WHERE VIP__c = 'true'", 'INVALID_FIELD'],
    ["SELECT Id FROM Lead WHERE CreatedDate = '2026-01-01T00:00:00Z'", 'INVALID_FIELD'], ["SELECT Id FROM Lead WHERE Id = 'x'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ["SELECT Id FROM Lead WHERE Description = 'x'", 'INVALID_FIELD'], ["SELECT Id FROM Lead WHERE Score__c LIKE 'x'", 'INVALID_QUERY_FILTER_OPERATOR'],
    ["SELECT Id FROM Lead WHERE City = 'a\\q'", 'MALFORMED_QUERY'], ['SELECT Id FROM Lead OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE'], ['', 'MALFORMED_QUERY'],
    ["SELECT Id FROM Lead WHERE City = 'a' AND City = 'b' OR City = 'c'", 'MALFORMED_QUERY'],
  ];
  for (const [soql, code] of errors) test(`${soql || 'an empty query'} is ${code}`, async () => assert.deepEqual(await codesOf(connection.request(`${API}/query?q=${encodeURIComponent(soql)}`)), [code]));

  test('URI and headers above 16,384 bytes are refused in HTML', async () => {
    const soql = `SELECT Id FROM Lead WHERE City = '${'x'.repeat(16_400)}'`;
    assert.deepEqual(await codesOf(connection.query(soql)), ['ERROR_HTTP_414']);
  });
});

describe('pages of a query', () => {
  test('2,000 rows a page, next by nextRecordsUrl, in the end all, each once', async () => {
    for (let page = 0; page < 21; page += 1) await connection.create('Lead', Array.from({ length: 200 }, (_, n) => ({ LastName: `n${page * 200 + n}`, Company: 'x' })));
    let answer = await connection.query('SELECT Id FROM Lead');
    assert.deepEqual([answer.totalSize, answer.done, answer.records.length], [4200, false, 2000]);
    assert.match(answer.nextRecordsUrl ?? '', new RegExp(`${API}/query/01g\\w{15}-2000$`));
    const seen = answer.records.map((one) => one.Id);
    while (!answer.done) {
      answer = await connection.queryMore(answer.nextRecordsUrl ?? '');
      seen.push(...answer.records.map((one) => one.Id));
    }
    assert.equal(new Set(seen).size, 4200);
  });

  test('batchSize is obeyed between 200 and 2,000, and /query/?q= is served as well', async () => {
    for (const [asked, given] of [[500, 500], [1, 200], [9000, 2000]] as const) {
      const { records } = await connection.request<{ records: unknown[] }>({ method: 'GET', url: `${API}/query/?q=SELECT+Id+FROM+Lead`, headers: { 'sforce-query-options': `batchSize=${asked}` } });
      assert.equal(records.length, given);
    }
  });

  test('a stale locator is INVALID_QUERY_LOCATOR, and so is one of two days ago', async () => {
    assert.deepEqual(await codesOf(connection.queryMore(`${API}/query/01g000000000000AAA-2000`)), ['INVALID_QUERY_LOCATOR']);
    const { nextRecordsUrl } = await connection.query('SELECT Id FROM Lead');
    sandbox.clock.advance(2 * 86_400_000 + 1000);
    assert.deepEqual(await codesOf(connection.queryMore(nextRecordsUrl ?? '')), ['INVALID_QUERY_LOCATOR']);
  });

  test('queryAll includes deleted rows, and its next page is under /query/', async () => {
    const { records } = await connection.query('SELECT Id FROM Lead LIMIT 1');
    await connection.destroy('Lead', records[0]?.Id ?? '');
    const all = await connection.query('SELECT Id, IsDeleted FROM Lead', { scanAll: true });
    assert.deepEqual([all.totalSize, (await connection.query('SELECT COUNT() FROM Lead')).totalSize], [4200, 4199]);
    assert.match(all.nextRecordsUrl ?? '', /\/query\/01g/);
    assert.equal((await connection.query('SELECT Id FROM Lead WHERE IsDeleted = true', { scanAll: true })).totalSize, 1);
  });
});
