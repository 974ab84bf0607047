import type { Clock } from '../crm/clock.ts';
import { wait } from '../crm/clock.ts';
import type { Exchange, Timeouts } from '../crm/exchange.ts';
import { CrmFailure } from '../crm/failure.ts';
import { within } from '../crm/transport.ts';
import type { SalesforceType } from '../../sync/records.ts';
import { openBayeux } from './bayeux.ts';
import type { Reply } from './bayeuxReply.ts';
import { repliesSchema } from './bayeuxReply.ts';
import type { ChangeBatches } from './changeBatches.ts';
import { openBatches } from './changeBatches.ts';
import { readChangeEvent } from './changeEvents.ts';
import type { Session, Sessions } from './session.ts';
import { castStreamThrown, FOLLOWING } from './streamFailure.ts';
import type { ChangesOptions, Salesforce } from './types.ts';

interface StreamOptions {
  sessions: Sessions;
  timeouts: Timeouts;
  clock: Clock;
}

/** `-1` in place of a replay id: only what is committed from now on. */
const ONLY_NEW = -1;
/** How long a server may take to say goodbye. */
const GOODBYE_MS = 2_000;

/** Follows Change Data Capture by CometD. A session that ends is renewed once; every other end is the caller's to begin anew from. */
export function changeStream(options: StreamOptions): Salesforce['changes'] {
  return async ({ signal, onConnected, ...rest }) => {
    const batches = openBatches({ ...rest, clock: options.clock });
    try {
      for (;;) {
        const session = await unlessAborted(options.sessions.current(), signal);
        const error = await listen(session, batches, { ...options, signal, onConnected });
        signal.throwIfAborted();
        // What arrived is handed over before anything begins anew: with no replay id yet, nothing would bring it back.
        await unlessAborted(batches.flush(), signal);
        if (!(error instanceof CrmFailure && error.status === 401 && options.sessions.forget(session))) throw error;
      }
    } finally {
      batches.stop();
    }
  };
}

/** Listens until something ends it, and answers what. */
async function listen({ connection }: Session, batches: ChangeBatches, { timeouts, clock, signal, onConnected }: StreamOptions & Pick<ChangesOptions, 'signal' | 'onConnected'>): Promise<unknown> {
  const ended = Promise.withResolvers<unknown>();
  const hangUp = new AbortController();
  const url = `${connection.instanceUrl}/cometd/${connection.version}`;
  const cookies = new Map<string, string>();

  const post = async (messages: readonly object[], holdMs: number): Promise<Reply[]> => {
    const exchange: Exchange = { timeouts: { headers: timeouts.headers + holdMs, body: timeouts.body, whole: timeouts.whole + holdMs }, signal: hangUp.signal, answer: null };
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) };
    const body: unknown = await within(exchange, () => connection.request({ method: 'POST', url, body: JSON.stringify(messages), headers })).catch((error: unknown) => {
      throw castStreamThrown(error, exchange);
    });
    // Salesforce refuses a client that does not return its cookies.
    for (const [, name, value] of (exchange.answer?.headers['set-cookie'] ?? '').matchAll(/(?:^|,)\s*([^=;,\s]+)=([^;,]*)/g)) cookies.set(name ?? '', value ?? '');
    const replies = repliesSchema.safeParse(body);
    if (!replies.success) throw new CrmFailure({ ...FOLLOWING, code: 'INVALID_RESPONSE' });
    return replies.data;
  };

  const from = batches.replay();
  const channel = (object: SalesforceType) => [`/data/${object}ChangeEvent`, { replay: from[object] ?? ONLY_NEW, receive: (data: unknown) => batches.add(readChangeEvent(object, data)) }] as const;
  const bayeux = openBayeux({ url, post, channels: new Map([channel('Lead'), channel('Contact')]), connected: () => onConnected?.(), failed: ended.resolve });
  const abort = (): void => ended.resolve(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  batches.failed.catch(ended.resolve);

  const error = await ended.promise;
  signal.removeEventListener('abort', abort);
  const gone = error instanceof CrmFailure && (error.code === 'NETWORK' || error.code === 'INVALID_RESPONSE' || error.status === 401);
  await Promise.race([bayeux.close(!gone), wait(GOODBYE_MS, clock, hangUp.signal).catch(() => undefined)]);
  hangUp.abort();
  return error;
}

/** The promise, or the signal's reason where that comes first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', abort));
}
