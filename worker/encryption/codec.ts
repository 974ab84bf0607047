import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { UserError } from '../user-error.ts';
import type { EncryptionKey } from './keys.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const cipher = 'aes-256-gcm';
const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const nonceLength = 12;
const tagLength = 16;

/** A payload cannot be read with the keys at hand. It stays as it is, and is read once the right key is given. */
export class CannotDecrypt extends UserError {
  override name = 'CannotDecrypt';
}

/**
 * Encrypts payloads with the first of the keys and decrypts those of any of them; without a key it encrypts nothing. What is not
 * encrypted passes through, so that a key can be given to a connection that has worked without. An encrypted payload is the nonce, the
 * encrypted payload as a protocol buffer, and GCM's tag, which covers the key's id too.
 */
export function encryptionCodec(keys: readonly EncryptionKey[]): PayloadCodec {
  const [first] = keys;
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    encode: (payloads) => Promise.resolve(first === undefined ? payloads : payloads.map((payload) => encrypt(payload, first))),
    // A rejection, not an exception: callers wait for a promise.
    decode: async (payloads) => Promise.resolve(payloads.map((payload) => (isEncrypted(payload) ? decrypt(payload, byId) : payload))),
  };
}

function isEncrypted({ metadata }: Payload): boolean {
  return textOf(metadata?.['encoding']) === encoding;
}

function encrypt(payload: Payload, { id, bytes }: EncryptionKey): Payload {
  const nonce = randomBytes(nonceLength);
  const sealing = createCipheriv(cipher, bytes, nonce, { authTagLength: tagLength }).setAAD(boundTo(id));
  const sealed = [sealing.update(PayloadMessage.encode(payload).finish()), sealing.final()];
  return { metadata: { encoding: Buffer.from(encoding), [keyIdField]: Buffer.from(id) }, data: Buffer.concat([nonce, ...sealed, sealing.getAuthTag()]) };
}

function decrypt({ metadata, data }: Payload, keys: ReadonlyMap<string, EncryptionKey>): Payload {
  const id = textOf(metadata?.[keyIdField]);
  const key = keys.get(id);
  // An id of our own making has no other characters; this one may be anybody's.
  const named = JSON.stringify(id.slice(0, 40));
  if (key === undefined) throw new CannotDecrypt(`Temporal holds what the key ${named} encrypted, and SLUICE_ENCRYPTION_KEY does not give that key: add it, behind the key that encrypts.`);
  const sealed = Buffer.from(data ?? []);
  try {
    const opening = createDecipheriv(cipher, key.bytes, sealed.subarray(0, nonceLength), { authTagLength: tagLength }).setAAD(boundTo(id)).setAuthTag(sealed.subarray(-tagLength));
    return PayloadMessage.decode(Buffer.concat([opening.update(sealed.subarray(nonceLength, -tagLength)), opening.final()]));
  } catch {
    throw new CannotDecrypt(`Temporal holds what the key ${named} of SLUICE_ENCRYPTION_KEY does not decrypt: give the key that encrypted it under this id, unless it was altered.`);
  }
}

const boundTo = (id: string): Buffer => Buffer.from(`sluice ${encoding} ${id}`);
const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString();
