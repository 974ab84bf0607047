import type { Clock } from '../../../activities/crm/clock.ts';

/** A clock that only a test moves. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + ms, wake };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Moves on, waking in order what is due, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
      await settled();
    }
    this.#now = until;
    await settled();
  }
}

/** A clock on which every wait is over at once, though the time has passed. */
export class HastyClock implements Clock {
  #now = 1_000_000;
  waits: number[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    this.waits.push(ms);
    const immediate = setImmediate(() => {
      this.#now += ms;
      wake();
    });
    return () => clearImmediate(immediate);
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

/** All promises that can settle now have settled. */
export const settled = (): Promise<void> => new Promise((resolve) => {
  setImmediate(resolve);
});
