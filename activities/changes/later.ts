import type { HubSpotContactId } from '../../sync/records.ts';
import type { World } from '../world.ts';
import { compareHubSpot, type Told } from './poll-hubspot.ts';

/** Compares contacts that had to wait for a page job: as long as one runs, they go on waiting, and nothing is read. */
export async function compareLater(world: World, { ids }: { ids: readonly HubSpotContactId[] }): Promise<Told> {
  if (await world.pageJobRuns()) return { read: 0, told: 0, later: [...ids] };
  return compareHubSpot(world, { ids });
}
