import type { HubSpotContactId } from '../sync/records.ts';
import { tellContact, type ContactNews } from './contacts.ts';
import { each } from './each.ts';
import type { World } from './world.ts';

/** So few are told at once, and each syncs by itself. */
export const mostAlone = 20;

/** Of many, so many are told at once. */
const manyInFlight = 2;

/**
 * Signals each contact's workflow, which starts where there is none. Of many, each lets its calls wait for those of the others, and they are
 * told no faster than workers take them up: a person's single edit must find a worker meanwhile.
 */
export async function tellAll(world: World, list: readonly { id: HubSpotContactId; news: ContactNews }[]): Promise<void> {
  if (list.length <= mostAlone) return each(list, ({ id, news }) => tellContact(world, id, news));
  await each(list, ({ id, news }) => world.step.tell(id, () => tellContact(world, id, news.signal === 'changed' ? { ...news, input: { ...news.input, amongMany: true } } : news)), manyInFlight);
}
