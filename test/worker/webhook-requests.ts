import { connect } from 'node:net';
import { sign, signedUri } from '../../worker/webhooks/signature.ts';

export const secret = 'app-secret';
export const url = 'https://sluice.example.com/hubspot/webhooks';

export interface Sent {
  method?: string;
  target?: string;
  headers: [string, string][];
  body: string | Buffer;
}

interface Signing {
  time?: number;
  key?: string;
  query?: string;
  /** Another query than the one that is sent. */
  signedQuery?: string;
}

/** A request as HubSpot signs it, or as somebody else would. */
export function signed(body: string | Buffer, { time = Date.now(), key = secret, query = '', signedQuery }: Signing = {}): Sent {
  const timestamp = String(time);
  const signature = sign({ secret: key, uri: signedUri(url, `/${signedQuery ?? query}`), body: Buffer.from(body), timestamp });
  return { target: `/hubspot/webhooks${query}`, headers: [['X-HubSpot-Signature-v3', signature], ['X-HubSpot-Request-Timestamp', timestamp]], body };
}

export const head = ({ method = 'POST', target = '/hubspot/webhooks', headers }: Omit<Sent, 'body'>): string =>
  [`${method} ${target} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', 'Content-Type: application/json', ...headers.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n');

export const bytes = (sent: Sent): Buffer => {
  const body = Buffer.from(sent.body);
  return Buffer.concat([Buffer.from(head({ ...sent, headers: [...sent.headers, ['Content-Length', String(body.length)]] })), body]);
};

export type Next = 'wait' | 'end' | 'leave';

/** What comes back for raw bytes; status 0 for nothing. `next` is what the sender does then. */
export function exchange(port: number, raw: Buffer, next: Next = 'wait'): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const [head = '', body = ''] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body });
    });
    socket.write(raw, () => {
      if (next === 'end') socket.end();
      if (next === 'leave') socket.resetAndDestroy();
    });
  });
}

export const creation = (objectId: number) => ({ subscriptionType: 'contact.creation', objectId, occurredAt: Date.UTC(2026, 0, 5, 10) });
