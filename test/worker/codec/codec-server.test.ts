import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bearer, body, codecServer, encryptionKeys, origin, token } from './codec-server.ts';

const server = await codecServer();
const { send } = server;
const cookieOf = (header: string | null): string => (header ?? '').split(';')[0] ?? '';
const signIn = (given: string) => send('/', { body: new URLSearchParams({ token: given }).toString(), headers: { 'content-type': 'application/x-www-form-urlencoded' } });

describe('the codec server', () => {
  test('encrypts and decrypts what the token\'s owner sends', async () => {
    const sealed = await send('/encode', { headers: bearer, body: body({ email: 'ada@gmail.example' }, 5) });
    assert.equal(sealed.status, 200);
    assert.doesNotMatch(Buffer.from(sealed.text, 'base64').toString('latin1') + sealed.text, /ada@gmail/);
    const opened = await send('/decode', { headers: { ...bearer, 'content-type': 'application/json', 'x-namespace': 'default' }, body: sealed.text });
    assert.equal(opened.status, 200);
    assert.equal(opened.text, body({ email: 'ada@gmail.example' }, 5));
    assert.equal(opened.headers.get('cache-control'), 'no-store');
  });

  test('takes payloads that are empty, and none at all, as protocol buffers write them', async () => {
    assert.equal((await send('/encode', { headers: bearer, body: '{}' })).text, '{"payloads":[]}');
    const sealed = await send('/encode', { headers: bearer, body: '{"payloads": [{}, {"metadata": {"encoding": "YmluYXJ5L251bGw="}}]}' });
    assert.equal((await send('/decode', { headers: bearer, body: sealed.text })).text, '{"payloads":[{"metadata":{},"data":""},{"metadata":{"encoding":"YmluYXJ5L251bGw="},"data":""}]}');
  });

  for (const [who, headers] of [
    ['nobody', {}], ['another token', { authorization: 'Bearer a-token-of-some-lengtH' }], ['part of the token', { authorization: 'Bearer a-token' }], ['another scheme', { authorization: `Basic ${token}` }], ['no scheme', { authorization: token }],
    ['the token of the Web UI\'s own sign-on', { authorization: 'Bearer undefined', origin }], ['the token as a cookie', { cookie: `sluice-codec=${token}`, origin }], ['an empty cookie', { cookie: 'sluice-codec=', origin }],
  ] as const) {
    test(`gives nothing to ${who}`, async () => {
      for (const path of ['/encode', '/decode']) {
        const { status, text } = await send(path, { headers, body: body('x') });
        assert.equal(status, 401);
        assert.deepEqual(JSON.parse(text), { message: 'The bearer token is missing or wrong: give the one of SLUICE_CODEC_TOKEN.' });
      }
    });
  }

  test('lets the browser of the one origin ask, before and with the payloads', async () => {
    const preflight = await send('/decode', { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,x-namespace' } });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization, content-type, x-namespace');
    const asked = await send('/decode', { headers: { ...bearer, origin }, body: body('x') });
    assert.equal(asked.status, 200);
    for (const { headers } of [preflight, asked, await send('/decode', { headers: { origin }, body: body('x') })]) {
      assert.equal(headers.get('access-control-allow-origin'), origin);
      assert.equal(headers.get('access-control-allow-credentials'), 'true');
      assert.equal(headers.get('vary'), 'origin');
    }
  });

  for (const other of ['http://127.0.0.1:8234', 'https://127.0.0.1:8233', 'http://localhost:8233', 'http://127.0.0.1:8233.evil.example', 'null', '*', `${origin}/`]) {
    test(`refuses the origin ${other}, whatever it shows`, async () => {
      const cookie = cookieOf((await signIn(token)).headers.get('set-cookie'));
      for (const [method, headers] of [['OPTIONS', {}], ['POST', bearer], ['POST', { cookie }]] as const) {
        const { status, headers: answered } = await send('/decode', { method, headers: { ...headers, origin: other }, ...(method === 'POST' && { body: body('x') }) });
        assert.equal(status, 403);
        assert.equal(answered.get('access-control-allow-origin'), null);
      }
    });
  }

  test('gives a browser that was shown the token a cookie, which is good from that origin alone and is not the token', async () => {
    assert.match((await send('/', { method: 'GET' })).text, /<input type="password" name="token"/);
    for (const wrong of ['', 'another-token-of-length', `${token}x`]) {
      const refused = await signIn(wrong);
      assert.equal(refused.status, 401);
      assert.equal(refused.headers.get('set-cookie'), null);
    }
    const given = (await signIn(token)).headers.get('set-cookie') ?? '';
    assert.match(given, /^sluice-codec=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/);
    assert.ok(!given.includes(token));
    const cookie = `theme=dark; ${cookieOf(given)}`;
    assert.equal((await send('/decode', { headers: { cookie, origin }, body: body('x') })).status, 200);
    // As a page of the same host would send it that is no browser's fetch, such as a form.
    assert.equal((await send('/decode', { headers: { cookie }, body: body('x') })).status, 401);
  });

  for (const [what, sent] of [
    ['no JSON', 'payloads'], ['another shape', '[]'], ['payloads that are no list', '{"payloads": {}}'], ['data that is no base64', '{"payloads": [{"data": "*"}]}'], ['metadata that is no base64', '{"payloads": [{"metadata": {"encoding": 5}}]}'],
    ['nothing', ''], ['more payloads than anybody has', `{"payloads": [${'{},'.repeat(10_000)}{}]}`],
  ] as const) {
    test(`answers ${what} with one sentence`, async () => {
      const { status, text } = await send('/decode', { headers: bearer, body: sent });
      assert.equal(status, 400);
      assert.match(text, /^\{"message":"Expected Temporal's payloads as JSON: /);
    });
  }

  test('refuses a body over 8 MB, other methods and other paths', async () => {
    assert.equal((await send('/decode', { headers: bearer, body: Buffer.alloc(8 * 1024 * 1024 + 1, ' ') })).status, 413);
    assert.equal((await send('/decode', { method: 'GET', headers: bearer })).status, 405);
    assert.equal((await send('/decode/x', { headers: bearer, body: '{}' })).status, 404);
    assert.equal((await send('/%zz', { headers: bearer, body: '{}' })).status, 404);
  });

  test('names the key that it lacks', async () => {
    const [{ send: toOther }, sealed] = [await codecServer([{ id: 'two', bytes: encryptionKeys[0]?.bytes ?? Buffer.alloc(0) }]), await send('/encode', { headers: bearer, body: body('x') })];
    const { status, text } = await toOther('/decode', { headers: bearer, body: sealed.text });
    assert.equal(status, 400);
    assert.match(text, /the key \\"one\\" encrypted, and SLUICE_ENCRYPTION_KEY does not give that key/);
  });
});
