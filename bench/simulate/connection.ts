import type { Clock } from '../../activities/crm/clock.ts';
import { newSettings, type Settings, type SettingsNow } from '../../sync/settings.ts';
import { budgetsOf, newLedger, nextOpening, noteSpent, reassess } from '../../workflows/connection/budgets.ts';
import type { SpentReport } from '../../workflows/messages.ts';

/** The connection's workflow as workers know it: it adds up their calls, by the product's own ledger, and says how the allocations stand. */
export class SimulatedConnection {
  readonly #settings: Settings;
  readonly #ledger = newLedger();
  readonly #clock: Clock;
  #cancelOpening: () => void = () => undefined;

  constructor(allocation: Partial<Settings['allocation']>, clock: Clock) {
    const settings = newSettings('simulated');
    this.#settings = { ...settings, allocation: { ...settings.allocation, ...allocation } };
    this.#clock = clock;
  }

  settings(): SettingsNow {
    return { ...this.#settings, budgets: budgetsOf(this.#ledger, this.#settings, this.#clock.now()) };
  }

  note(spent: SpentReport): void {
    noteSpent(this.#ledger, this.#settings, spent, this.#clock.now());
    this.#openInTime();
  }

  #openInTime(): void {
    this.#cancelOpening();
    const now = this.#clock.now();
    const at = nextOpening(this.#ledger, this.#settings, now);
    if (at === null) return;
    this.#cancelOpening = this.#clock.after(at - now, () => {
      reassess(this.#ledger, this.#settings, this.#clock.now());
      this.#openInTime();
    });
  }
}
