import { z } from 'zod';

/** A key of AES-256, and the name under which payloads say that it encrypted them. */
export interface EncryptionKey {
  id: string;
  bytes: Buffer;
}

const form = 'must be <key id>:<base64 of 32 bytes>, several of them separated by commas (`openssl rand -base64 32` makes one)';

/** `SLUICE_ENCRYPTION_KEY`: the first key encrypts, all of them decrypt. No message repeats any of it. */
export const encryptionKeys = z.string().transform((text, context): EncryptionKey[] => {
  const keys = text.split(',').map(readKey);
  const known = keys.filter((key) => key !== null);
  if (known.length < keys.length) context.addIssue({ code: 'custom', message: form });
  else if (new Set(known.map(({ id }) => id)).size < known.length) context.addIssue({ code: 'custom', message: 'must not give two keys the same id' });
  return known;
});

function readKey(text: string): EncryptionKey | null {
  const [, id, base64] = /^([A-Za-z0-9._-]{1,40}):([A-Za-z0-9+/]{43}=)$/.exec(text.trim()) ?? [];
  return id === undefined || base64 === undefined ? null : { id, bytes: Buffer.from(base64, 'base64') };
}
