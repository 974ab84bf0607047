import { contactsInError } from '../contacts.ts';
import { tellAll } from '../tell-all.ts';
import type { World } from '../world.ts';

/** Has those contacts sync again that were refused for a mapping: one is back, or was corrected. */
export async function wakeMismapped(world: World): Promise<{ told: number }> {
  const ids = await contactsInError(world, 'property-mapping');
  await tellAll(world, ids.map((id) => ({ id, news: { signal: 'changed', input: { source: 'page', kind: 'mapping' } } })));
  return { told: ids.length };
}
