import type { Call } from './call.ts';
import { systemClock, wait } from './clock.ts';
import type { Clock } from './clock.ts';
import { CrmFailure } from './failure.ts';
import { verdictOf } from './verdict.ts';

const REPEATS = 3;
const WITHIN_MS = 10_000;
const WAITS_MS = [300, 1000, 2500];
/** HubSpot asks for 2 s or more before a locked record is tried again. */
const LOCKED_MS = 2000;

/**
 * Sends a call that is safe to repeat (a read, an update, an upsert by external id) again if it failed for the moment:
 * up to 3 times and 10 s, so that a hiccup costs no activity attempt. Everything longer is Temporal's.
 */
export async function repeat<T>(call: Call, send: () => Promise<T>, clock: Clock = systemClock): Promise<T> {
  const began = clock.now();
  for (let repeats = 0; ; repeats += 1) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof CrmFailure) || repeats === REPEATS || !passes(error)) throw error;
      const ms = pauseBefore(error, repeats);
      if (clock.now() - began + ms > WITHIN_MS) throw error;
      await wait(ms, clock, call.signal);
    }
  }
}

/** Whether the same call may well succeed within seconds. An unknown code counts as temporary for Temporal, not here. */
export function passes(failure: CrmFailure): boolean {
  const verdict = verdictOf(failure);
  return verdict.known && verdict.class === 'temporary';
}

/** How long to wait before such a call is sent again, in ms: so long as the CRM asks for, at least as planned. */
export function pauseBefore(failure: CrmFailure, repeats: number): number {
  const planned = (WAITS_MS[repeats] ?? 0) * (0.75 + Math.random() / 2);
  return Math.max(planned, failure.retryAfterMs ?? 0, failure.status === 423 ? LOCKED_MS : 0);
}
