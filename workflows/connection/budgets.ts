import * as wf from '@temporalio/workflow';
import { assessed, budgetOf, newSpending, withSpent, type Spending } from '../../sync/allocation.ts';
import { allocationsOf, type Budgets, type Settings } from '../../sync/settings.ts';
import type { CallsMade, SpentReport } from '../messages.ts';
import { crms, type Crm } from '../ids.ts';

/** What the connection knows of API calls, as plain JSON. */
export interface Ledger {
  spending: Record<Crm, Spending>;
  /** Who reported lately; `at` is epoch ms. */
  workers: { id: string; at: number }[];
}

/** A worker that has reported no call for so long takes none of what they share. */
const workerGoneMs = 360_000;
const mostWorkers = 100;

export const newLedger = (): Ledger => ({ spending: { hubspot: newSpending(), salesforce: newSpending() }, workers: [] });

/** Adds a worker's report. */
export function noteSpent(ledger: Ledger, settings: Settings, { worker, ...spent }: SpentReport, now = Date.now()): void {
  const allocations = allocationsOf(settings);
  for (const crm of crms) ledger.spending[crm] = withSpent(ledger.spending[crm], spent[crm], allocations[crm], now);
  ledger.workers = [{ id: worker, at: now }, ...ledger.workers.filter(({ id, at }) => id !== worker && now - at < workerGoneMs)].slice(0, mostWorkers);
}

/** The allocation was changed: lanes open or are shut by the new one. */
export function reassess(ledger: Ledger, settings: Settings, now = Date.now()): void {
  const allocations = allocationsOf(settings);
  for (const crm of crms) ledger.spending[crm] = assessed(ledger.spending[crm], allocations[crm], now);
}

/** A person says that a CRM takes calls again; what is left of its own limit, the next call tells. */
export function forgetRefusals(ledger: Ledger): void {
  for (const crm of crms) ledger.spending[crm] = { ...ledger.spending[crm], refusedUntil: 0, account: null };
}

/** When the next lane opens, if no more is spent; null: none is shut. */
export function nextOpening(ledger: Ledger, settings: Settings, now = Date.now()): number | null {
  const { hubspot, salesforce } = budgetsOf(ledger, settings, now);
  const times = [...Object.values(hubspot.shut), ...Object.values(salesforce.shut)].flatMap((shut) => shut?.until ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

/** Has the lanes open at their time, for those who look; workers go by their own clock. */
export async function openInTime(ledger: Ledger, settings: Settings, show: () => void): Promise<never> {
  const opening = (): number | null => nextOpening(ledger, settings);
  for (;;) {
    await wf.condition(() => opening() !== null);
    const at = opening();
    if (at !== null) await wf.condition(() => opening() !== at, at - Date.now());
    reassess(ledger, settings);
    show();
  }
}

/** When the calls were made that still count. */
export function callsMade({ spending }: Ledger, settings: Settings, now = Date.now()): Record<Crm, CallsMade[]> {
  const allocations = allocationsOf(settings);
  const made = (crm: Crm): CallsMade[] => spending[crm].slices.filter(({ until }) => until + allocations[crm].windowMs > now)
    .map(({ from, until, live, retry, backfill }) => ({ from: new Date(from).toISOString(), until: new Date(until).toISOString(), live, retry, backfill }));
  return { hubspot: made('hubspot'), salesforce: made('salesforce') };
}

/** How the allocations stand. */
export function budgetsOf({ spending, workers }: Ledger, settings: Settings, now = Date.now()): Budgets {
  const { hubspot, salesforce } = allocationsOf(settings);
  return {
    hubspot: budgetOf(spending.hubspot, hubspot, now), salesforce: budgetOf(spending.salesforce, salesforce, now),
    workers: Math.max(1, workers.filter(({ at }) => now - at < workerGoneMs).length),
  };
}
