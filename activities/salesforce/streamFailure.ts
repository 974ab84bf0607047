import { z } from 'zod';
import type { Exchange } from '../crm/exchange.ts';
import { CrmFailure } from '../crm/failure.ts';
import { verdictOf } from '../crm/verdict.ts';
import type { Reply } from './bayeuxReply.ts';
import { repliesSchema } from './bayeuxReply.ts';
import { castThrown } from './castFailure.ts';

/** What is tried, for a failure. */
export const FOLLOWING = { system: 'salesforce', operation: 'follow changes' } as const;

/** A Bayeux message that says no, as a failure ("Streaming API Error Codes"): `403::Unknown client`, `400::The replayId {7} you provided was invalid`. */
export function refusedBy({ channel, error = '', ext }: Reply): CrmFailure {
  const said = ext?.sfdc?.failureReason ?? error;
  const status = Number(/^(\d{3}):/.exec(said)?.[1] ?? 0) || null;
  const detail = said.replace(/^\d{3}:/, '').replace(/^:/, '') || null;
  const refused = (code: string, more: object = {}) => new CrmFailure({ ...FOLLOWING, status, code, detail, ...more });
  if (status === 401) return refused('INVALID_SESSION_ID');
  if (/unknown client/i.test(said)) return refused('NETWORK', { status: null, reason: 'UNKNOWN_CLIENT' });
  if (channel === '/meta/subscribe' && /replayId/i.test(said)) return refused('REPLAY_TOO_OLD');
  if (status === null || status >= 500 || channel === '/meta/connect') return refused('NETWORK', { status: null, reason: status === null ? null : `BAYEUX_${status}` });
  return refused('STREAM_UNAVAILABLE');
}

const textSchema = z.object({ data: z.object({ message: z.string() }) });

/** What an HTTP exchange of the stream ended in. */
export function castStreamThrown(thrown: unknown, exchange: Exchange): CrmFailure {
  const told = refusalIn(thrown);
  if (told) return refusedBy(told);
  const failure = castThrown(FOLLOWING.operation, thrown, exchange);
  const { status, code, detail, retryAfterMs } = failure;
  if (status === null) return failure;
  if (status === 401) return new CrmFailure({ ...FOLLOWING, status, code: 'INVALID_SESSION_ID', detail });
  if (status >= 500 || status === 408 || status === 429) return new CrmFailure({ ...FOLLOWING, status, code: 'NETWORK', reason: code, retryAfterMs });
  return verdictOf(failure).class === 'auth' ? failure : new CrmFailure({ ...FOLLOWING, status, code: 'STREAM_UNAVAILABLE', reason: code, detail });
}

/** Bayeux messages under a status of refusal, which jsforce hands out as text. */
function refusalIn(thrown: unknown): Reply | undefined {
  const text = textSchema.safeParse(thrown).data?.data.message;
  if (text === undefined) return undefined;
  try {
    return repliesSchema.safeParse(JSON.parse(text)).data?.find(({ successful }) => successful === false);
  } catch {
    return undefined;
  }
}
