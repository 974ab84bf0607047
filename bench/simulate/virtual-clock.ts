import type { Clock } from '../../activities/crm/clock.ts';

/** All promises that can settle now have settled. */
const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

interface Timer { at: number; wake(): void }

/** Time that goes on only while nothing else can: a day of waiting takes as long as what happens in it. */
export class VirtualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  /** `start` in epoch ms. */
  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { at: this.#now + ms, wake };
    this.#timers.add(timer);
    return () => { this.#timers.delete(timer); };
  }

  /** Moves on from one wake to the next until the work has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const noted = work.finally(() => { ended = true; });
    noted.catch(() => undefined); // it is awaited below, and may fail before
    for (;;) {
      await settled();
      if (ended) return noted;
      const next = this.#next();
      if (next === null) throw new Error('the work waits for nothing that could come');
      this.#now = Math.max(this.#now, next);
      for (const timer of this.#timers) {
        // Whoever was woken before may have cancelled it, or set another for now.
        if (timer.at <= this.#now && this.#timers.delete(timer)) timer.wake();
      }
    }
  }

  #next(): number | null {
    let next: number | null = null;
    for (const { at } of this.#timers) if (next === null || at < next) next = at;
    return next;
  }
}
