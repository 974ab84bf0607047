import type { Clock } from '../../activities/crm/clock.ts';

/** What a lane of an import waits for. `calls`: for answers, however fast they may be asked for; `list`: for the list, and for other lanes before it goes on. */
export const causes = ['calls', 'hubspotWindow', 'hubspotDay', 'salesforceDay', 'workflows', 'repeats', 'list'] as const;
export type Cause = typeof causes[number];

/** Adds up what each lane spends its time on, in ms: every moment of every lane has one cause. */
export class HeldBack {
  readonly ms: Record<Cause, number> = { calls: 0, hubspotWindow: 0, hubspotDay: 0, salesforceDay: 0, workflows: 0, repeats: 0, list: 0 };
  readonly #clock: Clock;
  readonly #now: Cause[];
  #since: number;

  constructor(lanes: number, clock: Clock) {
    this.#clock = clock;
    this.#now = Array.from({ length: lanes }, () => 'list');
    this.#since = clock.now();
  }

  /** From now on these lanes wait for this. */
  by(cause: Cause, lanes: readonly number[]): void {
    const now = this.#clock.now();
    // A lane that has nothing left to do waits for what the others wait for.
    const day = this.#now.find((one) => one === 'hubspotDay' || one === 'salesforceDay');
    for (const one of this.#now) this.ms[one === 'list' ? day ?? one : one] += now - this.#since;
    this.#since = now;
    for (const lane of lanes) this.#now[lane] = cause;
  }

  /** What was taken for one cause was another's. */
  move(from: Cause, to: Cause, ms: number): void {
    this.ms[from] -= ms;
    this.ms[to] += ms;
  }
}
