import type { HubSpotContactId } from '../../sync/records.ts';
import { gate } from '../../sync/gate.ts';
import type { Changed } from '../../workflows/messages.ts';
import { membershipsOf } from '../connection/segment.ts';
import type { Call } from '../crm/call.ts';
import { tellAll } from '../tell-all.ts';
import type { World } from '../world.ts';

/** A contact to be told, and of what. */
export interface News {
  id: HubSpotContactId;
  input: Changed;
}

/** Tells each contact of its change. */
export const tellChanged = (world: World, news: readonly News[]): Promise<void> =>
  tellAll(world, news.map(({ id, input }) => ({ id, news: { signal: 'changed', input } })));

/**
 * Of contacts that have no workflow, or are shown as outside the segment: who may hear of a change. A non-member is told nothing; where
 * membership is not known, the contact's workflow waits for it. Goes by the segment in force now: another may have been chosen since
 * the activity began.
 */
export async function admitted<One extends { id: HubSpotContactId }>(world: World, ones: readonly One[], call: Call): Promise<One[]> {
  if (ones.length === 0) return [];
  const memberships = await membershipsOf(world, await world.settings(), ones.map(({ id }) => id), call);
  return ones.filter(({ id }) => gate(memberships.of(id)).kind !== 'outside');
}
