import type { Lane } from '../../sync/allocation.ts';
import { heldFailure, heldReason } from '../connection/accounts.ts';
import type { Setting } from '../pair/fields.ts';
import type { World } from '../world.ts';

/**
 * What changes are compared under. A paused connection goes on noticing: its contacts keep their triggers. One whose accounts are not
 * in order waits, since what it would read may be of another account. `lane`: whose allocation must have room.
 */
export async function ready(world: World, lane: Lane | null): Promise<Setting> {
  const settings = await world.settings();
  const held = await heldReason(settings, world);
  if (held?.hold === 'not-ready') {
    if (settings.ready) await world.askForCheck();
    throw heldFailure(held);
  }
  if (lane !== null) world.allowances.admit(lane);
  const [schema, owners] = await Promise.all([world.schema(settings), world.owners()]);
  return { settings, schema, owners };
}
