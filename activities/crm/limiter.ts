import { LANES, type Lane } from '../../sync/allocation.ts';
import type { Call, Calls } from './call.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { SlidingWindow } from './slidingWindow.ts';

export interface Rate {
  max: number;
  intervalMs: number;
}

export interface LimiterOptions {
  /** Calls per sliding window until answers say otherwise; absent: no window. */
  rate?: Rate;
  /** A stricter window of its own for some calls, e.g. `{ search: { max: 5, intervalMs: 1000 } }`. */
  rates?: Record<string, Rate>;
  /** Calls in flight at once; default 20. */
  concurrency?: number;
  clock?: Clock;
}

/** One CRM's rate in one worker. Lanes go live before retry before backfill, and each in the order of asking; none waits for ever. */
export interface Limiter {
  /** Waits for room, then sends. `rate` names one of `rates`. Rejects with the signal's reason if aborted while waiting. */
  run<T>(call: Call & { rate?: string | undefined }, send: () => Promise<T>): Promise<T>;
  /** Takes over what an answer said of the window that all workers share. */
  heard(window: { max: number; remaining: number; intervalMs: number }): void;
  /** A call was refused for its rate (429): sends nothing for `ms`, and less for a while. With `rate`, only of that rate. */
  refused(ms: number, rate?: string): void;
  /** A rate for this worker alone, beside the CRM's own; null: none. */
  cap(rate: Rate | null): void;
  calls(): Calls;
}

/** The part of a window, and of the calls in flight, that a lane may fill: a page never makes a live edit wait for a window. */
const SHARE: Record<Lane, number> = { live: 1, retry: 0.9, backfill: 0.85 };

/**
 * What has waited so long goes before all others, though only so often: a page whose calls never come would be repeated, and tell
 * everybody again each time.
 */
const patienceMs = 10_000;
const favourMs = 500;

interface Waiting {
  lane: Lane;
  since: number;
  rate: string | undefined;
  start(): void;
}

/** One limiter per CRM and worker. */
export function createLimiter(options: LimiterOptions = {}): Limiter {
  const clock = options.clock ?? systemClock;
  const concurrency = options.concurrency ?? 20;
  const main = new SlidingWindow(options.rate ?? null);
  const own = new SlidingWindow(null);
  const rates = new Map(Object.entries(options.rates ?? {}).map(([name, rate]) => [name, new SlidingWindow(rate)]));
  const waiting: Waiting[] = [];
  const sent: Calls = { live: 0, retry: 0, backfill: 0, total: 0 };
  let inFlight = 0;
  let favouredAt = -Infinity;
  let cancelWake: (() => void) | undefined;

  const windowsOf = (entry: Waiting): SlidingWindow[] => {
    const special = entry.rate === undefined ? undefined : rates.get(entry.rate);
    return special ? [main, own, special] : [main, own];
  };

  /** Milliseconds until the windows have room for the entry; 0 is now. */
  const delay = (entry: Waiting, lane: Lane, now: number): number => Math.max(...windowsOf(entry).map((window) => window.delay(now, SHARE[lane])));

  /** The call that live ones have kept waiting too long. */
  const overdueAt = (now: number): Waiting | undefined =>
    now - favouredAt < favourMs || !waiting.some(({ lane }) => lane === 'live') ? undefined : waiting.find(({ lane, since }) => lane !== 'live' && now - since >= patienceMs);

  const drain = (): void => {
    cancelWake?.();
    cancelWake = undefined;
    const now = clock.now();
    let soonest = Infinity;
    const overdue = overdueAt(now);
    for (const lane of LANES) {
      const blocked = new Set<string | undefined>();
      const mine = waiting.filter((candidate) => candidate.lane === lane && candidate !== overdue);
      for (const entry of lane === 'live' && overdue !== undefined ? [overdue, ...mine] : mine) {
        if (inFlight >= Math.max(1, Math.floor(concurrency * SHARE[lane]))) break;
        if (blocked.has(entry.rate)) continue; // the next may be of another rate
        const ms = delay(entry, lane, now);
        if (ms > 0) {
          soonest = Math.min(soonest, ms);
          blocked.add(entry.rate);
          continue;
        }
        waiting.splice(waiting.indexOf(entry), 1);
        for (const window of windowsOf(entry)) window.add(now);
        inFlight += 1;
        if (entry === overdue) favouredAt = now;
        sent[entry.lane] += 1;
        sent.total += 1;
        entry.start();
      }
    }
    if (soonest !== Infinity) cancelWake = clock.after(soonest, drain);
  };

  const admitted = ({ lane, signal, rate }: Call & { rate?: string | undefined }): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      const entry: Waiting = {
        lane,
        since: clock.now(),
        rate,
        start: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiting.push(entry);
      drain();
    });

  return {
    async run(call, send) {
      await admitted(call);
      try {
        return await send();
      } finally {
        inFlight -= 1;
        drain();
      }
    },
    heard: (window) => main.heard(window, clock.now()),
    refused(ms, rate) {
      const window = rate === undefined ? main : rates.get(rate);
      window?.refused(clock.now(), ms);
      drain();
    },
    cap: (rate) => own.limit(rate),
    calls: () => ({ ...sent }),
  };
}
