import type { Leak } from './story.ts';

/** All texts in a value of any form; bytes are read as text, as payloads are JSON. */
export function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof Uint8Array) yield Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8');
  else if (Array.isArray(value)) for (const one of value) yield* textsIn(one);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* textsIn(one);
}

/** Bearers of any token, whoever gave it out. */
const bearer = /\b(?:Bearer|OAuth) +([\w!.-]{12,})/g;

/** Where one of the secrets, or a bearer of another, stands; the finding names no more of it than is needed to find it. */
export function findLeaks(where: string, texts: Iterable<string>, secrets: readonly string[]): Leak[] {
  const found = new Set<string>();
  for (const text of texts) {
    for (const secret of secrets) if (text.includes(secret)) found.add(secret);
    for (const [, token = ''] of text.matchAll(bearer)) found.add(token);
  }
  return [...found].map((secret) => ({ where, secret: `${secret.slice(0, 6)}...` }));
}
