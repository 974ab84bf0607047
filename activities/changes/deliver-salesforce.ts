import type { HubSpotContactId, SalesforceId } from '../../sync/records.ts';
import type { SalesforceEvent } from '../../workflows/messages.ts';
import { contactsOf } from '../contacts.ts';
import type { World } from '../world.ts';
import { compareRecords, readRecords } from './compare-records.ts';
import { passGate } from './past-the-gate.ts';
import { ready } from './ready.ts';
import { tellChanged, type News } from './tell.ts';

const call = { lane: 'live' } as const;

/**
 * Tells the contacts of a few events. Whoever has linked the record is found in visibility, without a call; visibility is a moment
 * late, so the others are read and looked for by the id that they hold. Who belongs to nobody may create a contact (S4).
 */
export async function deliverSalesforce(world: World, { events }: { events: readonly SalesforceEvent[] }): Promise<{ told: number; created: number; skipped: Record<string, number>; later: HubSpotContactId[] }> {
  const setting = await ready(world, call.lane);
  const holders = await contactsOf(world, events.map(({ id }) => id as SalesforceId));
  const news = events.flatMap((event): News[] => {
    const holder = holders.get(event.id as SalesforceId);
    return holder === undefined ? [] : [{ id: holder.id, input: { source: 'salesforce', kind: event.kind, at: event.at } }];
  });
  await tellChanged(world, news);
  const others = events.filter(({ id }) => !holders.has(id as SalesforceId));
  if (others.length === 0) return { told: news.length, created: 0, skipped: {}, later: [] };
  const { tell, unlinked, later, told } = await compareRecords(world, setting, await readRecords(world, setting, others, call), call);
  const { tell: more, created, linked, skipped } = await passGate(world, setting, unlinked, call);
  await tellChanged(world, [...tell, ...more]);
  told();
  return { told: news.length + tell.length + more.length, created: created + linked, skipped, later };
}
