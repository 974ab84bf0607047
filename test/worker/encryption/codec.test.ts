import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { assert as always, asyncProperty, jsonValue } from 'fast-check';
import { CannotDecrypt, encryptionCodec } from '../../../worker/encryption/codec.ts';

const key = (id: string, fill: number) => ({ id, bytes: Buffer.alloc(32, fill) });
const [old, next] = [key('2025', 1), key('2026', 2)];
const payload = (value: unknown): Payload => {
  const made = defaultPayloadConverter.toPayload(value);
  assert.ok(made !== undefined);
  return made;
};
const valueOf = (from: Payload | undefined): unknown => from && defaultPayloadConverter.fromPayload(from);
const metadata = ({ metadata: fields }: Payload): Record<string, string> => Object.fromEntries(Object.entries(fields ?? {}).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));

async function encrypted(value: unknown, ...keys: Parameters<typeof encryptionCodec>[0]): Promise<Payload> {
  const [one] = await encryptionCodec(keys).encode([payload(value)]);
  assert.ok(one !== undefined);
  return one;
}

describe('the payload codec', () => {
  test('gives back every JSON value, and leaves none of its text to be read', async () => {
    await always(asyncProperty(jsonValue(), async (value) => {
      const sealed = await encrypted({ value, mark: 'ada@gmail.example' }, next);
      assert.ok(!Buffer.from(sealed.data ?? []).includes('ada@gmail.example'));
      const [opened] = await encryptionCodec([next]).decode([sealed]);
      assert.deepEqual(valueOf(opened), valueOf(payload({ value, mark: 'ada@gmail.example' })));
    }), { numRuns: 200 });
  });

  test('says in the metadata that it encrypted and with which key, and nothing else', async () => {
    assert.deepEqual(metadata(await encrypted('x', next)), { encoding: 'binary/encrypted', 'encryption-key-id': '2026' });
  });

  test('encrypts the same value to other bytes each time', async () => {
    const made = new Set(await Promise.all(Array.from({ length: 50 }, async () => Buffer.from((await encrypted('x', next)).data ?? []).subarray(0, 12).toString('hex'))));
    assert.equal(made.size, 50);
  });

  test('encrypts with the first key and decrypts with any, so that a key can be followed by another', async () => {
    const before = await encrypted('before', old);
    const rotated = encryptionCodec([next, old]);
    const [after] = await rotated.encode([payload('after')]);
    assert.ok(after !== undefined);
    assert.equal(metadata(after)['encryption-key-id'], '2026');
    assert.deepEqual((await rotated.decode([before, after])).map(valueOf), ['before', 'after']);
  });

  test('lets pass what is not encrypted, and encrypts nothing without a key', async () => {
    const plain = payload({ a: 1 });
    assert.deepEqual(await encryptionCodec([next]).decode([plain]), [plain]);
    assert.deepEqual(await encryptionCodec([]).encode([plain]), [plain]);
  });

  for (const [name, keys] of [['without a key', []], ['with another key', [next]]] as const) {
    test(`names the key that is missing and what to do, ${name}`, async () => {
      await assert.rejects(encryptionCodec(keys).decode([await encrypted('x', old)]), {
        name: 'CannotDecrypt', message: 'Temporal holds what the key "2025" encrypted, and SLUICE_ENCRYPTION_KEY does not give that key: add it, behind the key that encrypts.',
      });
    });
  }

  test('refuses whatever was altered: each byte of the data, its length, the key id', async () => {
    const sealed = await encrypted('some text', old);
    const data = Buffer.from(sealed.data ?? []);
    const altered = [...data.keys()].map((at) => Buffer.from(data.map((byte, index) => (index === at ? byte ^ 1 : byte))));
    const codec = encryptionCodec([old, { ...old, id: 'other' }, { id: '2024', bytes: next.bytes }]);
    for (const bytes of [...altered, data.subarray(0, -1), data.subarray(0, 20), Buffer.alloc(0)]) await assert.rejects(codec.decode([{ ...sealed, data: bytes }]), CannotDecrypt);
    // The same bytes of a key do not do under another id: which one is meant is part of what was sealed.
    for (const id of ['other', '2024']) await assert.rejects(codec.decode([{ ...sealed, metadata: { ...sealed.metadata, 'encryption-key-id': Buffer.from(id) } }]), /"(other|2024)" of SLUICE_ENCRYPTION_KEY does not decrypt/);
    await assert.rejects(codec.decode([{ ...sealed, metadata: { encoding: Buffer.from('binary/encrypted') } }]), /the key "" encrypted/);
  });
});
