/** Time as a sandbox sees it, in ms since the epoch: the real time plus an offset that tests move forward. */
export class Clock {
  #offset = 0;

  now(): number {
    return Date.now() + this.#offset;
  }

  /** Moves the sandbox's time; negative values move it back. */
  advance(ms: number): void {
    this.#offset += ms;
  }

  /** The time now as HubSpot and most JSON writes it: `2026-01-02T03:04:05.678Z`. */
  iso(): string {
    return new Date(this.now()).toISOString();
  }
}
