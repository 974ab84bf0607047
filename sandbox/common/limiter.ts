import type { Clock } from './clock.ts';

export type Taken = { allowed: boolean; remaining: number; retryAfterMs: number };

/** At most `limit` calls in any `windowMs`, on the sandbox's clock. A refused call does not count. */
export class SlidingWindow {
  readonly #clock: Clock;
  readonly limit: number;
  readonly windowMs: number;
  #times: number[] = [];
  #head = 0;

  constructor(clock: Clock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.limit = limit;
    this.windowMs = windowMs;
  }

  take(): Taken {
    const now = this.#clock.now();
    this.#drop(now);
    const used = this.#times.length - this.#head;
    if (used >= this.limit) {
      const oldest = this.#times[this.#head] ?? now;
      return { allowed: false, remaining: 0, retryAfterMs: Math.max(0, oldest + this.windowMs - now) };
    }
    this.#times.push(now);
    return { allowed: true, remaining: this.limit - used - 1, retryAfterMs: 0 };
  }

  used(): number {
    this.#drop(this.#clock.now());
    return this.#times.length - this.#head;
  }

  clear(): void {
    this.#times = [];
    this.#head = 0;
  }

  #drop(now: number): void {
    for (;;) {
      const oldest = this.#times[this.#head];
      if (oldest === undefined || oldest > now - this.windowMs) break;
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#times.length) {
      this.#times = this.#times.slice(this.#head);
      this.#head = 0;
    }
  }
}
