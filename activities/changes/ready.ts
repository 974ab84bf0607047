import { ApplicationFailure } from '@temporalio/common';
import { heldReason } from '../connection/accounts.ts';
import type { Setting } from '../pair/fields.ts';
import type { World } from '../world.ts';

/**
 * What changes are compared under. A paused connection goes on noticing: its contacts keep their triggers. One whose accounts are not
 * in order waits, since what it would read may be of another account.
 */
export async function ready(world: World): Promise<Setting> {
  const settings = await world.settings();
  const held = heldReason(settings, await world.accounts());
  if (held?.hold === 'not-ready') {
    if (settings.ready) await world.askForCheck();
    throw ApplicationFailure.create({ message: held.reason, type: 'ConnectionNotReady', nextRetryDelay: '10s' });
  }
  const [schema, owners] = await Promise.all([world.schema(settings), world.owners()]);
  return { settings, schema, owners };
}
