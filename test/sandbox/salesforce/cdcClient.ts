import assert from 'node:assert/strict';
import type { Connection } from 'jsforce';
import { control, login, startOrg } from './sandbox.ts';

export type Event = { schema: string; payload: { ChangeEventHeader: Record<string, unknown> & { recordIds: string[]; changedFields: string[] } } & Record<string, unknown>; event: { replayId: number } };
export type Message = { channel: string; successful?: boolean; error?: string; clientId?: string; advice?: Record<string, unknown>; ext?: unknown; data?: Event; subscription?: string };

export const LEADS = '/data/LeadChangeEvent';
export const CONTACTS = '/data/ContactChangeEvent';

/** An event's type and the records it is of. */
export const said = ({ payload: { ChangeEventHeader: header } }: Event): unknown[] => [header['changeType'], ...header.recordIds];

/** An org that delivers events at once, and a client of it that speaks Bayeux by plain HTTP. */
export async function startCdc() {
  const sandbox = await startOrg({ cdc: { delayMs: [0, 0], holdMs: 5000 } });
  const { url } = sandbox;
  const connection: Connection = await login(url, { callOptions: { client: 'tester' } });

  /** One request of messages; answers the parsed body. */
  async function post(messages: object | object[], token = connection.accessToken ?? ''): Promise<Message[]> {
    const response = await fetch(`${url}/cometd/67.0`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `OAuth ${token}` }, body: JSON.stringify(messages) });
    assert.equal(response.status, 200);
    return (await response.json()) as Message[];
  }

  /** Shakes hands and subscribes; `next` answers the events of one connect. */
  async function subscribed(channel: string, replayId: number) {
    const [shaken] = await post({ channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['long-polling'] });
    const clientId = shaken?.clientId ?? '';
    const [answer] = await post([{ channel: '/meta/subscribe', clientId, subscription: channel, ext: { replay: { [channel]: replayId } } }]);
    const connect = (advice: object = {}) => post([{ channel: '/meta/connect', clientId, connectionType: 'long-polling', ...advice }]);
    const next = async (advice?: object): Promise<Event[]> => (await connect(advice)).flatMap(({ data }) => data ?? []);
    return { clientId, answer, connect, next };
  }

  /** What a later subscriber can still replay of one channel, after an id. */
  async function kept(channel: string, after: number): Promise<Event[]> {
    const { next } = await subscribed(channel, after);
    return next({ advice: { timeout: 0 } });
  }

  return {
    sandbox, url, connection, post, subscribed, kept,
    last: async (channel: string): Promise<number> => (await kept(channel, -2)).at(-1)?.event.replayId ?? -2,
    cdc: (change: object): Promise<unknown> => control(url, 'POST', 'cdc', change),
    create: async (type: string, fields: object): Promise<string> => {
      const saved = await connection.create(type, fields);
      assert.ok(saved.success);
      return saved.id;
    },
  };
}
