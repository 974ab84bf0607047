import { reportTo } from '../../activities/connection/report-calls.ts';
import { createAllowances, type Allowances } from '../../activities/crm/allowances.ts';
import type { Call } from '../../activities/crm/call.ts';
import { wait, type Clock } from '../../activities/crm/clock.ts';
import { createLimiter, type Limiter } from '../../activities/crm/limiter.ts';
import { repeat } from '../../activities/crm/repeat.ts';
import { nextMidnight } from '../../sync/convert/time.ts';
import { crms as bothCrms, type Crm } from '../../workflows/ids.ts';
import type { SimulatedConnection } from './connection.ts';
import type { SimulatedCrm } from './crm.ts';

export interface Surroundings {
  clock: Clock;
  connection: SimulatedConnection;
  crms: Record<Crm, SimulatedCrm>;
  /** How long a call takes, in ms. */
  latencyMs: Record<Crm, number>;
}

const call: Call = { lane: 'backfill' };
/** After a refusal that names no time, as HubSpot's. */
const refusedMs = 1_000;

/** One worker: the product's limiters, allowances, repeats and reports, around calls that only take their time and are counted. */
export class SimulatedWorker {
  readonly limiters: Record<Crm, Limiter>;
  readonly #allowances: Allowances;
  readonly #world: Surroundings;
  /** Has the next look at what there is to report come, where it waits for something to report. */
  #look: (() => void) | null = null;

  constructor(world: Surroundings) {
    const { clock, connection, crms: { hubspot } } = world;
    const { perTenSeconds } = hubspot.limits;
    this.#world = world;
    this.limiters = { hubspot: createLimiter({ clock, ...(perTenSeconds !== null && { rate: { max: perTenSeconds, intervalMs: 10_000 } }) }), salesforce: createLimiter({ clock }) };
    this.#allowances = createAllowances(this.limiters, clock);
    reportTo((spent) => Promise.resolve(connection.note(spent)), this.#allowances, this.#lookingClock());
  }

  /** A look at nothing does nothing, and a day of waiting would be 350,000 of them: they go on once a call is sent. */
  #lookingClock(): Clock {
    const { clock } = this.#world;
    return {
      now: () => clock.now(),
      after: (ms, wake) => {
        let cancel = (): void => { this.#look = null; };
        this.#look = () => {
          this.#look = null;
          cancel = clock.after(ms, wake);
        };
        if (bothCrms.some((crm) => this.#allowances[crm].toReport() !== null)) this.#look();
        return () => cancel();
      },
    };
  }

  /** Before a page, or a part of the list. @throws AllowanceSpent where it must wait. */
  admit(): void {
    this.#allowances.asking()(this.#world.connection.settings());
    this.#allowances.admit(call.lane);
  }

  /** Calls a CRM once, with what the product does around it. */
  call(crm: Crm): Promise<void> {
    const { clock, crms, latencyMs } = this.#world;
    const [limiter, allowance] = [this.limiters[crm], this.#allowances[crm]];
    const sendOnce = async (): Promise<void> => {
      const { window, account, refusal } = await limiter.run(call, async () => {
        allowance.sent(call.lane);
        this.#look?.();
        // It is counted where it arrives, half way.
        await wait(latencyMs[crm] / 2, clock);
        const answer = crms[crm].answer();
        await wait(latencyMs[crm] / 2, clock);
        return answer;
      });
      if (window !== null) limiter.heard(window);
      allowance.heard(account);
      if (refusal === null) return;
      if (refusal.reason !== 'DAILY') limiter.refused(refusedMs);
      throw refusal;
    };
    const renewedAt = (after: number): number | null => (crms[crm].limits.day === 'rolling' ? null : nextMidnight(after, 'UTC'));
    return repeat(call, () => allowance.run(call.lane, sendOnce, renewedAt), clock);
  }
}
