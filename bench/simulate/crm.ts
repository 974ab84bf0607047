import { CrmFailure, type CrmSystem } from '../../activities/crm/failure.ts';
import type { Clock } from '../../activities/crm/clock.ts';
import { nextMidnight } from '../../sync/convert/time.ts';

/** What an account may call. */
export interface AccountLimits {
  /** In 10 s; null: there is no such limit. */
  perTenSeconds: number | null;
  perDay: number;
  /** Whether a day's calls are those since midnight UTC, or of the last 24 h. */
  day: 'since midnight' | 'rolling';
}

/** What an answer says, by headers or by its refusal. */
export interface Answer {
  window: { max: number; remaining: number; intervalMs: number } | null;
  account: { used: number; limit: number };
  refusal: CrmFailure | null;
}

const tenSecondsMs = 10_000;
const dayMs = 86_400_000;

/** A CRM's account as its vendor counts calls: by the instant at which each came, whoever sent it. It shares no code with what holds Sluice back. */
export class SimulatedCrm {
  /** Calls that were answered. */
  answered = 0;
  refused = 0;
  readonly system: CrmSystem;
  readonly limits: AccountLimits;
  protected readonly clock: Clock;
  readonly #inTenSeconds = new Last(tenSecondsMs);
  readonly #inDay = new Last(dayMs);
  #today = { until: 0, used: 0 };

  constructor(system: CrmSystem, limits: AccountLimits, clock: Clock) {
    this.system = system;
    this.limits = limits;
    this.clock = clock;
  }

  /** A call has come. */
  answer(): Answer {
    const now = this.clock.now();
    const { perTenSeconds, perDay } = this.limits;
    const refusal = this.#usedToday(now) >= perDay ? 'DAILY' : perTenSeconds !== null && this.#inTenSeconds.count(now) >= perTenSeconds ? 'TEN_SECONDLY_ROLLING' : null;
    if (refusal === null) {
      this.answered += 1;
      this.#today.used += 1;
      this.#inDay.add(now);
      this.#inTenSeconds.add(now);
    } else this.refused += 1;
    const account = { used: this.#usedToday(now), limit: perDay };
    return {
      window: perTenSeconds === null ? null : { max: perTenSeconds, remaining: perTenSeconds - this.#inTenSeconds.count(now), intervalMs: tenSecondsMs },
      account, refusal: refusal === null ? null : this.#failure(refusal, account),
    };
  }

  #usedToday(now: number): number {
    if (this.limits.day === 'rolling') return this.#inDay.count(now);
    if (now >= this.#today.until) this.#today = { until: nextMidnight(now, 'UTC') ?? Infinity, used: 0 };
    return this.#today.used;
  }

  #failure(reason: string, limit: Answer['account']): CrmFailure {
    const parts = this.system === 'hubspot' ? { status: 429, code: 'RATE_LIMITS' } : { status: 403, code: 'REQUEST_LIMIT_EXCEEDED', limit };
    return new CrmFailure({ system: this.system, operation: 'answer', reason, ...parts });
  }
}

/** Instants of the last so many ms. */
class Last {
  readonly #ms: number;
  #times: number[] = [];
  #first = 0;

  constructor(ms: number) {
    this.#ms = ms;
  }

  add(now: number): void {
    this.#times.push(now);
  }

  count(now: number): number {
    while ((this.#times[this.#first] ?? Infinity) <= now - this.#ms) this.#first += 1;
    if (this.#first > 10_000) {
      this.#times = this.#times.slice(this.#first);
      this.#first = 0;
    }
    return this.#times.length - this.#first;
  }
}
