import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import { startHubSpotSandbox } from '../../../sandbox/hubspot/start.ts';
import { refusalOf, refused, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
const portal = z.looseObject({ portalId: z.number() });
const details = async (): Promise<number> => portal.parse((await sandbox.call('GET', '/account-info/v3/details')).body).portalId;
const form = (path: string, fields: Record<string, string>) => sandbox.call('POST', path, new URLSearchParams(fields).toString(), { 'content-type': 'application/x-www-form-urlencoded', authorization: '' });
const tokenAnswer = z.looseObject({ access_token: z.string(), refresh_token: z.string().optional(), expires_in: z.number(), token_type: z.literal('bearer') });
const oauth = { client_id: 'sandbox', client_secret: 'sandbox' };
const status = async (token: string): Promise<number> => (await sandbox.call('GET', '/crm/v3/owners', undefined, { authorization: `Bearer ${token}` })).status;

describe('the account', () => {
  test('is another one after each reset, with zone and currency', async () => {
    const first = await details();
    assert.ok(Number.isInteger(first) && first > 0);
    const answer = portal.parse(await sandbox.control('POST', 'reset', { seed: 'empty' }));
    assert.notEqual(answer.portalId, first);
    assert.equal(await details(), answer.portalId);
    const dated = await sandbox.call('GET', '/account-info/2026-03/details');
    assert.deepEqual(z.looseObject({ portalId: z.number(), timeZone: z.string() }).parse(dated.body).timeZone, 'US/Eastern');
  });

  test('is kept in its file across restarts: contacts, lists, members, tokens and identity', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hubspot-sandbox-'));
    const options = { port: 0, dataFile: join(directory, 'hubspot.db'), segmentLagMs: 0, rateLimit: false };
    const look = async (url: string): Promise<unknown> => {
      const get = async (path: string): Promise<unknown> => (await fetch(url + path, { headers: { authorization: 'Bearer pat-sandbox' } })).json();
      return [await get('/account-info/v3/details'), await get('/crm/v3/objects/contacts?limit=50&propertiesWithHistory=phone'), await get('/crm/v3/lists/1/memberships'), await get('/crm/v3/lists/3/memberships/join-order'), await get('/crm/v3/lists?listIds=1&listIds=2')];
    };
    const first = await startHubSpotSandbox(options);
    const client = new Client({ accessToken: 'pat-sandbox', basePath: first.url });
    const created = await client.crm.contacts.basicApi.create({ properties: { email: 'kept@gmail.example' } });
    const merged = await client.crm.contacts.basicApi.merge({ primaryObjectId: created.id, objectIdToMerge: '101' });
    await fetch(`${first.url}/crm/v3/lists/1/memberships`, { headers: { authorization: 'Bearer pat-sandbox' } });
    const before = await look(first.url);
    await first.close();
    const second = await startHubSpotSandbox(options);
    assert.deepEqual(await look(second.url), before);
    const again = new Client({ accessToken: 'pat-sandbox', basePath: second.url });
    assert.equal((await again.crm.contacts.basicApi.getById('101')).id, merged.id);
    assert.equal((await refused(again.crm.contacts.basicApi.create({ properties: { email: 'kept@gmail.example' } }))).code, 409);
    assert.ok(Number((await again.crm.contacts.basicApi.create({ properties: { email: 'new@gmail.example' } })).id) > Number(merged.id));
    await second.close();
    await rm(directory, { recursive: true });
  });

  test('in use by another program is refused in one sentence naming port and variable', async () => {
    const port = Number(new URL(sandbox.url).port);
    await assert.rejects(startHubSpotSandbox({ port, seed: { seed: 'empty' } }), (error: Error) => {
      assert.match(error.message, new RegExp(`^Port ${port} .*SANDBOX_HUBSPOT_PORT\\.$`));
      return true;
    });
  });
});

describe('owners', () => {
  test('are listed, paged, found by email without case and read by id or user id', async () => {
    const owners = () => sandbox.client.crm.owners.ownersApi;
    const first = await owners().getPage(undefined, undefined, 3);
    assert.equal(first.results.length, 3);
    const rest = await owners().getPage(undefined, first.paging?.next?.after, 3);
    assert.equal(rest.results.length, 2);
    assert.equal(rest.paging, undefined);
    const [mia] = (await owners().getPage('MIA.Keller@sluice.example')).results;
    assert.equal(mia?.firstName, 'Mia');
    assert.equal((await owners().getById(Number(mia?.id))).email, 'mia.keller@sluice.example');
    assert.equal((await sandbox.call('GET', `/crm/owners/2026-03/${mia?.userId}?idProperty=userId`)).status, 200);
    assert.equal((await sandbox.call('GET', `/crm/v3/owners/${mia?.userId}`)).status, 404);
    assert.deepEqual((await sandbox.call('GET', '/crm/v3/owners/?email=nobody@example.com')).body, { results: [] });
  });

  test('can own contacts', async () => {
    const [owner] = (await sandbox.client.crm.owners.ownersApi.getPage()).results;
    const { id } = await sandbox.client.crm.contacts.basicApi.create({ properties: { lastname: 'X', hubspot_owner_id: owner?.id ?? '' } });
    assert.equal((await sandbox.client.crm.contacts.basicApi.getById(id, ['hubspot_owner_id'])).properties['hubspot_owner_id'], owner?.id);
  });
});

describe('tokens', () => {
  test('other than the sandbox\'s are refused with 401', async () => {
    for (const authorization of ['Bearer nonsense', 'Basic c2FuZGJveA==', '', 'Bearer sandbox-refresh']) {
      const answer = await sandbox.call('GET', '/crm/v3/objects/contacts', undefined, { authorization });
      assert.deepEqual([answer.status, refusalOf(answer).category], [401, 'INVALID_AUTHENTICATION']);
    }
  });

  test('are issued for the refresh token, and expire', async () => {
    const answer = await sandbox.client.oauth.tokensApi.create('refresh_token', undefined, undefined, 'sandbox', 'sandbox', 'sandbox-refresh');
    assert.deepEqual([answer.expiresIn, answer.tokenType, answer.refreshToken], [1800, 'bearer', 'sandbox-refresh']);
    assert.equal(await status(answer.accessToken), 200);
    const info = await sandbox.client.oauth.accessTokensApi.get(answer.accessToken);
    assert.equal(info.hubId, await details());
    assert.ok(info.scopes.includes('crm.objects.contacts.write'));
    await sandbox.control('POST', 'clock', { advanceMs: 1_800_001 });
    const expired = await sandbox.call('GET', '/crm/v3/owners', undefined, { authorization: `Bearer ${answer.accessToken}` });
    assert.deepEqual([expired.status, refusalOf(expired).category], [401, 'EXPIRED_AUTHENTICATION']);
    assert.equal((await refused(sandbox.client.oauth.accessTokensApi.get(answer.accessToken))).code, 404);
  });

  test('rotate on demand, and a used refresh token is worthless then', async () => {
    await sandbox.control('POST', 'settings', { rotateRefreshTokens: true, tokenTtlMs: 60_000 });
    const first = tokenAnswer.parse((await form('/oauth/v1/token', { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh', ...oauth })).body);
    assert.equal(first.expires_in, 60);
    assert.notEqual(first.refresh_token, 'sandbox-refresh');
    const again = await form('/oauth/2026-03/token', { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh', ...oauth });
    assert.equal(again.status, 400);
    assert.deepEqual(z.looseObject({ error: z.string(), status: z.string() }).parse(again.body), { error: 'invalid_grant', error_description: 'missing or invalid refresh token', status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' });
    const second = await form('/oauth/2026-03/token', { grant_type: 'refresh_token', refresh_token: first.refresh_token ?? '', ...oauth });
    assert.equal(second.status, 200);
    await sandbox.control('POST', 'reset', { seed: 'empty' });
  });

  test('are issued for a code, once, and for client credentials on the dated path alone', async () => {
    const code = { grant_type: 'authorization_code', code: 'sandbox-code', redirect_uri: 'http://localhost/callback', ...oauth };
    const first = await form('/oauth/v1/token', code);
    assert.equal(await status(tokenAnswer.parse(first.body).access_token), 200);
    assert.equal((await form('/oauth/v1/token', code)).status, 400);
    const credentials = { grant_type: 'client_credentials', scope: 'developer.webhooks_journal.read', ...oauth };
    assert.equal((await form('/oauth/v1/token', credentials)).status, 400);
    const granted = await form('/oauth/2026-03/token', credentials);
    assert.equal(tokenAnswer.parse(granted.body).refresh_token, undefined);
  });

  test('are refused for a wrong client or grant', async () => {
    for (const wrong of [{ client_id: 'x' }, { client_secret: 'x' }, { grant_type: 'password' }, { refresh_token: 'x' }]) {
      assert.equal((await form('/oauth/v1/token', { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh', ...oauth, ...wrong })).status, 400);
    }
  });

  test('are looked at and revoked on the dated path', async () => {
    const { access_token: token } = tokenAnswer.parse((await form('/oauth/2026-03/token', { grant_type: 'refresh_token', refresh_token: 'sandbox-refresh', ...oauth })).body);
    const active = async (): Promise<unknown> => z.looseObject({ active: z.boolean() }).parse((await form('/oauth/2026-03/token/introspect', { token })).body).active;
    assert.equal(await active(), true);
    assert.equal((await form('/oauth/2026-03/token/revoke', { token })).status, 200);
    assert.equal(await active(), false);
    assert.equal(await status(token), 401);
  });
});

describe('permissions', () => {
  test('that a person takes away are missing scopes, by kind of call', async () => {
    const { id } = await sandbox.client.crm.contacts.basicApi.create({ properties: { lastname: 'X' } });
    await sandbox.control('POST', 'permissions', { remove: ['crm.objects.contacts.write', 'crm.lists.read'] });
    const refusal = await refused(sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: 'Rome' } }));
    assert.deepEqual([refusal.code, refusal.category], [403, 'MISSING_SCOPES']);
    const body = JSON.stringify((await sandbox.call('POST', '/crm/objects/2026-03/contacts/batch/create', { inputs: [] })).body);
    assert.match(body, /"requiredGranularScopes":\["crm\.objects\.contacts\.write"\]/);
    assert.equal((await sandbox.call('POST', '/crm/v3/lists/search', {})).status, 403);
    assert.equal((await sandbox.client.crm.contacts.basicApi.getById(id)).id, id);
    await sandbox.control('POST', 'permissions', { add: ['crm.objects.contacts.write', 'crm.lists.read'] });
    assert.equal((await sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: 'Rome' } })).id, id);
  });
});
