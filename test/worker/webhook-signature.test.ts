import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isSigned, sign, signedUri } from '../../worker/webhooks/signature.ts';

const secret = 'app-secret';
const url = 'https://sluice.example.com/hubspot/webhooks';
const minutes = 60_000;

describe('the signature of a webhook', () => {
  const now = Date.parse('2026-01-05T10:00:00Z');
  const body = Buffer.from('[{"propertyValue":"Ærø ✓ \u{1F600}"}]');
  /** As the documentation builds it: over one text. */
  const text = `POST${url}${body.toString('utf8')}${now}`;
  const signature = sign({ secret, uri: url, body, timestamp: String(now) });
  const check = (changes: Partial<Parameters<typeof isSigned>[0]> = {}, signatures = [signature], timestamps = [String(now)]) => isSigned({
    secret, url, requestUrl: '/hubspot/webhooks', body, now,
    headers: { 'x-hubspot-signature-v3': signatures, 'x-hubspot-request-timestamp': timestamps }, ...changes,
  });

  test('is the one that Web Crypto computes over method, address, body and time', async () => {
    const key = await crypto.subtle.importKey('raw', Buffer.from(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const expected = Buffer.from(await crypto.subtle.sign('HMAC', key, Buffer.from(text))).toString('base64');
    assert.equal(signature, expected);
    assert.ok(check());
  });

  test('is over the bytes, also where they are no UTF-8', () => {
    const bytes = Buffer.from([0x5b, 0xff, 0xfe, 0x22, 0xc3, 0x5d]);
    assert.ok(check({ body: bytes }, [sign({ secret, uri: url, body: bytes, timestamp: String(now) })]));
    assert.ok(!check({ body: Buffer.from(bytes.toString('utf8')) }, [sign({ secret, uri: url, body: bytes, timestamp: String(now) })]));
  });

  test('decodes twelve characters of the address, once, and no others', () => {
    assert.equal(signedUri(`${url}?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B`, '/x'), `${url}?a=:/?@!$'()*,;`);
    assert.equal(signedUri(`${url}?a=%3a%2f`, '/x'), `${url}?a=:/`);
    for (const kept of ['%20', '%22', '%23', '%25', '%253A', '%26', '%2B', '%3D', '%5B', '%C3%86', '%', '%3', '+']) {
      assert.equal(signedUri(url, `/hubspot/webhooks?a=${kept}`), `${url}?a=${kept}`);
    }
  });

  test('is over the public address, with the query that came', () => {
    const signed = (uri: string) => [sign({ secret, uri, body, timestamp: String(now) })];
    assert.ok(check({ requestUrl: '/behind/a/proxy' }));
    assert.ok(check({ requestUrl: '/hubspot/webhooks?to=a%2Fb' }, signed(`${url}?to=a/b`)));
    assert.ok(check({ url: `${url}?to=a`, requestUrl: '/hubspot/webhooks?to=a' }, signed(`${url}?to=a`)));
    assert.ok(!check({ requestUrl: '/hubspot/webhooks?to=a' }, signed(`${url}?to=b`)));
    assert.ok(!check({ requestUrl: '/hubspot/webhooks?to=a' }));
  });

  test('is compared in full: neither a part of it, nor more than it, nor another spelling of its bytes will do', () => {
    const other = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    for (const wrong of [other, signature.slice(0, -1), `${signature}=`, `${signature} `, signature.replace(/=$/, ''), signature.toLowerCase(), 'é'.repeat(22), 'x', '']) {
      assert.ok(!check({}, [wrong]), wrong);
    }
    assert.ok(!check({ secret: 'another' }));
    assert.ok(!check({ body: Buffer.concat([body, Buffer.from(' ')]) }));
  });

  test('holds for five minutes, against clocks behind and ahead', () => {
    for (const later of [-5 * minutes, -1, 0, 1, 5 * minutes]) assert.ok(check({ now: now + later }), `${later} ms`);
    for (const later of [-5 * minutes - 1, 5 * minutes + 1, 60 * minutes, -60 * minutes]) assert.ok(!check({ now: now + later }), `${later} ms`);
  });

  test('and its time come once each, the time in milliseconds', () => {
    assert.ok(!check({}, []));
    assert.ok(!check({}, [signature], []));
    assert.ok(!check({}, [signature, signature]));
    assert.ok(!check({}, [signature], [String(now), String(now)]));
    for (const timestamp of ['', '1e12', `${now}.0`, `-${now}`, 'NaN', 'Infinity', new Date(now).toISOString(), '9'.repeat(400)]) {
      assert.ok(!check({}, [sign({ secret, uri: url, body, timestamp })], [timestamp]), timestamp);
    }
  });
});
