import * as z from 'zod';
import { request } from '../demo/http.ts';
import type { Edit } from './latency-edits.ts';
import type { Bench } from './world.ts';

/** From the commit in one CRM to the commit in the other. */
export interface Arrived {
  ms: number;
  /** Epoch ms of the edit. */
  from: number;
}

const history = z.object({ results: z.array(z.object({ id: z.string(), propertiesWithHistory: z.record(z.string(), z.array(z.object({ value: z.string(), timestamp: z.string() }))) })) });
const events = z.object({ events: z.array(z.object({ header: z.object({ recordIds: z.array(z.string()), commitTimestamp: z.number() }), values: z.record(z.string(), z.unknown()) })) });
const idsPerRead = 50;

/**
 * When each value was first stored on either side, as the CRMs say themselves: HubSpot by the property's history, Salesforce by the
 * commit time of its change events, since its records' stamps are whole seconds. Whoever has not arrived yet is left out.
 */
export async function arrivals(bench: Bench, edits: readonly Edit[]): Promise<Map<Edit, Arrived>> {
  const [inHubSpot, inSalesforce] = [await hubspotTimes(bench, edits), await salesforceTimes(bench, edits)];
  return new Map(edits.flatMap((edit): [Edit, Arrived][] => {
    const [h, s] = [inHubSpot.get(edit), inSalesforce.get(edit)];
    return h === undefined || s === undefined ? [] : [[edit, { from: edit.side === 'hubspot' ? h : s, ms: edit.side === 'hubspot' ? s - h : h - s }]];
  }));
}

async function hubspotTimes({ urls }: Bench, edits: readonly Edit[]): Promise<Map<Edit, number>> {
  const times = new Map<Edit, number>();
  for (let i = 0; i < edits.length; i += idsPerRead) {
    const some = edits.slice(i, i + idsPerRead);
    const body = { inputs: some.map(({ id }) => ({ id })), properties: ['email'], propertiesWithHistory: [...new Set(some.map(({ property }) => property))] };
    const { results } = await request(history, `${urls.hubspot}/crm/v3/objects/contacts/batch/read`, { method: 'POST', token: 'pat-sandbox', body });
    const byId = new Map(results.map((one) => [one.id, one.propertiesWithHistory]));
    for (const edit of some) {
      const entry = byId.get(edit.id)?.[edit.property]?.findLast(({ value }) => value === edit.value);
      if (entry !== undefined) times.set(edit, Date.parse(entry.timestamp));
    }
  }
  return times;
}

async function salesforceTimes({ urls }: Bench, edits: readonly Edit[]): Promise<Map<Edit, number>> {
  const told = (await request(events, `${urls.salesforce}/_sandbox/cdc/events`)).events;
  const byRecord = Map.groupBy(told, ({ header }) => header.recordIds[0] ?? '');
  return new Map(edits.flatMap((edit): [Edit, number][] => {
    const event = byRecord.get(edit.record.id)?.find(({ values }) => values[edit.field] === edit.value || Object.values(values).some((part) => isCompound(part) && Object.values(part).includes(edit.value)));
    return event === undefined ? [] : [[edit, event.header.commitTimestamp]];
  }));
}

/** Events nest the parts of names and addresses. */
const isCompound = (part: unknown): part is Record<string, unknown> => typeof part === 'object' && part !== null;
