import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import { createAllowance, type Allowance } from '../crm/allowance.ts';
import { isTimeZone, nextMidnight } from '../../sync/convert/time.ts';
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
import { castErrorBody } from './castFailure.ts';
import { PATHS } from './paths.ts';
import { openTokenSource, tokenSchema } from './token.ts';
import type { HubSpotAuth } from './token.ts';
import type { HubSpotUsage } from './types.ts';

export interface HubSpotOptions {
  /** An origin, e.g. `https://api.hubapi.com`. */
  baseUrl: string;
  auth: HubSpotAuth;
  limiter: Limiter;
  /** How many calls may be spent; without one, as many as the limiter lets out. */
  allowance?: Allowance;
  /** Is told of every call. */
  observe?: CallObserver | undefined;
  timeouts?: Timeouts;
  clock?: Clock;
}

export interface Ask<Body> {
  /** For people: what is tried, e.g. `read contacts`. */
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Arrays become repeated keys. */
  query?: Record<string, string | number | boolean | readonly string[] | null | undefined>;
  body?: unknown;
  /** The only shape of a 2xx answer that is let in. */
  schema: z.ZodType<Body>;
  /** Safe to repeat: a read, or a write of values that a second time finds in place. */
  repeatable: boolean;
  /** Search has a limit of its own. */
  rate?: 'search';
}

export interface Requester {
  /** The answer's body, validated. Rejects with a {@link CrmFailure}, or with the signal's reason. */
  send<Body>(ask: Ask<Body>, call: Call): Promise<Body>;
  usage(): HubSpotUsage;
  /** The zone at whose midnight the day's calls are renewed. */
  inZone(timeZone: string): void;
}

/** The one way to HubSpot: limiter, token, repeats, validation and errors, around the client's `apiRequest`, which hands out status and headers and never throws on a 4xx. */
export function openRequester({ baseUrl, auth, limiter, observe, timeouts = TIMEOUTS, clock = systemClock, allowance = createAllowance('hubspot', clock) }: HubSpotOptions): Requester {
  // Neither retries nor limiter of the client: both are one per process, and its retries create contacts twice.
  const client = new Client({ basePath: baseUrl.replace(/\/+$/, '') });
  let usage: HubSpotUsage = { max: null, remaining: null, intervalMs: null, daily: null, dailyRemaining: null };

  const exchanged = async (operation: string, call: Pick<Call, 'signal'>, options: Parameters<Client['apiRequest']>[0]): Promise<Answer> => {
    const exchange: Exchange = { timeouts, signal: call.signal, answer: null };
    try {
      return await within(exchange, async () => {
        const response = await client.apiRequest(options);
        return { status: response.status, headers: response.headers, text: await response.text() };
      });
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      throw new CrmFailure({ system: 'hubspot', operation, code: 'NETWORK', reason: causeOf(error), cause: error });
    }
  };

  const token = openTokenSource(
    auth,
    async (form) => {
      const operation = 'renew the access token';
      const answer = await exchanged(operation, {}, { method: 'POST', path: PATHS.token, authType: 'none', defaultJson: false, body: new URLSearchParams(form) });
      return validated({ operation, schema: tokenSchema }, answer);
    },
    clock,
  );

  const hear = ({ headers }: Answer): void => {
    const number = (name: string): number | null => {
      const value = headers.get(`x-hubspot-ratelimit-${name}`);
      return value === null || !/^\d+$/.test(value) ? null : Number(value);
    };
    const [max, remaining, intervalMs] = [number('max'), number('remaining'), number('interval-milliseconds')];
    if (max === null || remaining === null) return; // search answers carry none
    usage = { max, remaining, intervalMs, daily: number('daily') ?? usage.daily, dailyRemaining: number('daily-remaining') ?? usage.dailyRemaining };
    if (intervalMs !== null) limiter.heard({ max, remaining, intervalMs });
    const { daily, dailyRemaining } = usage;
    if (daily !== null && dailyRemaining !== null) allowance.heard({ used: daily - dailyRemaining, limit: daily });
  };

  let timeZone: string | null = null;
  /** Calls are counted from midnight to midnight of the account's zone [HS-USE]. */
  const renewedAt = (after: number): number | null => (timeZone === null ? null : nextMidnight(after, timeZone));

  const sendOnce = async <Body>(ask: Ask<Body>, call: Call): Promise<Body> => {
    const bearer = await token.current();
    const answer = await limiter.run({ ...call, rate: ask.rate }, () => {
      inTime(ask.operation, call, clock.now());
      client.setAccessToken(bearer);
      allowance.sent(call.lane);
      return exchanged(ask.operation, call, {
        method: ask.method,
        path: ask.path + queryString(ask.query),
        ...(ask.body === undefined ? {} : { body: ask.body }),
      });
    });
    hear(answer);
    if (answer.status === 401 && token.forget(bearer)) return sendOnce(ask, call);
    if (answer.status === 429) slowDown(answer, ask.rate);
    return validated(ask, answer);
  };

  const slowDown = (answer: Answer, rate: 'search' | undefined): void => {
    const failure = castErrorBody('', 429, parseJson(answer.text), retryAfter(answer));
    if (failure.reason === 'DAILY') return; // nothing that a pause of seconds cures
    limiter.refused(Math.min(failure.retryAfterMs ?? 1000, 60_000), failure.reason === 'SECONDLY' ? rate : undefined);
  };

  return {
    send(ask, call) {
      const once = () => allowance.run(call.lane, () => observed(observe, call, () => sendOnce(ask, call)), renewedAt);
      return ask.repeatable ? repeat(call, once, clock) : once();
    },
    usage: () => usage,
    inZone: (zone) => { timeZone = isTimeZone(zone) ? zone : null; },
  };
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

function validated<Body>({ operation, schema }: Pick<Ask<Body>, 'operation' | 'schema'>, answer: Answer): Body {
  const body = parseJson(answer.text);
  if (answer.status >= 300 || answer.status < 200) throw castErrorBody(operation, answer.status, body, retryAfter(answer));
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  // The issues name paths, never values.
  const detail = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`).slice(0, 3).join('; ');
  throw new CrmFailure({ system: 'hubspot', operation, code: 'INVALID_RESPONSE', detail });
}

/** undefined for what is not JSON: HTML, a truncated body, nothing. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfter({ headers }: Answer): number | null {
  const value = headers.get('retry-after');
  return value !== null && /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : null;
}

function queryString(query: Ask<unknown>['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (value === null || value === undefined) return [];
    return Array.isArray(value) ? value.map((item: string) => [name, item]) : [[name, String(value)]];
  });
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

const causeSchema = z.object({ cause: z.object({ code: z.string() }) });
function causeOf(error: unknown): string | null {
  const parsed = causeSchema.safeParse(error);
  return parsed.success ? parsed.data.cause.code : null;
}
