import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Connection, OAuth2 } from 'jsforce';
import { startSalesforceSandbox } from '../../../sandbox/salesforce/start.ts';
import { API, codesOf, control, login, startOrg } from './sandbox.ts';

const tokenRequest = (url: string, form: Record<string, string>): Promise<Response> => fetch(`${url}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
const client = { client_id: 'sandbox', client_secret: 'sandbox' };
const withToken = (url: string, token: string): Connection => new Connection({ instanceUrl: url, accessToken: token, version: '67.0' });

describe('OAuth', () => {
  test('client credentials give a token, the identity and the instance', async () => {
    const { url, org } = await startOrg();
    const connection = await login(url);
    assert.equal(connection.instanceUrl, url);
    assert.deepEqual(connection.userInfo, { id: org.identity.integrationUser, organizationId: org.identity.orgId, url: `${url}/id/${org.identity.orgId}/${org.identity.integrationUser}` });
    const identity = await connection.identity();
    assert.deepEqual([identity.user_id, identity.organization_id, identity.username], [org.identity.integrationUser, org.identity.orgId, 'integration@sluice.example']);
    const info = await connection.request<{ sub: string }>('/services/oauth2/userinfo');
    assert.equal(info.sub, connection.userInfo?.url);
    const versions = await connection.request<{ version: string; label: string }[]>('/services/data');
    assert.deepEqual([versions.at(0)?.version, versions.at(-1)?.version], ['50.0', '68.0']);
    assert.deepEqual(versions.slice(-2).map((one) => one.label), ["Summer '26", "Winter '27"]);
    assert.equal((await connection.request<Record<string, string>>('/services/data/v67.0/'))['sobjects'], `${API}/sobjects`);
    assert.deepEqual(await codesOf(connection.request('/services/data/v49.0/limits')), ['NOT_FOUND']);
  });

  test('wrong credentials and other grants are refused by name', async () => {
    const { url } = await startOrg();
    const errorOf = async (form: Record<string, string>): Promise<unknown> => {
      const response = await tokenRequest(url, form);
      assert.equal(response.status, 400);
      return ((await response.json()) as { error: string }).error;
    };
    assert.equal(await errorOf({ grant_type: 'client_credentials', client_id: 'nobody', client_secret: 'sandbox' }), 'invalid_client_id');
    assert.equal(await errorOf({ grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'wrong' }), 'invalid_client');
    assert.equal(await errorOf({ grant_type: 'password', ...client, username: 'a', password: 'b' }), 'unsupported_grant_type');
    assert.equal(await errorOf({ grant_type: 'refresh_token', ...client, refresh_token: 'none' }), 'invalid_grant');
  });

  test('a refresh token gives new access tokens, and a new refresh token where the org rotates them', async () => {
    const { url } = await startOrg();
    const { refreshToken } = (await control(url, 'POST', 'refresh-token')) as { refreshToken: string };
    const oauth2 = new OAuth2({ loginUrl: url, clientId: 'sandbox', clientSecret: 'sandbox' });
    const first = await oauth2.refreshToken(refreshToken);
    await withToken(url, first.access_token).request(`${API}/limits`);
    await control(url, 'POST', 'behaviour', { rotateRefreshTokens: true });
    const second = await oauth2.refreshToken(refreshToken);
    assert.notEqual(second.refresh_token, refreshToken);
    await assert.rejects(oauth2.refreshToken(refreshToken), { name: 'invalid_grant' });
    await oauth2.refreshToken(second.refresh_token ?? '');
  });

  test('a JWT assertion of the known user is taken, an expired one is not', async () => {
    const { url } = await startOrg();
    const jwt = (claims: object): string => ['{"alg":"RS256"}', JSON.stringify(claims), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
    const ask = async (exp: number, sub: string): Promise<number> =>
      (await tokenRequest(url, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt({ iss: 'sandbox', sub, aud: url, exp }) })).status;
    const soon = Math.floor(Date.now() / 1000) + 180;
    assert.equal(await ask(soon, 'integration@sluice.example'), 200);
    assert.equal(await ask(soon, 'stranger@sluice.example'), 400);
    assert.equal(await ask(soon - 3600, 'integration@sluice.example'), 400);
  });

  test('a token expires by the clock, can be revoked, and any other bearer is 401', async () => {
    const { url, clock } = await startOrg({ tokenLifeMs: 3_600_000 });
    const fresh = async (): Promise<Connection> => withToken(url, (await login(url)).accessToken ?? '');
    const connection = await fresh();
    await connection.request(`${API}/limits`);
    clock.advance(3_600_001);
    assert.deepEqual(await codesOf(connection.request(`${API}/limits`)), ['INVALID_SESSION_ID']);
    const revoked = await fresh();
    await control(url, 'POST', 'revoke', { kind: 'access' });
    assert.deepEqual(await codesOf(revoked.request(`${API}/limits`)), ['INVALID_SESSION_ID']);
    const loggedOut = await login(url);
    const token = loggedOut.accessToken ?? '';
    await loggedOut.logout();
    assert.deepEqual(await codesOf(withToken(url, token).request(`${API}/limits`)), ['INVALID_SESSION_ID']);
    const response = await fetch(`${url}${API}/sobjects/Lead`, { headers: { authorization: 'Bearer stranger' } });
    assert.equal(response.status, 401);
    assert.deepEqual(await response.json(), [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);
  });

  test('the instance_url can be set apart from the login host', async () => {
    const { url } = await startOrg();
    await control(url, 'POST', 'session', { instanceUrl: 'https://acme.example' });
    const answer = (await (await tokenRequest(url, { grant_type: 'client_credentials', ...client })).json()) as { instance_url: string };
    assert.equal(answer.instance_url, 'https://acme.example');
  });
});

describe('API usage', () => {
  test('each answer, errors too, announces the usage of 24 hours; above the limit calls are refused until it has passed', async () => {
    const { url, clock } = await startOrg({ rateLimit: 3 });
    const connection = await login(url);
    await connection.request(`${API}/limits`);
    await codesOf(connection.request(`${API}/sobjects/Nope`));
    assert.deepEqual(connection.limitInfo.apiUsage, { used: 2, limit: 3 });
    const limits = await connection.request<{ DailyApiRequests: { Max: number; Remaining: number } }>(`${API}/limits`);
    assert.deepEqual(limits.DailyApiRequests, { Max: 3, Remaining: 0 });
    assert.deepEqual(await codesOf(connection.query('SELECT Id FROM Lead')), ['REQUEST_LIMIT_EXCEEDED']);
    assert.deepEqual(connection.limitInfo.apiUsage, { used: 3, limit: 3 });
    clock.advance(86_400_001);
    await connection.query('SELECT Id FROM Lead');
    assert.equal(connection.limitInfo.apiUsage?.used, 1);
  });

  test('answers are JSON in UTF-8 as Salesforce spells it', async () => {
    const { url } = await startOrg();
    const { accessToken } = await login(url);
    const headers = { authorization: `Bearer ${accessToken ?? ''}` };
    const response = await fetch(`${url}${API}/query?q=SELECT+Id+FROM+Lead`, { headers });
    assert.equal(response.headers.get('content-type'), 'application/json;charset=UTF-8');
    const refused = await fetch(`${url}${API}/query?q=nonsense`, { headers });
    assert.equal(refused.headers.get('content-type'), 'application/json;charset=UTF-8');
    assert.match(refused.headers.get('sforce-limit-info') ?? '', /^api-usage=2\/15000$/);
  });

  test('calls are counted by route, and only outside the control path', async () => {
    const { url } = await startOrg();
    const connection = await login(url);
    await control(url, 'DELETE', 'calls');
    await connection.create('Lead', [{ LastName: 'a', Company: 'b' }]);
    await connection.query('SELECT Id FROM Lead');
    assert.deepEqual(await control(url, 'GET', 'calls'), { total: 2, byRoute: { 'POST /services/data/:version/composite/sobjects': 1, 'GET /services/data/:version/query': 1 } });
  });
});

describe('the org itself', () => {
  test('a reset makes another org: other ids, no sessions, no records', async () => {
    const { url } = await startOrg();
    const connection = await login(url);
    await connection.create('Lead', { LastName: 'a', Company: 'b' });
    const { orgId } = (await control(url, 'GET', 'org')) as { orgId: string };
    await control(url, 'POST', 'reset', { seed: 'empty' });
    assert.notEqual(((await control(url, 'GET', 'org')) as { orgId: string }).orgId, orgId);
    assert.deepEqual(await codesOf(withToken(url, connection.accessToken ?? '').query('SELECT Id FROM Lead')), ['INVALID_SESSION_ID']);
    assert.equal((await (await login(url)).query('SELECT COUNT() FROM Lead')).totalSize, 0);
  });

  test('an org in a file is the same org after a restart, sessions and set-up included', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'salesforce-'));
    try {
      const options = { port: 0, dataFile: join(directory, 'org.db'), seed: { seed: 'empty' as const } };
      const first = await startSalesforceSandbox(options);
      const connection = await login(first.url);
      const { id = '' } = await connection.create('Lead', { LastName: 'Kept', Company: 'b' });
      await control(first.url, 'POST', 'fields', { object: 'Lead', add: [{ name: 'Shoe__c', type: 'int' }] });
      await first.close();
      const second = await startSalesforceSandbox(options);
      const again = withToken(second.url, connection.accessToken ?? '');
      assert.equal((await again.retrieve('Lead', id))['LastName'], 'Kept');
      const created = await again.create('Lead', { LastName: 'New', Company: 'b', Shoe__c: 42 });
      assert.ok(created.success && created.id > id);
      assert.equal(second.org.identity.orgId, first.org.identity.orgId);
      await second.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test('us-500: 350 Leads, 150 Contacts with Accounts, one email twice among the Leads, three people without', async () => {
    const { url } = await startOrg({ seed: {} });
    const connection = await login(url);
    const count = async (soql: string): Promise<number> => (await connection.query(`SELECT COUNT() FROM ${soql}`)).totalSize;
    assert.equal(await count('Lead'), 350);
    assert.equal(await count('Contact WHERE Account.Name != null'), 150);
    assert.equal((await count('Lead WHERE Email = null')) + (await count('Contact WHERE Email = null')), 3);
    const { records } = await connection.query('SELECT Email, COUNT(Id) FROM Lead WHERE Email != null GROUP BY Email HAVING COUNT(Id) > 1');
    assert.equal(records.length, 1);
    assert.equal(await count("Lead WHERE Email != null AND (NOT Email LIKE '%.example')"), 0);
    assert.equal(await count('User WHERE IsActive = false'), 1);
    assert.ok((await count("Lead WHERE Owner.Email = 'mia.keller@sluice.example'")) > 50);
  });

  test('two sandboxes in one process know nothing of each other', async () => {
    const [one, two] = [await startOrg(), await startOrg()];
    await (await login(one.url)).create('Lead', { LastName: 'a', Company: 'b' });
    assert.equal((await (await login(two.url)).query('SELECT COUNT() FROM Lead')).totalSize, 0);
    assert.notEqual(one.org.identity.orgId, two.org.identity.orgId);
  });
});
