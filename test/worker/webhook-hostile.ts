import { bytes, creation, head, signed, type Next, type Sent } from './webhook-requests.ts';

export interface Request {
  /** Whole, or as far as it is sent. */
  raw: Buffer;
  /** One of these; 0 for no answer. */
  statuses: number[];
  next?: Next;
  allow?: string;
  /** Its event reaches the feed. */
  arrives?: boolean;
}
type Make = (from: { number: number; text: string; objectId: number }) => Request;

const minutes = 60_000;
const limit = 1024 * 1024;
const pick = <Value>(number: number, ...values: [Value, ...Value[]]): Value => values[number % values.length] ?? values[0];
const one = (objectId: number, extra: object = {}): string => JSON.stringify([{ ...creation(objectId), ...extra }]);
const without = (sent: Sent, name: string): Sent => ({ ...sent, headers: sent.headers.filter(([known]) => known !== name) });
const refused = (sent: Sent): Request => ({ raw: bytes(sent), statuses: [401] });

/** Each way in which a request may be good or bad, with what must come of it. */
export const requests: Record<string, Make> = {
  good: ({ objectId, text }) => ({ raw: bytes(signed(one(objectId, { propertyValue: text }))), statuses: [200], arrives: true }),
  'good with a query': ({ objectId, text }) => ({ raw: bytes(signed(one(objectId), { query: `?a=${encodeURIComponent(text)}` })), statuses: [200], arrives: true }),
  'nothing of ours': ({ objectId, text, number }) => ({ raw: bytes(signed(pick(number, '[]', one(objectId, { subscriptionType: `contact.${text}` }), one(objectId, { objectId: -1 }), JSON.stringify([text])))), statuses: [200] }),
  'other secret': ({ objectId, text }) => refused(signed(one(objectId), { key: text })),
  'body changed': ({ objectId, text }) => refused({ ...signed(one(objectId)), body: one(objectId, { text }) }),
  'signature of letters': ({ objectId, number }) => {
    const sent = signed(one(objectId));
    return refused({ ...sent, headers: [['X-HubSpot-Signature-v3', Buffer.from(String(number)).toString('base64').repeat(number % 20)], ...sent.headers.slice(1)] });
  },
  'signature missing': ({ objectId }) => refused(without(signed(one(objectId)), 'X-HubSpot-Signature-v3')),
  'time missing': ({ objectId }) => refused(without(signed(one(objectId)), 'X-HubSpot-Request-Timestamp')),
  'header repeated': ({ objectId, number }) => {
    const sent = signed(one(objectId));
    return refused({ ...sent, headers: [...sent.headers, ...sent.headers.slice(number % 2, number % 2 + 1)] });
  },
  stale: ({ objectId, number }) => refused(signed(one(objectId), { time: Date.now() + pick(number, -1, 1) * (6 * minutes + (number % 1_000_000)) })),
  'other query': ({ objectId, number }) => refused(signed(one(objectId), { query: `?a=${number}`, signedQuery: pick(number, '', `?a=${number}0`) })),
  'oversized by its length': ({ number }) => ({ raw: Buffer.from(`${head({ headers: [['Content-Length', String(limit + 1 + number)]] })}[`), statuses: [413] }),
  'oversized in chunks': ({ objectId }) => {
    const { headers } = signed(one(objectId));
    const chunk = Buffer.concat([Buffer.from(`${(limit + 1).toString(16)}\r\n`), Buffer.alloc(limit + 1, ' ')]);
    return { raw: Buffer.concat([Buffer.from(head({ headers: [...headers, ['Transfer-Encoding', 'chunked']] })), chunk]), statuses: [413] };
  },
  'truncated and ended': ({ objectId, number }) => {
    const whole = bytes(signed(one(objectId)));
    return { raw: whole.subarray(0, whole.length - 1 - number % (whole.length - 1)), statuses: [400, 0], next: 'end' };
  },
  'truncated and gone': ({ objectId, number }) => {
    const whole = bytes(signed(one(objectId)));
    return { raw: whole.subarray(0, whole.length - 1 - number % (whole.length - 1)), statuses: [0], next: 'leave' };
  },
  'no HTTP': ({ text }) => ({ raw: Buffer.from(`\x01${text}\r\n\r\n`), statuses: [400], next: 'end' }),
  'bad chunks': ({ objectId, text }) => ({ raw: Buffer.from(`${head({ headers: [...signed(one(objectId)).headers, ['Transfer-Encoding', 'chunked']] })}zz${text}\r\n`), statuses: [400, 0], next: 'end' }),
  'no JSON': ({ objectId, text, number }) => ({ raw: bytes(signed(pick<string | Buffer>(number, '', `[${text}`, one(objectId).slice(0, -1), Buffer.from([0x5b, 0xff, 0xfe]), `${one(objectId)}]`))), statuses: [400] }),
  'no array': ({ objectId, text, number }) => ({ raw: bytes(signed(pick(number, 'null', '{}', '7', JSON.stringify(text), JSON.stringify({ ...creation(objectId), length: 1 })))), statuses: [400] }),
  'too many events': ({ objectId, number }) => ({ raw: bytes(signed(JSON.stringify(Array.from({ length: 101 + number % 200 }, () => creation(objectId))))), statuses: [400] }),
  'other method': ({ objectId, number }) => ({ raw: bytes({ ...signed(one(objectId)), method: pick(number, 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'QUERY', 'TRACE') }), statuses: [405], allow: 'POST' }),
  'other path': ({ objectId, number, text }) => ({ raw: bytes({ ...signed(one(objectId)), method: pick(number, 'POST', 'GET'), target: pick(number, '/', `/${encodeURIComponent(text)}`, '/hubspot/webhooks/', '/hubspot%2Fwebhooks', '//hubspot/webhooks', '/%zz', '/HubSpot/webhooks') }), statuses: [404] }),
  health: ({ text }) => ({ raw: bytes({ method: 'GET', target: `/healthz?${encodeURIComponent(text)}`, headers: [], body: '' }), statuses: [200] }),
};
