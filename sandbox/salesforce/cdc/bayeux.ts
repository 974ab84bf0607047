import { z } from 'zod';
import type { ObjectName } from '../field.ts';
import { objectNames } from '../field.ts';
import type { Org } from '../org.ts';
import type { Client, Clients, End } from './clients.ts';
import { captured, type Captured } from './settings.ts';

const message = z.looseObject({
  channel: z.string(),
  id: z.unknown().optional(),
  clientId: z.unknown().optional(),
  subscription: z.union([z.string(), z.array(z.string())]).optional(),
  advice: z.object({ timeout: z.number().optional() }).optional().catch(undefined),
  ext: z.object({ replay: z.record(z.string(), z.number()).optional().catch(undefined) }).optional().catch(undefined),
});
type Message = z.output<typeof message>;
/** A request's messages, alone or in an array. */
export const messages = z.union([z.array(message).min(1), message.transform((one) => [one])]);

/** What of the HTTP request the messages need: whether its token is (still) valid, whether it bore one, and when its client hung up. */
export type Caller = { authorized: () => boolean; anonymous: boolean; gone: Promise<void> };

const retry = (timeout: number): object => ({ reconnect: 'retry', interval: 0, timeout });
const again = { reconnect: 'handshake', interval: 0 };
const never = { reconnect: 'none', interval: 0 };

/** The answers to a request's messages, events first; undefined where nobody waits for them. */
export async function answers(org: Org, clients: Clients, asked: Message[], caller: Caller): Promise<unknown[] | undefined> {
  const parts = await Promise.all(asked.map((one) => answer(org, clients, one, caller)));
  return parts.includes(undefined) ? undefined : parts.flat();
}

async function answer(org: Org, clients: Clients, asked: Message, caller: Caller): Promise<unknown[] | undefined> {
  const { channel, id } = asked;
  const reply = (successful: boolean, more: object): unknown => ({ channel, ...(id === undefined ? {} : { id }), successful, ...more });
  const refuse = (error: string, more: object = {}): unknown[] => [reply(false, { error, ...more })];
  const own = asked.clientId === undefined ? {} : { clientId: asked.clientId };
  const unauthorized = caller.anonymous ? '401::Request requires authentication' : '401::Authentication invalid';
  if (!caller.authorized()) {
    if (channel !== '/meta/handshake') return refuse(unauthorized, { ...own, advice: never });
    return refuse('403::Handshake denied', { ext: { sfdc: { failureReason: unauthorized }, replay: true }, advice: never });
  }
  const { holdMs } = org.changes.settings;
  if (channel === '/meta/handshake') {
    const supported = { version: '1.0', minimumVersion: '1.0', supportedConnectionTypes: ['long-polling'], ext: { replay: true, 'payload.format': true } };
    return [reply(true, { clientId: clients.open().id, ...supported, advice: retry(holdMs) })];
  }
  const client = clients.find(asked.clientId);
  if (!client) return refuse('403::Unknown client', { advice: again });
  if (channel === '/meta/connect') {
    const end = await clients.hold(client, Math.min(holdMs, asked.advice?.timeout ?? holdMs), caller.authorized, caller.gone);
    if (end === 'gone') return undefined;
    if (end === 'unknown') return refuse('403::Unknown client', { advice: again });
    if (end === 'unauthorized') return refuse(unauthorized, { ...own, advice: never });
    return [...eventsOf(end), reply(true, { ...own, advice: end === 'disconnected' ? never : retry(holdMs) })];
  }
  if (channel === '/meta/disconnect') {
    clients.close(client);
    return [reply(true, own)];
  }
  const subscription = asked.subscription ?? [];
  const names = typeof subscription === 'string' ? [subscription] : subscription;
  if (names.length === 0) return refuse('400::Channel name not specified', own);
  if (channel === '/meta/subscribe') {
    const refusals = names.map((name) => subscribe(org, client, name, asked.ext?.replay?.[name] ?? -1)).filter((one) => one !== undefined);
    return refusals[0] === undefined ? [reply(true, { ...own, subscription })] : refuse(refusals[0], { ...own, subscription });
  }
  if (channel === '/meta/unsubscribe') {
    for (const object of captured) if (names.includes(channelOf(object))) client.positions.delete(object);
    return [reply(true, { ...own, subscription })];
  }
  return refuse(`400::Channel ${channel} takes no messages`, own);
}

function eventsOf(end: End): unknown[] {
  return typeof end === 'object' ? end.events : [];
}

const channelOf = (object: ObjectName): string => `/data/${object}ChangeEvent`;

/** Subscribes, or says why not. */
function subscribe(org: Org, client: Client, channel: string, replayId: number): string | undefined {
  const name = objectNames.find((object) => channel === channelOf(object));
  if (name === undefined) return `404::Unknown channel: ${channel}`;
  const object: Captured | undefined = captured.find((one) => one === name);
  // The words for a channel that may not be made; whether an object that is not selected answers them is unverified.
  if (object === undefined || !org.changes.settings.enabled[object] || !org.schema.access(object).read) return '403:denied_by_security_policy:create_denied';
  const start = org.changes.start(object, replayId);
  if (start === undefined) return `400::The replayId {${replayId}} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`;
  client.positions.set(object, start);
  return undefined;
}
