import { after } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { startCodecServer } from '../../../worker/codec/server.ts';

export const token = 'a-token-of-some-length';
export const origin = 'http://127.0.0.1:8233';
export const encryptionKeys = [{ id: 'one', bytes: Buffer.alloc(32, 7) }];
export const bearer = { authorization: `Bearer ${token}` };

/** A codec server on a free port; `send` is a client that says what it likes. */
export async function codecServer(keys = encryptionKeys) {
  const server = await startCodecServer({ codec: { port: 0, origin, token }, encryptionKeys: keys });
  after(() => server.close());
  return {
    address: server.address,
    send: async (path: string, init: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}) => {
      const response = await fetch(server.address + path, { method: 'POST', ...init, redirect: 'manual' });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text };
    },
  };
}

/** Payloads as the Web UI sends them. */
export const body = (...values: unknown[]): string => JSON.stringify({
  payloads: values.map((value) => {
    const { metadata, data } = defaultPayloadConverter.toPayload(value) ?? {};
    return { metadata: { encoding: Buffer.from(metadata?.['encoding'] ?? []).toString('base64') }, data: Buffer.from(data ?? []).toString('base64') };
  }),
});
