import type { z } from 'zod';
import { createAllowance, type Allowance } from '../crm/allowance.ts';
import { inTime } from '../crm/call.ts';
import type { Call } from '../crm/call.ts';
import { systemClock } from '../crm/clock.ts';
import type { Clock } from '../crm/clock.ts';
import { TIMEOUTS } from '../crm/exchange.ts';
import type { Exchange, Timeouts } from '../crm/exchange.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { Limiter } from '../crm/limiter.ts';
import { observed } from '../crm/observed.ts';
import type { CallObserver } from '../crm/observed.ts';
import { repeat } from '../crm/repeat.ts';
import { within } from '../crm/transport.ts';
import { castThrown, limitInfo } from './castFailure.ts';
import { openSessions } from './session.ts';
import type { Session, Sessions } from './session.ts';
import type { SalesforceIdentity, SalesforceUsage } from './types.ts';

export interface SalesforceOptions {
  loginUrl: string;
  clientId: string;
  clientSecret: string;
  limiter: Limiter;
  /** How many calls may be spent; without one, as many as the limiter lets out. */
  allowance?: Allowance;
  /** Is told of every call. */
  observe?: CallObserver | undefined;
  /** Default `67.0`, Summer '26. */
  apiVersion?: string;
  timeouts?: Timeouts;
  clock?: Clock;
}

export interface Ask<Body> {
  /** For people: what is tried, e.g. `update Contact`. */
  operation: string;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/services/data/v67.0`, or from `/services/` on as Salesforce's own URLs are. */
  path: string;
  body?: unknown;
  /** The only shape of an answer that is let in: jsforce hands a truncated one out as a string, and as success. */
  schema: z.ZodType<Body>;
  /** The answer is CSV: what the schema is given is `{ text, headers }`. */
  csv?: boolean;
  /** Safe to repeat: a read, an update, an upsert by external id. */
  repeatable: boolean;
}

export interface Requester {
  /** The answer's body, validated. Rejects with a {@link CrmFailure}, or with the signal's reason. */
  send<Body>(ask: Ask<Body>, call: Call): Promise<Body>;
  /** A path as Salesforce serves it: `/query` becomes `/services/data/v67.0/query`. */
  target(path: string): string;
  /** How many bytes a request's head has: `GET`, URI and headers. */
  headBytes(path: string): Promise<number>;
  identity(): Promise<SalesforceIdentity>;
  /** The login behind all calls, for what is no call. */
  sessions: Sessions;
  usage(): SalesforceUsage;
}

/** What fetch and jsforce add to `Authorization`: host, accept, user agent, call options and so on, with room to spare. */
const OTHER_HEADERS_BYTES = 600;

/** The one way to Salesforce: limiter, session, repeats, validation and errors, around jsforce's `request`. */
export function openRequester({ limiter, observe, apiVersion = '67.0', timeouts = TIMEOUTS, clock = systemClock, allowance = createAllowance('salesforce', clock), ...login }: SalesforceOptions): Requester {
  const sessions = openSessions({ ...login, apiVersion, timeouts, clock });
  let usage: SalesforceUsage = { used: null, limit: null };
  const target = (path: string): string => (path.startsWith('/services/') ? path : `/services/data/v${apiVersion}${path}`);

  const exchanged = async (ask: Ask<unknown>, call: Call, { connection }: Session): Promise<unknown> => {
    const exchange: Exchange = { timeouts, signal: call.signal, answer: null };
    try {
      const request = {
        method: ask.method,
        url: target(ask.path),
        ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body), headers: { 'content-type': 'application/json' } }),
      };
      // As text: jsforce would split CSV at any of six letters.
      const body: unknown = await within(exchange, () => connection.request(request, ask.csv ? { responseType: 'text/plain' } : {}));
      return ask.csv ? { text: body, headers: exchange.answer?.headers ?? {} } : body;
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      const failure = castThrown(ask.operation, error, exchange);
      if (failure.retryAfterMs !== null) limiter.refused(Math.min(failure.retryAfterMs, 60_000));
      throw failure;
    } finally {
      const said = limitInfo(exchange);
      usage = said ?? usage;
      if (said !== null) allowance.heard(said);
    }
  };

  const sendOnce = async <Body>(ask: Ask<Body>, call: Call): Promise<Body> => {
    const session = await sessions.current();
    try {
      return validated(ask, await limiter.run(call, () => {
        inTime(ask.operation, call, clock.now());
        allowance.sent(call.lane);
        return exchanged(ask, call, session);
      }));
    } catch (error) {
      // Refused before anything was done, so even a create may go out again.
      if (error instanceof CrmFailure && error.status === 401 && sessions.forget(session)) return sendOnce(ask, call);
      throw error;
    }
  };

  return {
    target,
    send(ask, call) {
      const once = () => allowance.run(call.lane, () => observed(observe, call, () => sendOnce(ask, call)));
      return ask.repeatable ? repeat(call, once, clock) : once();
    },
    async headBytes(path) {
      const { connection } = await sessions.current();
      // As fetch sends it: parsing encodes more than encodeURIComponent does, `'` for one.
      const { pathname, search } = new URL(target(path), connection.instanceUrl);
      return Buffer.byteLength(pathname + search) + Buffer.byteLength(connection.accessToken ?? '') + OTHER_HEADERS_BYTES;
    },
    identity: async () => (await sessions.current()).identity,
    sessions,
    usage: () => usage,
  };
}

function validated<Body>({ operation, schema }: Ask<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  // The issues name paths, never values.
  const detail = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).slice(0, 3).join('; ');
  throw new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE', detail });
}
