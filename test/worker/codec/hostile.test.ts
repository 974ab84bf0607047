import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { hostile, type Json } from '../../support/hostile-json.ts';
import { bearer, codecServer, origin, token } from './codec-server.ts';

const { send } = await codecServer();
const base64 = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const payloads = fc.array(fc.record({ metadata: fc.dictionary(fc.constantFrom('encoding', 'encryption-key-id', 'type'), fc.oneof(base64, fc.constantFrom('YmluYXJ5L2VuY3J5cHRlZA==', 'b25l')), { noNullPrototype: true }), data: base64 }, { noNullPrototype: true }), { maxLength: 3 });
const valid = payloads.map((list): Json => ({ payloads: list }));
const credentials = fc.constantFrom<Record<string, string>>(bearer, bearer, bearer, { ...bearer, origin }, {}, { authorization: `Bearer ${token}x` }, { ...bearer, origin: 'https://evil.example' }, { cookie: 'sluice-codec=x', origin });

test('500 requests at random are answered, or refused in one sentence, and none gets in by its form', async (t) => {
  const counts = new Map<number, number>();
  await fc.assert(fc.asyncProperty(hostile(valid), fc.constantFrom('/encode', '/decode'), credentials, fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded'), async ({ kind, args }, path, headers, type) => {
    const body = kind === 'no JSON' ? '{"payloads": [' : args.map((arg) => JSON.stringify(arg)).join('');
    const { status, text, headers: answered } = await send(path, { headers: { ...headers, 'content-type': type }, body });
    counts.set(status, (counts.get(status) ?? 0) + 1);
    const allowed = headers['authorization'] === bearer.authorization && headers['origin'] !== 'https://evil.example';
    if (!allowed) assert.ok(status === 401 || status === 403, String(status));
    else assert.ok(status === 200 || status === 400, `${status} ${body.slice(0, 300)}`);
    if (allowed && kind === 'valid' && path === '/encode') assert.equal(status, 200, body);
    assert.notEqual(answered.get('access-control-allow-origin'), '*');
    if (status !== 200) assert.match(text, /^\{"message":"[^\n]+\."\}$|^\{"message":"Expected Temporal's payloads as JSON: .*\}$/);
  }), { numRuns: 500, seed: 20_260_105 });
  t.diagnostic([...counts].map(([status, n]) => `${n} answered ${status}`).join(', '));
});
