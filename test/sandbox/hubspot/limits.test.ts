import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { testSandbox, type TestSandbox } from './sandbox.ts';

const contacts = '/crm/v3/objects/contacts';
const limited = z.looseObject({ status: z.literal('error'), errorType: z.literal('RATE_LIMIT'), policyName: z.string(), message: z.string() });
const many = async (sandbox: TestSandbox, count: number, token = 'pat-sandbox'): Promise<number[]> => {
  const answers = await Promise.all(Array.from({ length: count }, () => sandbox.call('GET', '/crm/v3/owners', undefined, { authorization: `Bearer ${token}` })));
  return answers.map(({ status }) => status);
};

describe('rate limits', () => {
  test('are 190 calls in ten seconds, announced in the headers, in a sliding window', async () => {
    const sandbox = await testSandbox({ rateLimit: true });
    const first = await sandbox.call('GET', contacts);
    const header = (name: string) => first.headers.get(`x-hubspot-ratelimit-${name}`);
    assert.deepEqual([header('max'), header('remaining'), header('interval-milliseconds'), header('daily'), header('daily-remaining')], ['190', '189', '10000', '650000', '649999']);
    assert.deepEqual(new Set(await many(sandbox, 189)), new Set([200]));
    const refused = await sandbox.call('GET', contacts);
    assert.equal(refused.status, 429);
    assert.equal(limited.parse(refused.body).policyName, 'TEN_SECONDLY_ROLLING');
    assert.equal(refused.headers.get('x-hubspot-ratelimit-remaining'), '0');
    await sandbox.control('POST', 'clock', { advanceMs: 10_001 });
    assert.equal((await sandbox.call('GET', contacts)).status, 200);
  });

  test('of an OAuth app are 110, without the daily headers', async () => {
    const sandbox = await testSandbox({ rateLimit: true });
    const granted = await sandbox.call('POST', '/oauth/v1/token', new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'sandbox-refresh', client_id: 'sandbox', client_secret: 'sandbox' }).toString(), { 'content-type': 'application/x-www-form-urlencoded' });
    const token = z.looseObject({ access_token: z.string() }).parse(granted.body).access_token;
    const answers = await many(sandbox, 111, token);
    assert.equal(answers.filter((status) => status === 429).length, 1);
    const own = await sandbox.call('GET', contacts, undefined, { authorization: `Bearer ${token}` });
    assert.deepEqual([own.headers.get('x-hubspot-ratelimit-max'), own.headers.get('x-hubspot-ratelimit-daily')], ['110', null]);
    assert.equal((await sandbox.call('GET', contacts)).status, 200);
  });

  test('can be set, and a batch counts as one call', async () => {
    const sandbox = await testSandbox({ rateLimit: 3 });
    const batch = () => sandbox.call('POST', `${contacts}/batch/create`, { inputs: Array.from({ length: 100 }, () => ({ properties: { lastname: 'X' } })) });
    assert.deepEqual([(await batch()).status, (await batch()).status, (await batch()).status, (await batch()).status], [201, 201, 201, 429]);
  });

  test('that are off are told to be beyond reach, and none of a day: whoever goes by the headers is not held back', async () => {
    const sandbox = await testSandbox({ rateLimit: false, dailyCalls: 1 });
    assert.deepEqual(new Set(await many(sandbox, 300)), new Set([200]));
    const { headers } = await sandbox.call('GET', contacts);
    assert.ok(Number(headers.get('x-hubspot-ratelimit-remaining')) > 1_000_000);
    assert.equal(headers.get('x-hubspot-ratelimit-daily'), null);
  });

  test('are lifted by a reset', async () => {
    const sandbox = await testSandbox({ rateLimit: 1 });
    assert.deepEqual([(await sandbox.call('GET', contacts)).status, (await sandbox.call('GET', contacts)).status], [200, 429]);
    await sandbox.control('POST', 'reset', { seed: 'empty' });
    assert.equal((await sandbox.call('GET', contacts)).status, 200);
  });

  test('of the day end at midnight of the account\'s zone', async () => {
    const sandbox = await testSandbox({ rateLimit: true, dailyCalls: 2 });
    const daily = async () => {
      const answer = await sandbox.call('GET', contacts);
      return [answer.status, answer.headers.get('x-hubspot-ratelimit-daily-remaining')];
    };
    assert.deepEqual([await daily(), await daily(), await daily()], [[200, '1'], [200, '0'], [429, '0']]);
    assert.equal(limited.parse((await sandbox.call('GET', contacts)).body).policyName, 'DAILY');
    await sandbox.control('POST', 'clock', { advanceMs: 86_400_000 });
    assert.deepEqual(await daily(), [200, '1']);
  });
});

test('a fault with a status alone answers in HubSpot\'s own form', async () => {
  const sandbox = await testSandbox();
  await sandbox.control('POST', 'faults', { path: `${contacts}*`, status: 429 });
  assert.equal(limited.parse((await sandbox.call('GET', contacts)).body).policyName, 'TEN_SECONDLY_ROLLING');
  assert.equal((await sandbox.call('GET', contacts)).status, 200);
});

test('calls are counted by route over both families of paths, the control path is not', async () => {
  const sandbox = await testSandbox();
  await sandbox.call('GET', `${contacts}/1`);
  await sandbox.call('GET', `${contacts}/2`);
  await sandbox.call('POST', '/crm/objects/2026-03/contacts/batch/read', { inputs: [{ id: '1' }] });
  assert.deepEqual(await sandbox.control('GET', 'calls'), { total: 3, byRoute: { [`GET ${contacts}/:id`]: 2, 'POST /crm/objects/2026-03/contacts/batch/read': 1 } });
  await sandbox.control('DELETE', 'calls');
  assert.deepEqual(await sandbox.control('GET', 'calls'), { total: 0, byRoute: {} });
});
