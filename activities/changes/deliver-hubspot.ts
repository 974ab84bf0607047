import type { HubSpotContactId } from '../../sync/records.ts';
import type { HubSpotEvent } from '../../workflows/messages.ts';
import { tellIfRunning } from '../contacts.ts';
import { each } from '../each.ts';
import type { World } from '../world.ts';
import { ready } from './ready.ts';
import { admitted, tellChanged, type News } from './tell.ts';

const call = { lane: 'live' } as const;

/**
 * Tells the contacts of a few events, one by one. Whoever has a workflow is told by id, without a look at visibility, which is a
 * moment late. Without one, a new or changed contact is told if it may sync.
 */
export async function deliverHubSpot(world: World, { events }: { events: readonly HubSpotEvent[] }): Promise<{ told: number }> {
  await ready(world, call.lane);
  const unknown: News[] = [];
  let told = 0;
  await each(events, async (event) => {
    const id = event.id as HubSpotContactId;
    const news: News = { id, input: { source: 'hubspot', kind: event.kind, at: event.at } };
    // Whoever was merged away hands its link to the survivor; where none of them has a workflow, the survivor is told itself.
    const heirs = await Promise.all((event.merged ?? []).map((merged) => tellIfRunning(world, merged as HubSpotContactId, news.input)));
    if (await tellIfRunning(world, id, news.input)) told += 1;
    else if (!heirs.includes(true) && event.kind !== 'deletion' && event.kind !== 'privacy-deletion') unknown.push(news);
    told += heirs.filter(Boolean).length;
  });
  const starting = await admitted(world, unknown, call);
  await tellChanged(world, starting);
  return { told: told + starting.length };
}
