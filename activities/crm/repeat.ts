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
      const ms = error instanceof CrmFailure ? pauseBefore(error, repeats, clock.now() - began) : null;
      if (ms === null) throw error;
      await wait(ms, clock, call.signal);
    }
  }
}

/** Whether the same call may well succeed within seconds. An unknown code counts as temporary for Temporal, not here. */
export function passes(failure: CrmFailure): boolean {
  const verdict = verdictOf(failure);
  return verdict.known && verdict.class === 'temporary';
}

/** How long to wait, in ms, before what failed is sent once more, `passedMs` after it was sent first; null where that is left to Temporal. */
export function pauseBefore(failure: CrmFailure, repeats: number, passedMs: number): number | null {
  if (repeats >= REPEATS || !passes(failure)) return null;
  const planned = (WAITS_MS[repeats] ?? 0) * (0.75 + Math.random() / 2);
  const ms = Math.max(planned, failure.retryAfterMs ?? 0, failure.status === 423 ? LOCKED_MS : 0);
  return passedMs + ms > WITHIN_MS ? null : ms;
}
