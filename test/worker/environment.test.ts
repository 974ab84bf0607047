import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { join } from 'node:path';
import { readEnvironment } from '../../worker/environment.ts';
import { UserError } from '../../worker/user-error.ts';

const root = join(import.meta.dirname, '../..');
const hubspot = { HUBSPOT_ACCESS_TOKEN: 'pat-secret' };
const oauth = { HUBSPOT_CLIENT_ID: 'h-id', HUBSPOT_CLIENT_SECRET: 'h-secret', HUBSPOT_REFRESH_TOKEN: 'h-refresh-secret' };
const salesforce = { SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com/', SALESFORCE_CLIENT_ID: 's-id', SALESFORCE_CLIENT_SECRET: 's-secret' };
const receives = { SLUICE_WEBHOOK_URL: 'https://sluice.example.com/hubspot/webhooks' };

describe('the environment', () => {
  test('without settings is for the connection main and both sandboxes, on the documented ports', () => {
    assert.deepEqual(readEnvironment({}), {
      connection: 'main',
      hubspot: { baseUrl: 'http://127.0.0.1:4010', auth: { kind: 'token', token: 'pat-sandbox' }, sandbox: true },
      salesforce: { loginUrl: 'http://127.0.0.1:4020', clientId: 'sandbox', clientSecret: 'sandbox', sandbox: true },
      byJobAbove: 10_000,
      feeds: true,
      webhooks: { host: '127.0.0.1', port: 4030, url: 'http://127.0.0.1:4030/hubspot/webhooks', secret: 'sandbox' },
      log: { level: 'info', format: null },
      metricsPort: null,
      encryptionKeys: [],
      codec: null,
      console: { host: '127.0.0.1', port: 4000, portChosen: false, url: null, token: null },
      ports: { hubspotSandbox: 4010, salesforceSandbox: 4020, temporal: 7233, temporalUi: 8233 },
      dataDir: join(root, '.data'),
      cacheDir: join(root, '.cache'),
    });
  });

  test('moves the sandboxes with their ports, and takes an empty value for none', () => {
    const environment = readEnvironment({ SANDBOX_HUBSPOT_PORT: '5010', SANDBOX_SALESFORCE_PORT: ' 5020 ', HUBSPOT_ACCESS_TOKEN: '', SLUICE_CONNECTION: '' });
    assert.equal(environment.hubspot.baseUrl, 'http://127.0.0.1:5010');
    assert.equal(environment.salesforce.loginUrl, 'http://127.0.0.1:5020');
    assert.equal(environment.connection, 'main');
  });

  test('serves the console where it is told to, or nowhere', () => {
    const token = 'a-token-of-the-console';
    assert.equal(readEnvironment({ SLUICE_CONSOLE_PORT: 'off' }).console, null);
    assert.deepEqual(readEnvironment({ SLUICE_CONSOLE_HOST: '0.0.0.0', SLUICE_CONSOLE_PORT: '4001', SLUICE_CONSOLE_URL: 'https://Sluice.example.com/', SLUICE_CONSOLE_TOKEN: token }).console,
      { host: '0.0.0.0', port: 4001, portChosen: true, url: 'https://sluice.example.com', token });
  });

  test('takes two accounts, HubSpot by an access token', () => {
    const { hubspot: h, salesforce: s } = readEnvironment({ ...hubspot, ...salesforce });
    assert.deepEqual(h, { baseUrl: 'https://api.hubapi.com', auth: { kind: 'token', token: 'pat-secret' }, sandbox: false });
    assert.deepEqual(s, { loginUrl: 'https://acme.my.salesforce.com', clientId: 's-id', clientSecret: 's-secret', sandbox: false });
  });

  test('serves the console where it is told to, or nowhere', () => {
    const token = 'a-token-of-the-console';
    assert.equal(readEnvironment({ SLUICE_CONSOLE_PORT: 'off' }).console, null);
    assert.deepEqual(readEnvironment({ SLUICE_CONSOLE_HOST: '0.0.0.0', SLUICE_CONSOLE_PORT: '4001', SLUICE_CONSOLE_URL: 'https://Sluice.example.com/', SLUICE_CONSOLE_TOKEN: token }).console,
      { host: '0.0.0.0', port: 4001, portChosen: true, url: 'https://sluice.example.com', token });
  });

  test('takes two accounts, HubSpot by a refresh token', () => {
    const { auth, baseUrl } = readEnvironment({ ...oauth, ...salesforce, ...receives, HUBSPOT_BASE_URL: 'http://127.0.0.1:4999/' }).hubspot;
    assert.deepEqual(auth, { kind: 'oauth', clientId: 'h-id', clientSecret: 'h-secret', refreshToken: 'h-refresh-secret' });
    assert.equal(baseUrl, 'http://127.0.0.1:4999');
  });

  test('receives no webhooks where the port is off, nor with a private token and no secret to check them by', () => {
    for (const env of [{ SLUICE_WEBHOOK_PORT: 'off' }, { ...oauth, ...salesforce, SLUICE_WEBHOOK_PORT: 'off' }, { ...hubspot, ...salesforce, ...receives }]) {
      assert.equal(readEnvironment(env).webhooks, null);
    }
  });

  test('moves the sandbox\'s webhooks with their port', () => {
    const { webhooks } = readEnvironment({ SLUICE_WEBHOOK_PORT: '5030', SLUICE_WEBHOOK_HOST: '0.0.0.0', HUBSPOT_WEBHOOK_SECRET: 'other' });
    assert.deepEqual(webhooks, { host: '0.0.0.0', port: 5030, url: 'http://127.0.0.1:5030/hubspot/webhooks', secret: 'other' });
  });

  test('checks webhooks by the secret of a public app, or by the one given for them, and keeps their address to the letter', () => {
    assert.equal(readEnvironment({ ...oauth, ...salesforce, ...receives }).webhooks?.secret, 'h-secret');
    const { webhooks } = readEnvironment({ ...hubspot, ...salesforce, SLUICE_WEBHOOK_URL: 'https://Sluice.example.com/a%2Fb/?c=d', HUBSPOT_WEBHOOK_SECRET: 'w' });
    assert.deepEqual(webhooks, { host: '127.0.0.1', port: 4030, url: 'https://Sluice.example.com/a%2Fb/?c=d', secret: 'w' });
  });

  test('serves metrics nowhere and logs from info on, unless the settings say otherwise', () => {
    const { metricsPort, log } = readEnvironment({});
    assert.deepEqual([metricsPort, log], [null, { level: 'info', format: null }]);
    const chosen = readEnvironment({ SLUICE_METRICS_PORT: '9090', SLUICE_LOG_LEVEL: 'debug', SLUICE_LOG_FORMAT: 'text' });
    assert.deepEqual([chosen.metricsPort, chosen.log], [9090, { level: 'debug', format: 'text' }]);
  });

  test('takes a key for what Temporal keeps, or several in their order', () => {
    const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const given = `2026:${two.toString('base64')}, 2025:${one.toString('base64')}`;
    assert.deepEqual(readEnvironment({ SLUICE_ENCRYPTION_KEY: given }).encryptionKeys, [{ id: '2026', bytes: two }, { id: '2025', bytes: one }]);
  });

  test('has a codec server for its own Web UI once there is a token, or for another one', () => {
    const token = 'secret of nobody else'.replaceAll(' ', '-');
    assert.deepEqual(readEnvironment({ SLUICE_CODEC_TOKEN: token, SLUICE_TEMPORAL_UI_PORT: '8300' }).codec, { port: 4040, origin: 'http://127.0.0.1:8300', token });
    assert.deepEqual(readEnvironment({ SLUICE_CODEC_TOKEN: token, SLUICE_CODEC_PORT: '5040', SLUICE_CODEC_ORIGIN: 'https://Temporal.example.com/' }).codec, { port: 5040, origin: 'https://temporal.example.com', token });
  });

  const key = Buffer.from('a secret of exactly 32 bytes,yes').toString('base64');
  const refused: [why: string, env: NodeJS.ProcessEnv, sentence: RegExp][] = [
    ['HubSpot alone', hubspot, /^HubSpot is configured and Salesforce is not: set SALESFORCE_LOGIN_URL, SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET/],
    ['Salesforce alone', salesforce, /^Salesforce is configured and HubSpot is not: set HUBSPOT_ACCESS_TOKEN/],
    ['a Salesforce secret missing', { ...hubspot, ...salesforce, SALESFORCE_CLIENT_SECRET: '' }, /^SALESFORCE_CLIENT_SECRET is missing/],
    ['a Salesforce address missing', { ...hubspot, ...salesforce, SALESFORCE_LOGIN_URL: undefined }, /^SALESFORCE_LOGIN_URL is missing/],
    ['a HubSpot refresh token missing', { ...oauth, ...salesforce, HUBSPOT_REFRESH_TOKEN: undefined }, /^HUBSPOT_REFRESH_TOKEN is missing/],
    ['a HubSpot address without credentials', { HUBSPOT_BASE_URL: 'https://api.hubapi.com', ...salesforce }, /^HUBSPOT_BASE_URL is set without credentials/],
    ['a webhook secret without the address', { ...hubspot, ...salesforce, HUBSPOT_WEBHOOK_SECRET: 'w-secret' }, /^SLUICE_WEBHOOK_URL is missing.*SLUICE_WEBHOOK_PORT to off/],
    ['a public app without the address of its webhooks', { ...oauth, ...salesforce }, /^SLUICE_WEBHOOK_URL is missing/],
    ['a webhook address that is none', { SLUICE_WEBHOOK_URL: 'sluice.example.com' }, /^SLUICE_WEBHOOK_URL must be an address/],
    ['a webhook port that is neither', { SLUICE_WEBHOOK_PORT: 'on' }, /^SLUICE_WEBHOOK_PORT must be a port number from 1 to 65535, or the word off/],
    ['a host to listen on with a path', { SLUICE_WEBHOOK_HOST: 'http://localhost/' }, /^SLUICE_WEBHOOK_HOST must be an address to listen on/],
    ['both kinds of HubSpot credentials', { ...hubspot, ...oauth, ...salesforce }, /^HubSpot is configured twice/],
    ['an address that is none', { ...hubspot, ...salesforce, SALESFORCE_LOGIN_URL: 'acme s-secret' }, /^SALESFORCE_LOGIN_URL must be an address/],
    ['a connection with a slash', { SLUICE_CONNECTION: 'a/b' }, /^SLUICE_CONNECTION must be 1 to 40 lower-case letters/],
    ['a port that is no number', { SLUICE_TEMPORAL_PORT: 'seven' }, /^SLUICE_TEMPORAL_PORT must be a port number/],
    ['a level that the log has not', { SLUICE_LOG_LEVEL: 'loud' }, /^SLUICE_LOG_LEVEL must be silent, error, warn, info, debug or trace/],
    ['a port for metrics that is none', { SLUICE_METRICS_PORT: 'on' }, /^SLUICE_METRICS_PORT must be a port number/],
    ['an encryption key without an id', { SLUICE_ENCRYPTION_KEY: key }, /^SLUICE_ENCRYPTION_KEY must be <key id>:<base64 of 32 bytes>.*`openssl rand -base64 32`/],
    ['an encryption key of another length', { SLUICE_ENCRYPTION_KEY: `a:${Buffer.from('secret').toString('base64')}` }, /^SLUICE_ENCRYPTION_KEY must be <key id>/],
    ['a good encryption key before a bad one', { SLUICE_ENCRYPTION_KEY: `a:${key},secret` }, /^SLUICE_ENCRYPTION_KEY must be <key id>/],
    ['two encryption keys of one id', { SLUICE_ENCRYPTION_KEY: `a:${key},a:${key}` }, /^SLUICE_ENCRYPTION_KEY must not give two keys the same id/],
    ['a codec token that is soon guessed', { SLUICE_CODEC_TOKEN: 'secret' }, /^SLUICE_CODEC_TOKEN must have at least 16 characters/],
    ['a codec token that no header takes', { SLUICE_CODEC_TOKEN: 'secret secret secret' }, /^SLUICE_CODEC_TOKEN must be of printable characters without spaces/],
    ['an origin that is none', { SLUICE_CODEC_ORIGIN: '*' }, /^SLUICE_CODEC_ORIGIN must be an address/],
    ['a console that others can reach without a token', { SLUICE_CONSOLE_HOST: '10.0.0.5' }, /^SLUICE_CONSOLE_TOKEN is missing: whoever reaches 10\.0\.0\.5/],
    ['a console on every address that does not know its own', { SLUICE_CONSOLE_HOST: '0.0.0.0', SLUICE_CONSOLE_TOKEN: 'a'.repeat(16) }, /^SLUICE_CONSOLE_URL is missing/],
    ['a console token that is soon guessed', { SLUICE_CONSOLE_TOKEN: 'secret' }, /^SLUICE_CONSOLE_TOKEN must have at least 16 characters/],
    ['a port that does not exist', { SANDBOX_HUBSPOT_PORT: '70000' }, /^SANDBOX_HUBSPOT_PORT must be below 65536/],
  ];
  for (const [why, env, sentence] of refused) {
    test(`refuses ${why} in one sentence without a secret`, () => {
      assert.throws(() => readEnvironment(env), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, sentence);
        assert.match(error.message, /^[^\n]+\.$/);
        assert.doesNotMatch(error.message, /secret(?!s)/);
        assert.ok(!error.message.includes(key.slice(0, 10)));
        return true;
      });
    });
  }
});
