import type { Lane } from '../../sync/allocation.ts';
import type { SettingsNow } from '../../sync/settings.ts';
import { createAllowance, type Allowance } from './allowance.ts';
import { systemClock, type Clock } from './clock.ts';
import type { Limiter } from './limiter.ts';

/** The API allocations of both CRMs as one worker goes by them. */
export interface Allowances {
  hubspot: Allowance;
  salesforce: Allowance;
  /** The connection is asked for its settings now: takes its answer. */
  asking(): (answer: SettingsNow) => void;
  /** @throws AllowanceSpent where work of this lane must not begin now: with either CRM shut it would stop halfway. */
  admit(lane: Lane): void;
}

const tenSecondsMs = 10_000;

/** One worker's allowances. HubSpot's calls in 10 s are held by its limiter, of which each worker takes its share. */
export function createAllowances(limiters: { hubspot: Limiter }, clock: Clock = systemClock): Allowances {
  const hubspot = createAllowance('hubspot', clock);
  const salesforce = createAllowance('salesforce', clock);
  return {
    hubspot, salesforce,
    asking: () => {
      const learn = { hubspot: hubspot.asking(), salesforce: salesforce.asking() };
      return ({ budgets, allocation: { hubspotPer10Seconds: most } }) => {
        learn.hubspot(budgets.hubspot);
        learn.salesforce(budgets.salesforce);
        limiters.hubspot.cap(most === null ? null : { max: Math.max(1, Math.floor(most / budgets.workers)), intervalMs: tenSecondsMs });
      };
    },
    admit: (lane) => {
      hubspot.admit(lane);
      salesforce.admit(lane);
    },
  };
}
