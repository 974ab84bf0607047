import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { beforeEach, describe, test } from 'node:test';
import * as hubspot from '@hubspot/api-client';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { z } from 'zod';
import { testSandbox } from '../sandbox/hubspot/sandbox.ts';

// What @hubspot/api-client does that its callers must guard against. A test that fails after an upgrade may mean that a guard can go.

const { Client, Signature } = hubspot;
const sandbox = await testSandbox();
const contacts = '/crm/v3/objects/contacts';
const client = (more: object = {}) => new Client({ accessToken: 'pat-sandbox', basePath: sandbox.url, ...more });
const fault = (rule: object) => sandbox.control('POST', 'faults', rule);
const counted = z.object({ total: z.number(), byRoute: z.record(z.string(), z.number()) });
const calls = async (): Promise<number> => counted.parse(await sandbox.control('GET', 'calls')).total;
const log = z.object({ requests: z.array(z.looseObject({ method: z.string(), url: z.string() })) });
const lastUrl = async (): Promise<string | undefined> => log.parse(await sandbox.control('GET', 'requests')).requests.at(-1)?.url;
const caught = async (work: Promise<unknown>): Promise<Error & { code?: unknown; body?: unknown }> => {
  const result = await work.then(() => undefined, (error: unknown) => error);
  assert.ok(result instanceof Error, 'The call did not fail.');
  return result;
};

beforeEach(async () => {
  await sandbox.control('POST', 'reset', { seed: 'empty' });
});

describe('retry and limiter of the client', () => {
  test('are one for the process: the latest client takes them from the others', async () => {
    const first = client({ numberOfApiCallRetries: 3 });
    client();
    await fault({ path: contacts, status: 500 });
    assert.equal((await caught(first.crm.contacts.basicApi.getPage())).code, 500);
    assert.equal(await calls(), 1);
  });

  test('and gives them to clients that asked for none', async (context) => {
    const stderr = context.mock.method(console, 'error', () => undefined);
    const second = client();
    client({ numberOfApiCallRetries: 3 });
    await fault({ path: contacts, status: 500 });
    await second.crm.contacts.basicApi.getPage();
    assert.equal(await calls(), 2);
    assert.equal(stderr.mock.callCount(), 1);
    client();
  });

  test('repeat a POST after a 500, so a contact whose answer got lost is made twice', async (context) => {
    context.mock.method(console, 'error', () => undefined);
    const retrying = client({ numberOfApiCallRetries: 3 });
    await fault({ path: contacts, method: 'POST', status: 500, when: 'after' });
    await retrying.crm.contacts.basicApi.create({ properties: { lastname: 'Twice' } });
    assert.equal((await client().crm.contacts.basicApi.getPage()).results.length, 2);
  });

  test('count attempts, not retries, and do not heed Retry-After', async (context) => {
    context.mock.method(console, 'error', () => undefined);
    const retrying = client({ numberOfApiCallRetries: 3 });
    await fault({ path: contacts, status: 503, times: 9, headers: { 'retry-after': '3600' } });
    assert.equal((await caught(retrying.crm.contacts.basicApi.getPage())).code, 503);
    assert.equal(await calls(), 3);
    client();
  });
});

test('setAccessToken drops the API objects: one captured earlier keeps the old token', async () => {
  const one = new Client({ accessToken: 'old', basePath: sandbox.url });
  const captured = one.crm.contacts.basicApi;
  one.setAccessToken('pat-sandbox');
  assert.equal((await caught(captured.getPage())).code, 401);
  assert.equal((await one.crm.contacts.basicApi.getPage()).results.length, 0);
});

test('timeouts come from undici\'s global dispatcher alone', async (context) => {
  const usual = getGlobalDispatcher();
  context.after(() => setGlobalDispatcher(usual));
  setGlobalDispatcher(new Agent({ headersTimeout: 50 }));
  await fault({ path: contacts, delayMs: 60_000 });
  const error = await caught(client().crm.contacts.basicApi.getPage());
  assert.ok(error instanceof TypeError);
  assert.equal(z.object({ code: z.string() }).parse(error.cause).code, 'UND_ERR_HEADERS_TIMEOUT');
});

test('an httpAgent makes the client leave fetch for node:http', async () => {
  const agent = new HttpAgent({ keepAlive: true });
  await client({ httpAgent: agent }).crm.contacts.basicApi.getPage();
  assert.equal(Object.keys(agent.freeSockets).length, 1);
  agent.destroy();
});

describe('results of typed methods', () => {
  test('lose fields the model does not know, rename new to _new, and hold Dates', async () => {
    const raw = z.looseObject({ id: z.string(), url: z.string(), createdAt: z.string() }).parse((await sandbox.call('POST', contacts, { properties: { email: 'a@example.com' } })).body);
    const typed = await client().crm.contacts.basicApi.getById(raw.id);
    assert.ok(!('url' in typed));
    assert.ok(typed.createdAt instanceof Date);
    const upserted = await client().crm.contacts.batchApi.upsert({ inputs: [{ id: 'b@example.com', idProperty: 'email', properties: {} }] });
    const [row] = upserted.results;
    assert.ok(row && !('new' in row) && '_new' in row);
    const token = await client().oauth.tokensApi.create('refresh_token', undefined, undefined, 'sandbox', 'sandbox', 'sandbox-refresh');
    assert.ok('accessToken' in token && !('access_token' in token));
  });

  test('are empty objects without a word when a 200 has another shape or is HTML', async () => {
    for (const body of [{ surprise: true }, '<html>maintenance</html>']) {
      await fault({ path: contacts, status: 200, body });
      assert.equal(JSON.stringify(await client().crm.contacts.basicApi.getPage()), '{}');
    }
  });

  test('are a SyntaxError when the JSON is cut short', async () => {
    await sandbox.call('POST', contacts, { properties: { email: 'a@example.com' } });
    await fault({ path: contacts, truncate: true });
    assert.ok((await caught(client().crm.contacts.basicApi.getPage())) instanceof SyntaxError);
  });
});

describe('errors of typed methods', () => {
  test('have a numeric code, the name Error, and the body in their message', async () => {
    await sandbox.call('POST', contacts, { properties: { email: 'a@example.com' } });
    const error = await caught(client().crm.contacts.basicApi.create({ properties: { email: 'a@example.com' } }));
    assert.deepEqual([error.code, error.name], [409, 'Error']);
    assert.match(error.message, /Existing ID/);
    assert.ok(!('ApiException' in hubspot));
  });

  test('have no code where the answer has no content type', async () => {
    await fault({ path: contacts, status: 502, body: 'bad gateway', contentType: '' });
    const error = await caught(client().crm.contacts.basicApi.getPage());
    assert.equal(error.code, undefined);
  });

  test('are TypeErrors where the network fails', async () => {
    await fault({ path: contacts, reset: true });
    assert.ok((await caught(client().crm.contacts.basicApi.getPage())) instanceof TypeError);
    await fault({ path: contacts, cut: true });
    assert.ok((await caught(client().crm.contacts.basicApi.getPage())) instanceof TypeError);
  });

  test('stand for any status but the expected one: a create answered 200, an archive answered 207', async () => {
    await fault({ path: contacts, method: 'POST', status: 200, body: { id: '1' }, when: 'after' });
    assert.equal((await caught(client().crm.contacts.basicApi.create({ properties: { lastname: 'X' } }))).code, 200);
    const { results } = await client().crm.contacts.basicApi.getPage();
    await fault({ row: { match: '"id"', code: 'LOCKED', fields: [] } });
    assert.equal((await caught(client().crm.contacts.batchApi.archive({ inputs: [{ id: results[0]?.id ?? '' }] }))).code, 207);
  });

  test('are not thrown for the 207 of other batch calls: numErrors and errors tell', async () => {
    const read = await client().crm.contacts.batchApi.read({ inputs: [{ id: '999' }], properties: [], propertiesWithHistory: [] });
    assert.ok('numErrors' in read && 'errors' in read);
    assert.deepEqual([read.results.length, read.numErrors], [0, 1]);
  });
});

test('apiRequest throws for no status', async () => {
  const answer = await client().apiRequest({ method: 'GET', path: '/crm/objects/2026-03/contacts/999' });
  assert.deepEqual([answer.status, answer.ok], [404, false]);
});

describe('headers and addresses', () => {
  test('rate limits are seen by WithHttpInfo, and by middleware for errors too', async () => {
    const limited = await testSandbox({ rateLimit: 2 });
    const seen: [number, string | undefined][] = [];
    const context = z.looseObject({ httpStatusCode: z.number(), headers: z.record(z.string(), z.string()) });
    const watching = new Client({
      accessToken: 'pat-sandbox', basePath: limited.url,
      middleware: [{ pre: (given) => given, post: (given) => {
        const { httpStatusCode, headers } = context.parse(given);
        seen.push([httpStatusCode, headers['x-hubspot-ratelimit-remaining']]);
        return given;
      } }],
    });
    const { headers } = await watching.crm.contacts.basicApi.getPageWithHttpInfo();
    assert.equal(headers['x-hubspot-ratelimit-remaining'], '1');
    assert.equal((await caught(watching.crm.contacts.basicApi.getById('9'))).code, 404);
    assert.equal((await caught(watching.crm.contacts.basicApi.getById('9'))).code, 429);
    assert.deepEqual(seen, [[200, '1'], [404, '0'], [429, '0']]);
  });

  test('a base path may hold a path', async () => {
    await caught(client({ basePath: `${sandbox.url}/proxy` }).crm.contacts.basicApi.getPage());
    assert.match((await lastUrl()) ?? '', /^\/proxy\/crm\/v3\/objects\/contacts/);
  });

  test('a trailing slash goes unless a query follows, and arrays are repeated keys', async () => {
    await client().crm.lists.listsApi.getAll();
    assert.equal(await lastUrl(), '/crm/v3/lists');
    await client().crm.lists.listsApi.getAll(['1', '2']);
    assert.equal(await lastUrl(), '/crm/v3/lists/?listIds=1&listIds=2');
    await client().crm.owners.ownersApi.getPage('a@example.com');
    assert.match((await lastUrl()) ?? '', /^\/crm\/v3\/owners\/\?email=/);
  });
});

describe('Signature.isValid for v3', () => {
  const clientSecret = 'secret';
  const signed = (url: string, timestamp: number) => ({
    clientSecret, method: 'POST', url, requestBody: '[]', signatureVersion: 'v3' as const, timestamp,
    signature: createHmac('sha256', clientSecret).update(`POST${decoded(url)}[]${timestamp}`).digest('base64'),
  });
  /** What HubSpot signs: the address with these escapes decoded. */
  const decoded = (url: string): string => url.replace(/%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi, (escape) => decodeURIComponent(escape));

  test('knows a plain address, but decodes nothing', () => {
    assert.equal(Signature.isValid(signed('https://sluice.example/hook?a=b', Date.now())), true);
    assert.equal(Signature.isValid(signed('https://sluice.example/hook?a=x%40y', Date.now())), false);
  });

  test('takes timestamps of the future and throws on old ones', () => {
    assert.equal(Signature.isValid(signed('https://sluice.example/hook', Date.now() + 86_400_000)), true);
    assert.throws(() => Signature.isValid(signed('https://sluice.example/hook', Date.now() - 600_000)));
  });
});
