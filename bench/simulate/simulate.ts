import { crms, type Crm } from '../../workflows/ids.ts';
import { crmNames, printTable } from '../calls.ts';
import { round } from '../measure/statistics.ts';
import { SimulatedConnection } from './connection.ts';
import { SimulatedCrm } from './crm.ts';
import { simulateFill, type FillToSimulate, type Simulated } from './fill.ts';
import type { Cause } from './held-back.ts';
import { VirtualClock } from './virtual-clock.ts';
import { SimulatedWorker, type Surroundings } from './worker.ts';

export interface SimulateOptions extends FillToSimulate {
  workers: number;
  hubspotPer10Seconds: number;
  hubspotPerDay: number;
  salesforcePerDay: number;
  /** The setting `allocation.salesforce`; without it half of the account's calls, as the product has it. */
  salesforceAllocation?: number;
  /** `allocation.hubspotPerDay`, likewise. */
  hubspotAllocation?: number;
  hubspotMs: number;
  salesforceMs: number;
}

/** A fill that was simulated, with the accounts as they were left. */
export interface Told extends Simulated {
  crms: Record<Crm, SimulatedCrm>;
  /** Calls that the workers' limiters let out. */
  sent: Record<Crm, number>;
}

/** A midnight, at which the days of both accounts begin. */
const start = Date.UTC(2026, 0, 1);
const hourMs = 3_600_000;

/** Simulates one fill. */
export async function simulated(options: SimulateOptions): Promise<Told> {
  const { workers: count, hubspotPer10Seconds, hubspotPerDay, salesforcePerDay, salesforceAllocation, hubspotAllocation, hubspotMs, salesforceMs } = options;
  const clock = new VirtualClock(start);
  const surroundings: Surroundings = {
    clock, connection: new SimulatedConnection({ salesforce: salesforceAllocation ?? null, hubspotPerDay: hubspotAllocation ?? null }, clock),
    crms: {
      hubspot: new SimulatedCrm('hubspot', { perTenSeconds: hubspotPer10Seconds, perDay: hubspotPerDay, day: 'since midnight' }, clock),
      salesforce: new SimulatedCrm('salesforce', { perTenSeconds: null, perDay: salesforcePerDay, day: 'rolling' }, clock),
    },
    latencyMs: { hubspot: hubspotMs, salesforce: salesforceMs },
  };
  const workers = Array.from({ length: count }, () => new SimulatedWorker(surroundings));
  const told = await clock.run(simulateFill(options, workers, surroundings));
  const sent = (crm: Crm): number => workers.reduce((sum, { limiters }) => sum + limiters[crm].calls().total, 0);
  return { ...told, crms: surroundings.crms, sent: { hubspot: sent('hubspot'), salesforce: sent('salesforce') } };
}

const words: Record<Cause, string> = {
  calls: 'by calls that take their time, 3 pages at once', hubspotWindow: "by HubSpot's 10 s", hubspotDay: "by HubSpot's day", salesforceDay: "by Salesforce's day",
  workflows: 'by the workflows behind it', repeats: 'by pages that are read again', list: 'by the list',
};

/** Prints how long a first fill takes under the limits of both APIs, and what holds it back; hours of virtual time. */
export async function simulate(options: SimulateOptions): Promise<void> {
  const { contacts, workers, workflowsPerSecond } = options;
  const { dataMs, workflowsMs, heldBack, pages, repeats, sent, crms: accounts } = await simulated(options);
  const hours = (ms: number): number => round(ms / hourMs, 2);
  console.log(`A first fill of ${contacts} contacts that only Salesforce has, simulated: ${workers} worker${workers === 1 ? '' : 's'}, each with ${workflowsPerSecond} workflows a second; no segment, nobody edits.`);
  printTable(['', 'hours', ''], [
    ['until all data is in', hours(dataMs), `${round(contacts / (dataMs / 1_000), 0)} contacts a second`],
    ...(Object.keys(words) as Cause[]).map((cause): [string, number, string] => [`  held back ${words[cause]}`, hours(heldBack[cause]), `${round((heldBack[cause] / dataMs) * 100, 0)} %`]),
    ['until each contact has its workflow', hours(workflowsMs), `${round(contacts / (workflowsMs / 1_000), 0)} contacts a second`],
  ]);
  printTable(['', 'calls', 'per contact', 'refused', 'of the day'], crms.map((crm) => [crmNames[crm], sent[crm], round(sent[crm] / contacts), accounts[crm].refused, accounts[crm].limits.perDay]));
  console.log(JSON.stringify({
    bench: 'simulate', ...options, pages, repeats, hours: { data: hours(dataMs), workflows: hours(workflowsMs) },
    heldBackHours: Object.fromEntries(Object.entries(heldBack).map(([cause, ms]) => [cause, hours(ms)])), calls: sent, refused: Object.fromEntries(crms.map((crm) => [crm, accounts[crm].refused])),
  }));
}
