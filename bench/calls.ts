import * as z from 'zod';
import { request } from '../demo/http.ts';
import { crms, type Crm } from '../workflows/ids.ts';
import type { Bench } from './world.ts';

const counted = z.object({ total: z.number(), byRoute: z.record(z.string(), z.number()) });

/** API calls of one CRM since they were last forgotten. */
export type Counted = z.output<typeof counted>;
export type BothCounted = Record<Crm, Counted>;

/** CometD is no API call in Salesforce. */
const isStream = (route: string): boolean => / \/cometd\//.test(route);

/** What the sandboxes counted, without and apart from the exchanges that carry change events. */
export async function countCalls({ urls }: Pick<Bench, 'urls'>): Promise<{ calls: BothCounted; stream: number }> {
  const [hubspot, salesforce] = await Promise.all(crms.map((crm) => request(counted, `${urls[crm]}/_sandbox/calls`)));
  if (hubspot === undefined || salesforce === undefined) throw new Error('a sandbox told no calls');
  const routes = Object.entries(salesforce.byRoute);
  const stream = routes.filter(([route]) => isStream(route)).reduce((sum, [, n]) => sum + n, 0);
  const byRoute = Object.fromEntries(routes.filter(([route]) => !isStream(route)));
  return { calls: { hubspot, salesforce: { total: salesforce.total - stream, byRoute } }, stream };
}

/** Of both CRMs together. */
export const totalOf = ({ hubspot, salesforce }: BothCounted): number => hubspot.total + salesforce.total;

/** Counts from 0 again. */
export async function forgetCalls({ urls }: Pick<Bench, 'urls'>): Promise<void> {
  for (const crm of crms) await request(z.unknown(), `${urls[crm]}/_sandbox/calls`, { method: 'DELETE' });
}

/** HubSpot's limit of Professional and Enterprise accounts, of all calls but searches: 190 in 10 s. */
export const hubspotPerSecond = 19;

export const crmNames = { hubspot: 'HubSpot', salesforce: 'Salesforce' } as const;

/** Rows as columns: the first to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const all = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  for (const row of all) console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ').trimEnd());
}
