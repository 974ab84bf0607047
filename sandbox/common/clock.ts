/** Time as a sandbox sees it, in ms since the epoch: the real time plus an offset that tests move forward, or a time at which they stopped it. */
export class Clock {
  #offset = 0;
  #stoppedAt: number | null = null;

  now(): number {
    return this.#stoppedAt ?? Date.now() + this.#offset;
  }

  /** Moves the sandbox's time; negative values move it back. */
  advance(ms: number): void {
    this.#offset += ms;
    if (this.#stoppedAt !== null) this.#stoppedAt += ms;
  }

  /** Holds the time, so that whatever follows shares one; or lets it go on with the real one. */
  stop(stopped: boolean): void {
    this.#stoppedAt = stopped ? this.now() : null;
  }

  /** The time now as HubSpot and most JSON writes it: `2026-01-02T03:04:05.678Z`. */
  iso(): string {
    return new Date(this.now()).toISOString();
  }
}
