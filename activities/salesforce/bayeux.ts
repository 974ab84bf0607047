import { CrmFailure } from '../crm/failure.ts';
import type { Reply } from './bayeuxReply.ts';
import { StreamingClient } from './jsforce.ts';
import { FOLLOWING, refusedBy } from './streamFailure.ts';

/** A message as the streaming client sends it. */
interface Asked {
  channel: string;
  id: string;
  subscription?: string;
  ext?: object;
}

/** What jsforce's types leave out of its streaming client, and where it can be taken hold of. */
interface Insides {
  disable(feature: string): void;
  disconnect(): unknown;
  _dispatcher: { _transport?: Transport; selectTransport(types: unknown): void };
}
interface Transport {
  batching: boolean;
  request: (messages: Asked[]) => object;
  _receive: (this: Transport, replies: Reply[]) => void;
  _handleError: (this: Transport, messages: Asked[]) => void;
}

export interface BayeuxOptions {
  url: string;
  /** One HTTP exchange, whose answer may take `holdMs` longer than others. */
  post: (messages: readonly object[], holdMs: number) => Promise<Reply[]>;
  channels: ReadonlyMap<string, { replay: number; receive: (data: unknown) => void }>;
  /** All channels are subscribed to. */
  connected: () => void;
  /** The end: nothing is tried again. */
  failed: (error: unknown) => void;
}

/** What Salesforce holds a connect for, until it says otherwise ("Clients and Timeouts"). */
const HOLD_MS = 110_000;
const LONGEST_HOLD_MS = 600_000;

/**
 * jsforce's streaming client, without its own HTTP: that takes any status for an answer, misses one that is cut, knows no NO_PROXY and
 * sends again without end. Each message goes out once, and whatever is refused or lost is told, never cured by another handshake: that
 * would go on after what was received, not after what was handled.
 */
export function openBayeux({ url, post, channels, connected, failed }: BayeuxOptions): { close(politely: boolean): Promise<void> } {
  // The proxy is never asked; without one the client looks for it in the environment and complains of what it finds.
  const client = new StreamingClient(url, { scheduler: Once, proxy: { origin: 'http://unused.invalid' } }) as StreamingClient & Insides;
  const unacknowledged = new Set(channels.keys());
  let holdMs = HOLD_MS;
  let open = true;
  let latest: Promise<void> = Promise.resolve();

  const end = (error: unknown): void => {
    if (open) failed(error);
    open = false;
  };

  const exchanged = async (transport: Transport, messages: Asked[]): Promise<void> => {
    const { _receive: receive, _handleError: giveUp } = transport;
    try {
      if (!open && messages[0]?.channel !== '/meta/disconnect') throw new CrmFailure({ ...FOLLOWING, code: 'NETWORK', reason: 'CLOSED' });
      const waits = messages.some(({ channel }) => channel === '/meta/connect');
      const replies = await post(messages, waits ? holdMs : 0);
      // Events count even beside a refusal.
      receive.call(transport, replies.filter((reply) => !isMeta(reply)));
      demandAnswers(messages, replies);
      const advised = replies.find(({ advice }) => advice?.timeout !== undefined)?.advice?.timeout;
      holdMs = Math.min(advised ?? holdMs, LONGEST_HOLD_MS);
      receive.call(transport, replies.filter(isMeta));
      const acknowledged = messages.some(({ channel, subscription = '' }) => channel === '/meta/subscribe' && unacknowledged.delete(subscription));
      if (acknowledged && unacknowledged.size === 0 && open) connected();
    } catch (error) {
      giveUp.call(transport, messages);
      end(error);
    }
  };

  client.disable('websocket');
  client.addExtension({
    // jsforce's own extension for replays speaks for one channel per client only.
    outgoing: (message: Asked, pass: (message: Asked) => void) => {
      const { subscription = '' } = message;
      const channel = channels.get(subscription);
      pass(channel ? { ...message, ext: { replay: { [subscription]: channel.replay } } } : message);
    },
  });
  const { _dispatcher: dispatcher } = client;
  const select = dispatcher.selectTransport.bind(dispatcher);
  dispatcher.selectTransport = (types) => {
    select(types);
    const { _transport: transport } = dispatcher;
    if (!transport) return;
    // Each message by itself, as jsforce wants it: a held connect must not delay a subscription.
    transport.batching = false;
    transport.request = (messages) => {
      latest = exchanged(transport, messages);
      return {};
    };
  };
  for (const [channel, { receive }] of channels) {
    void client.subscribe(channel, (data: unknown) => {
      if (open) receive(data);
    });
  }

  return {
    async close(politely) {
      open = false;
      if (!politely) return;
      const before = latest;
      client.disconnect();
      // It says goodbye only where it was let in.
      if (latest !== before) await latest;
    },
  };
}

const isMeta = ({ channel }: Reply): boolean => channel.startsWith('/meta/');

function demandAnswers(messages: readonly Asked[], replies: readonly Reply[]): void {
  const refused = replies.find(({ successful }) => successful === false);
  if (refused) throw refusedBy(refused);
  const lost = replies.find(({ advice }) => advice?.reconnect !== undefined && advice.reconnect !== 'retry');
  if (lost) throw new CrmFailure({ ...FOLLOWING, code: 'NETWORK', reason: 'CLIENT_FORGOTTEN' });
  // The client would wait for it without end.
  const missing = messages.find(({ id, channel }) => !replies.some((reply) => reply.id === id && reply.channel === channel && reply.successful));
  if (missing) throw new CrmFailure({ ...FOLLOWING, code: 'INVALID_RESPONSE', detail: `No answer to ${missing.channel}.` });
}

/** The streaming client's plan of sending a message: once, however long the exchange takes, which bounds itself. */
class Once {
  private sent = false;
  isDeliverable(): boolean {
    return !this.sent;
  }
  send(): void {
    this.sent = true;
  }
  getTimeout(): number {
    return 7 * 86_400;
  }
  getInterval(): number {
    return 0;
  }
  succeed(): void {}
  fail(): void {}
  abort(): void {}
}
