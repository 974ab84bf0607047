import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { after, beforeEach, describe, test } from 'node:test';
import { Connection, type ConnectionConfig } from 'jsforce';
import { setDefaults } from 'jsforce/lib/request.js';
import { API, codesOf, control, login, rowCodes, startOrg } from '../sandbox/salesforce/sandbox.ts';

// How jsforce 3.10 itself behaves, where the product has to guard against it: a test that fails after an upgrade says which guard may go.

const sandbox = await startOrg({ rateLimit: false });
const { url } = sandbox;

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string };

/** A server that answers as told and remembers what it was asked. */
async function stub(answer: (seen: Seen, response: ServerResponse) => void): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
      seen.push(one);
      answer(one, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`, seen };
}

const json = (response: ServerResponse, body: unknown): void => void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const anonymous = (instanceUrl: string, more: ConnectionConfig = {}): Connection => new Connection({ instanceUrl, accessToken: 'token', version: '67.0', ...more });
const requests = async (): Promise<{ method: string; url: string }[]> => ((await control(url, 'GET', 'requests')) as { requests: { method: string; url: string }[] }).requests;
type Refused = Error & { errorCode?: string; data?: unknown; cause?: { code?: string } };
const isRefused = (error: unknown): error is Refused => error instanceof Error;
const errorOf = (call: PromiseLike<unknown>): Promise<Refused> => Promise.resolve(call).then(() => assert.fail('it must be refused'), (error: unknown) => {
  assert.ok(isRefused(error));
  return error;
});

beforeEach(async () => {
  await control(url, 'DELETE', 'faults');
  await control(url, 'DELETE', 'calls');
});

test('runtime: one copy of undici; deep imports work with their extension', () => {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('jsforce'));
  assert.equal(theirs.resolve('undici'), ours.resolve('undici'));
  assert.equal(typeof setDefaults, 'function');
});

test('a cut response kills the process with an uncaught error', async () => {
  const { accessToken } = await login(url);
  await control(url, 'POST', 'faults', { path: `${API}/query`, cut: true });
  const script = `
    import { Connection } from 'jsforce';
    const connection = new Connection({ instanceUrl: process.env.URL, accessToken: process.env.TOKEN, version: '67.0' });
    connection.query('SELECT Id FROM Lead').then(() => console.log('settled'), () => console.log('settled'));
    setTimeout(() => console.log('alive'), 3000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: process.cwd(), env: { ...process.env, URL: url, TOKEN: accessToken ?? '' } });
  const output: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  assert.notEqual(code, 0, output.join(''));
  assert.match(output.join(''), /terminated/);
  assert.doesNotMatch(output.join(''), /settled/);
});

describe('its own retries', () => {
  test('repeat a GET after a 503, ignoring Retry-After, and never a POST', async () => {
    const connection = await login(url);
    setDefaults({});
    await control(url, 'POST', 'faults', { path: `${API}/limits`, status: 503, times: 1, headers: { 'retry-after': '60' } });
    await control(url, 'POST', 'faults', { method: 'POST', path: `${API}/sobjects/Lead`, status: 503, times: 1 });
    await control(url, 'DELETE', 'calls');
    await connection.request(`${API}/limits`);
    assert.deepEqual(await codesOf(connection.create('Lead', { LastName: 'a', Company: 'b' })), ['SERVER_UNAVAILABLE']);
    assert.deepEqual((await requests()).map((one) => one.method), ['GET', 'GET', 'POST']);
  });

  test('are off once setDefaults says so', async () => {
    const connection = await login(url);
    await control(url, 'POST', 'faults', { path: `${API}/limits`, status: 503, times: 1 });
    assert.deepEqual(await codesOf(connection.request(`${API}/limits`)), ['SERVER_UNAVAILABLE']);
  });
});

describe('sessions', () => {
  test('a 401 refreshes and replays without a cap', async () => {
    let refreshed = 0;
    const connection = anonymous(url, {
      refreshFn: (_connection, done) => {
        refreshed += 1;
        if (refreshed < 20) done(null, `still-wrong-${refreshed}`);
        else done(new Error('enough'));
      },
    });
    const error = await errorOf(connection.query('SELECT Id FROM Lead'));
    assert.equal(refreshed, 20);
    assert.equal(error.errorCode, undefined);
    assert.match(error.message, /enough/);
  });

  test('with client credentials the default refresh loses INVALID_SESSION_ID', async () => {
    const connection = await login(url);
    await control(url, 'POST', 'revoke', { kind: 'access' });
    const error = await errorOf(connection.query('SELECT Id FROM Lead'));
    assert.deepEqual([error.name, error.errorCode], ['Error', undefined]);
    assert.match(error.message, /No refresh token found/);
  });

  test('the built-in refresh ignores a rotated refresh token, and replays to the old host', async () => {
    await control(url, 'POST', 'behaviour', { rotateRefreshTokens: true });
    await control(url, 'POST', 'session', { instanceUrl: 'http://127.0.0.1:1' });
    const { refreshToken } = (await control(url, 'POST', 'refresh-token')) as { refreshToken: string };
    const connection = new Connection({
      oauth2: { loginUrl: url, clientId: 'sandbox', clientSecret: 'sandbox' }, loginUrl: url, instanceUrl: url, accessToken: 'stale', refreshToken, version: '67.0',
    });
    try {
      assert.equal((await connection.query('SELECT COUNT() FROM User')).done, true);
      assert.equal(connection.refreshToken, refreshToken);
      assert.equal(connection.instanceUrl, 'http://127.0.0.1:1');
    } finally {
      await control(url, 'POST', 'session', { instanceUrl: null });
      await control(url, 'POST', 'behaviour', { rotateRefreshTokens: false });
    }
  });
});

describe('answers that are not what they should be', () => {
  test('JSON cut short, or without a JSON content type, comes back as a string and as success', async () => {
    const connection = await login(url);
    await control(url, 'POST', 'faults', { method: 'POST', path: `${API}/sobjects/Lead`, truncate: true });
    const created: unknown = await connection.create('Lead', { LastName: 'a', Company: 'b' });
    assert.equal(typeof created, 'string');
    assert.match(String(created), /^\{"id":"00Q/);
    await control(url, 'POST', 'faults', { path: `${API}/limits`, contentType: '', delayMs: 0, when: 'after' });
    assert.equal(typeof (await connection.request(`${API}/limits`)), 'string');
    await control(url, 'POST', 'faults', { path: `${API}/query`, truncate: true });
    assert.ok((await errorOf(connection.query('SELECT Id FROM User'))) instanceof TypeError);
  });
});

describe('errors', () => {
  test('carry the code as name and errorCode, the body as data', async () => {
    const connection = await login(url);
    const one = await errorOf(connection.create('Lead', { LastName: 'a' }));
    assert.deepEqual([one.name, one.errorCode], ['REQUIRED_FIELD_MISSING', 'REQUIRED_FIELD_MISSING']);
    assert.deepEqual(one.data, { message: 'Required fields are missing: [Company]', errorCode: 'REQUIRED_FIELD_MISSING', fields: ['Company'] });
    const several = await errorOf(connection.create('Lead', { LastName: 'a', Company: 'b', Email: 'x', City: 'x'.repeat(99) }));
    assert.equal(several.name, 'MULTIPLE_API_ERRORS');
    assert.equal(Array.isArray(several.data) && several.data.length, 2);
  });

  test('are ERROR_HTTP_<status> for what is not JSON, a TypeError with a cause where the network fails', async () => {
    const connection = await login(url);
    await control(url, 'POST', 'faults', { path: `${API}/limits`, status: 502, body: '<html>Bad gateway</html>' });
    assert.equal((await errorOf(connection.request(`${API}/limits`))).name, 'ERROR_HTTP_502');
    const server = await stub((_seen, response) => void response.destroy());
    const broken = await errorOf(anonymous(server.url).request(`${API}/limits`));
    assert.ok(broken instanceof TypeError);
    assert.equal(broken.cause?.code, 'UND_ERR_SOCKET');
  });

  test('of OAuth have a name and no errorCode; a 300 is MULTIPLE_CHOICES with the addresses', async () => {
    const connection = await login(url);
    const refused = await errorOf(connection.oauth2.refreshToken('none'));
    assert.deepEqual([refused.name, refused.errorCode], ['invalid_grant', undefined]);
    await connection.create('Contact', [{ LastName: 'a', Legacy_Id__c: 'M' }, { LastName: 'b', Legacy_Id__c: 'M' }]);
    const several = await errorOf(connection.upsert('Contact', { LastName: 'c', Legacy_Id__c: 'M' }, 'Legacy_Id__c'));
    assert.equal(several.name, 'MULTIPLE_CHOICES');
    assert.equal(Array.isArray(several.data) && several.data.length, 2);
  });

  test('of rows say statusCode, where single calls say errorCode', async () => {
    const connection = await login(url);
    const [row] = await connection.create('Lead', [{ LastName: 'a' }]);
    assert.equal(row?.success, false);
    assert.deepEqual(Object.keys(row.errors[0] ?? {}).sort(), ['fields', 'message', 'statusCode']);
  });
});

describe('collections', () => {
  const rows = Array.from({ length: 401 }, (_, n) => ({ LastName: `n${n}` }));

  test('more than 200 rows go as one call and are refused; with allowRecursive as chunks of 200', async () => {
    const connection = await login(url);
    await control(url, 'DELETE', 'calls');
    assert.deepEqual(await codesOf(connection.create('Contact', rows)), ['EXCEEDED_ID_LIMIT']);
    assert.equal((await requests()).length, 1);
    assert.equal(rowCodes(await connection.create('Contact', rows, { allowRecursive: true })).filter((code) => code === 'ok').length, 401);
    assert.equal((await requests()).length, 4);
  });

  test('retrieve of several ids describes first, unless fields are given; what is missing is null', async () => {
    const connection = await login(url);
    const ids = [sandbox.org.identity.person, '005000000000001AAA'];
    await control(url, 'DELETE', 'calls');
    assert.equal((await connection.retrieve('User', ids))[1], null);
    assert.deepEqual((await requests()).map((one) => one.url), [`${API}/sobjects/User/describe`, `${API}/composite/sobjects/User`]);
    await control(url, 'DELETE', 'calls');
    await connection.retrieve('User', ids, { fields: ['Email'] });
    assert.equal((await requests()).length, 1);
  });
});

test('external ids: upsert of one record does not encode the value, and a blank one leaves a URL ending in a slash', async () => {
  const connection = await login(url);
  await control(url, 'DELETE', 'calls');
  await codesOf(connection.upsert('Contact', { LastName: 'a', HubSpot_Contact_Id__c: 'a/b' }, 'HubSpot_Contact_Id__c'));
  await codesOf(connection.upsert('Contact', { LastName: 'a', HubSpot_Contact_Id__c: '' }, 'HubSpot_Contact_Id__c'));
  assert.deepEqual((await requests()).map((one) => one.url), ['a/b', ''].map((value) => `${API}/sobjects/Contact/HubSpot_Contact_Id__c/${value}`));
});

test('queries: one page unless autoFetch; autoFetch ends silently at 10,000; SOQL rides in the URL', async () => {
  const connection = await login(url);
  await control(url, 'DELETE', 'calls');
  await control(url, 'POST', 'reset', { seed: 'synthetic', count: 20_400 });
  const again = await login(url);
  const page = await again.query('SELECT Id FROM Lead');
  assert.deepEqual([page.records.length, page.totalSize, page.done], [2000, 10_200, false]);
  const { records } = await again.query('SELECT Id FROM Lead', { autoFetch: true });
  assert.equal(records.length, 10_000);
  assert.match((await requests()).find((one) => one.url.includes('/query?'))?.url ?? '', /\/query\?q=SELECT%20Id%20FROM%20Lead$/);
  assert.equal(connection.version, '67.0');
});

describe('bulk2', () => {
  const job = { id: '750000000000001AAA', state: 'InProgress', object: 'Contact', operation: 'upsert', apiVersion: 67, contentType: 'CSV' };

  test('loadAndWaitForResults deletes the job when polling times out', async () => {
    const deleted = Promise.withResolvers<string>();
    const server = await stub(({ method, url }, response) => {
      if (method === 'DELETE') deleted.resolve(url);
      if (method === 'PUT' || method === 'DELETE') response.writeHead(method === 'PUT' ? 201 : 204).end();
      else json(response, job);
    });
    await errorOf(anonymous(server.url).bulk2.loadAndWaitForResults({ object: 'Contact', operation: 'insert', input: 'LastName\na\n', pollInterval: 20, pollTimeout: 60 }));
    assert.equal(await deleted.promise, `${API}/jobs/ingest/${job.id}`);
  });

  test('records as input get an empty Id on upsert, lose type and attributes, and null becomes #N/A', async () => {
    const server = await stub(({ method }, response) => (method === 'PUT' ? void response.writeHead(201).end() : json(response, job)));
    const ingest = anonymous(server.url).bulk2.createJob({ object: 'Contact', operation: 'upsert', externalIdFieldName: 'Ext__c' });
    await ingest.open();
    await ingest.uploadData([{ Ext__c: '1', LastName: null, type: 'x', attributes: { type: 'Contact', url: '' } }]);
    const [header, row] = (server.seen.find((one) => one.method === 'PUT')?.body ?? '').split('\n');
    const columns = (header ?? '').split(',');
    assert.ok(columns.includes('Id') && !columns.includes('type') && !columns.includes('attributes'), header);
    assert.equal((row ?? '').split(',')[columns.indexOf('Id')], '');
    assert.equal((row ?? '').split(',')[columns.indexOf('LastName')], '#N/A');
  });

  test('a path prefix in instanceUrl is dropped', async () => {
    const server = await stub((_seen, response) => json(response, job));
    await anonymous(`${server.url}/prefix`).bulk2.createJob({ object: 'Contact', operation: 'insert' }).open();
    assert.equal(server.seen[0]?.url, '/services/data/v67.0/jobs/ingest');
  });
});

describe('the rest', () => {
  test('the default version is 50.0', () => assert.equal(new Connection({ instanceUrl: url, accessToken: 'x' }).version, '50.0'));

  test('callOptions become Sforce-Call-Options', async () => {
    const server = await stub((_seen, response) => json(response, {}));
    await anonymous(server.url, { callOptions: { client: 'sluice' } }).request(`${API}/limits`);
    assert.equal(server.seen[0]?.headers['sforce-call-options'], 'client=sluice');
  });

  test('limitInfo follows every answer, errors too', async () => {
    const connection = await login(url);
    await connection.request(`${API}/limits`);
    const used = connection.limitInfo.apiUsage?.used ?? 0;
    await codesOf(connection.query('nonsense'));
    assert.equal(connection.limitInfo.apiUsage?.used, used + 1);
  });
});
