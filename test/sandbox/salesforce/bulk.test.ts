import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import type { Connection } from 'jsforce';
import { API, codesOf, control, login, startOrg } from './sandbox.ts';

const sandbox = await startOrg({ rateLimit: 100_000 });
const { url, clock } = sandbox;
let connection: Connection;

interface Job { id: string; state: string; object: string; operation: string; createdById: string; numberRecordsProcessed: number; errorMessage?: string; jobType: string; columnDelimiter: string }
const path = `${API}/jobs/query`;
const create = (body: object) => connection.request<Job>({ method: 'POST', url: path, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
const query = (text: string, more: object = {}) => create({ operation: 'query', query: text, ...more });
const info = (id: string) => connection.request<Job>(`${path}/${id}`);
const abort = (id: string) => connection.request<Job>({ method: 'PATCH', url: `${path}/${id}`, body: '{"state":"Aborted"}', headers: { 'content-type': 'application/json' } });
const remove = (id: string) => connection.request({ method: 'DELETE', url: `${path}/${id}` });

/** One set of results as it comes over the wire. */
async function results(id: string, search = '', version = API): Promise<{ status: number; rows: string[][]; text: string; locator: string | null; count: number; headers: Headers }> {
  const response = await fetch(`${url}${version}/jobs/query/${id}/results${search}`, { headers: { authorization: `Bearer ${connection.accessToken ?? ''}` } });
  const text = await response.text();
  const { headers } = response;
  return { status: response.status, text, rows: response.ok ? parse(text, { delimiter: [',', '^'] }) : [], locator: headers.get('sforce-locator'), count: Number(headers.get('sforce-numberofrecords')), headers };
}

before(async () => {
  connection = await login(url);
  const people = [{ LastName: 'Byron', Email: 'ada@engines.example' }, { LastName: 'O"Neill, Jr', Description: 'two\nlines' }, { LastName: 'Üñí' }, { LastName: 'D' }, { LastName: 'E' }];
  for (const one of people) await connection.create('Lead', { Company: 'Engines', ...one });
});
beforeEach(() => control(url, 'POST', 'bulk-jobs', { takeMs: 0, mostRows: 250_000, failNext: 0 }));

describe('a bulk query job', () => {
  test('is answered as UploadComplete, then in progress, and has its results once it is complete', async () => {
    await control(url, 'POST', 'clock', { stopped: true });
    await control(url, 'POST', 'bulk-jobs', { takeMs: 8_000 });
    const job = await query('SELECT Id FROM Lead');
    assert.deepEqual([job.state, job.object, job.operation, job.createdById], ['UploadComplete', 'Lead', 'query', sandbox.org.identity.integrationUser]);
    assert.match(job.id, /^750\w{15}$/);
    await control(url, 'POST', 'clock', { advanceMs: 4_000 });
    const half = await info(job.id);
    assert.deepEqual([half.state, half.numberRecordsProcessed, half.jobType], ['InProgress', 2, 'V2Query']);
    assert.equal((await results(job.id)).status, 400);
    await control(url, 'POST', 'clock', { advanceMs: 4_000, stopped: false });
    const done = await info(job.id);
    assert.deepEqual([done.state, done.numberRecordsProcessed], ['JobComplete', 5]);
  });

  test('gives RFC 4180 with a header row, every value quoted and a blank one empty, compressed', async () => {
    const job = await query('SELECT LastName, Email, IsConverted, Description FROM Lead ORDER BY CreatedDate, Id LIMIT 2');
    const { text, headers, locator, count } = await results(job.id);
    assert.equal(text, '"LastName","Email","IsConverted","Description"\n"Byron","ada@engines.example","false",""\n"O""Neill, Jr","","false","two\nlines"\n');
    assert.deepEqual([headers.get('content-type'), headers.get('content-encoding'), locator, count], ['text/csv', 'gzip', 'null', 2]);
  });

  test('gives its results in sets, each with the locator of the next and the header row again; the last one says null', async () => {
    const job = await query('SELECT Id FROM Lead ORDER BY Id');
    const seen: string[] = [];
    const locators: (string | null)[] = [];
    for (let locator: string | null = ''; locator !== 'null';) {
      const set: Awaited<ReturnType<typeof results>> = await results(job.id, `?maxRecords=2${locator === '' ? '' : `&locator=${locator}`}`);
      assert.deepEqual(set.rows[0], ['Id']);
      assert.equal(set.count, set.rows.length - 1);
      seen.push(...set.rows.slice(1).map(([id]) => id ?? ''));
      locators.push(locator = set.locator);
    }
    assert.deepEqual([seen.length, new Set(seen).size, locators], [5, 5, ['Mg', 'NA', 'null']]);
    assert.deepEqual((await results(job.id, '?maxRecords=2&locator=Mg')).rows, (await results(job.id, '?maxRecords=2&locator=Mg')).rows, 'a set can be read again');
    await control(url, 'POST', 'bulk-jobs', { mostRows: 3 });
    assert.equal((await results(job.id)).count, 3, 'the server may give fewer than asked for');
  });

  test('writes with the delimiter and the line ending that were asked for', async () => {
    const job = await query('SELECT LastName, Company FROM Lead ORDER BY Id LIMIT 1', { columnDelimiter: 'CARET', lineEnding: 'CRLF' });
    assert.equal((await results(job.id)).text, '"LastName"^"Company"\r\n"Byron"^"Engines"\r\n');
  });

  test('names parents by their path, and with queryAll has deleted rows too', async () => {
    const account = await connection.create('Account', { Name: 'Acme' });
    await connection.create('Contact', { LastName: 'C', AccountId: account.id });
    const job = await query('SELECT LastName, Account.Name FROM Contact');
    assert.deepEqual((await results(job.id)).rows, [['LastName', 'Account.Name'], ['C', 'Acme']]);
    const { id } = await connection.create('Lead', { LastName: 'gone', Company: 'x' });
    await connection.destroy('Lead', id ?? '');
    const text = "SELECT Id FROM Lead WHERE LastName = 'gone'";
    const [live, all] = [await query(text), await create({ operation: 'queryAll', query: text })];
    assert.deepEqual([(await results(live.id)).count, (await results(all.id)).count], [0, 1]);
  });

  test('can be aborted until it has ended, and deleted once it has', async () => {
    await control(url, 'POST', 'bulk-jobs', { takeMs: 60_000 });
    const job = await query('SELECT Id FROM Lead');
    assert.deepEqual(await codesOf(remove(job.id)), ['API_ERROR']);
    assert.equal((await abort(job.id)).state, 'Aborted');
    assert.deepEqual(await codesOf(abort(job.id)), ['INVALIDJOBSTATE']);
    assert.equal((await results(job.id)).status, 400);
    await remove(job.id);
    assert.deepEqual(await codesOf(info(job.id)), ['NOT_FOUND']);
    await control(url, 'POST', 'bulk-jobs', { takeMs: 0 });
    assert.deepEqual(await codesOf(abort((await query('SELECT Id FROM Lead')).id)), ['INVALIDJOBSTATE']);
  });

  test('is gone with its results 7 days after its end', async () => {
    const job = await query('SELECT Id FROM Lead');
    await control(url, 'POST', 'clock', { advanceMs: 7 * 86_400_000 - 60_000 });
    assert.equal((await results(job.id)).status, 200);
    await control(url, 'POST', 'clock', { advanceMs: 120_000 });
    assert.equal((await results(job.id)).status, 404);
  });

  test('fails where the sandbox is told so', async () => {
    await control(url, 'POST', 'bulk-jobs', { failNext: 1 });
    const failed = await info((await query('SELECT Id FROM Lead')).id);
    assert.deepEqual([failed.state, failed.numberRecordsProcessed], ['Failed', 0]);
    assert.match(failed.errorMessage ?? '', /failed/);
    assert.equal((await info((await query('SELECT Id FROM Lead')).id)).state, 'JobComplete');
  });

  test('is refused for a query that Salesforce does not take in bulk, for a bad one, and for an unknown field of the request', async () => {
    for (const text of ['SELECT COUNT() FROM Lead', 'SELECT LastName, COUNT(Id) FROM Lead GROUP BY LastName', 'SELECT Id FROM Lead OFFSET 2']) assert.deepEqual(await codesOf(query(text)), ['API_ERROR'], text);
    assert.deepEqual(await codesOf(query('SELECT Id FROM')), ['MALFORMED_QUERY']);
    assert.deepEqual(await codesOf(query('SELECT Foo FROM Lead')), ['INVALID_FIELD']);
    assert.deepEqual(await codesOf(create({ operation: 'insert', query: 'SELECT Id FROM Lead' })), ['API_ERROR']);
  });

  test('is listed with its user, and is read by the API version that it was made by', async () => {
    const job = await query('SELECT Id FROM Lead', { columnDelimiter: 'PIPE' });
    const { done, records } = await connection.request<{ done: boolean; records: Job[] }>(`${path}?jobType=V2Query`);
    assert.equal(done, true);
    const listed = records.find(({ id }) => id === job.id);
    assert.deepEqual([listed?.createdById, listed?.columnDelimiter, listed?.jobType], [sandbox.org.identity.integrationUser, 'PIPE', 'V2Query']);
    assert.equal((await results(job.id, '', '/services/data/v66.0')).status, 409);
  });

  test('counts as API calls like all others, and against the jobs of a day', async () => {
    const limits = () => connection.request<Record<string, { Remaining: number }>>(`${API}/limits`);
    const before = await limits();
    const job = await query('SELECT Id FROM Lead');
    await info(job.id);
    await results(job.id);
    const after = await limits();
    assert.equal((before['DailyApiRequests']?.Remaining ?? 0) - (after['DailyApiRequests']?.Remaining ?? 0), 4);
    assert.equal((before['DailyBulkV2QueryJobs']?.Remaining ?? 0) - (after['DailyBulkV2QueryJobs']?.Remaining ?? 0), 1);
  });

  test('survives a restart of the sandbox with its results, and not a reset', async () => {
    const { database } = sandbox.org;
    const job = await query('SELECT Id FROM Lead');
    const { QueryJobs } = await import('../../../sandbox/salesforce/bulk/query-jobs.ts');
    const again = new QueryJobs(database, clock);
    assert.equal(again.rows(again.get(job.id), 0, 10).length, 5);
    await control(url, 'POST', 'reset', { seed: 'empty' });
    assert.deepEqual(await control(url, 'GET', 'bulk-jobs'), { jobs: [] });
  });
});

test("jsforce's own client of such jobs gets all rows of one set", async () => {
  connection = await login(url);
  for (const LastName of ['a', 'b', 'c']) await connection.create('Lead', { LastName, Company: 'x' });
  const stream = await connection.bulk2.query('SELECT LastName FROM Lead ORDER BY LastName', { pollInterval: 10 });
  assert.deepEqual((await stream.toArray()).map((one) => one.LastName), ['a', 'b', 'c']);
});
