import type { DeleteOutcome, PairDelete } from '../../sync/pair.ts';
import { heldReason } from '../connection/accounts.ts';
import { externalIdField } from '../connection/schema.ts';
import type { World } from '../world.ts';
import { evidenceAgeMs } from './write.ts';

const call = { lane: 'live' } as const;

/**
 * Deletes the other side of a pair whose time of grace is over. The settings, the gate's evidence and the record's owner are looked
 * at once more; what is gone already counts as deleted. Rejects with a `CrmFailure` where a CRM does not answer or refuses.
 */
export async function deletePair(world: World, { hubspotId, side, ref, settingsVersion, checkedAt, segmentId }: PairDelete): Promise<DeleteOutcome> {
  const settings = await world.settings();
  const held = await heldReason(settings, world);
  if (held !== null) return { kind: 'stale', why: held.reason };
  world.allowances.admit(call.lane);
  if (settings.version !== settingsVersion) return { kind: 'stale', why: 'The settings changed meanwhile.' };
  if ((settings.segment?.id ?? null) !== segmentId) return { kind: 'kept', why: 'The inclusion segment is another one since, so the other side is kept.' };
  if (checkedAt !== null && Date.now() - Date.parse(checkedAt) > evidenceAgeMs.live) return { kind: 'stale', why: 'The evidence of the membership is too old.' };
  if (side === 'hubspot') {
    await world.hubspot.archiveContact(hubspotId, call);
    // The answer is the same for a contact that is not there [N8N-3219].
    const after = await world.hubspot.readContact(hubspotId, ['email'], call);
    if (after.kind === 'merged') return { kind: 'stale', why: `It was merged into contact ${after.into.id} meanwhile.` };
    return after.kind === 'live' ? { kind: 'stale', why: 'HubSpot still has the contact.' } : { kind: 'deleted' };
  }
  const record = (await world.salesforce.retrieve(ref.type, [ref.id], ['Id', externalIdField], call)).get(ref.id);
  if (record == null) return { kind: 'deleted' };
  const holder = record[externalIdField];
  if (typeof holder === 'string' && holder !== '' && holder !== hubspotId) return { kind: 'kept', why: `The Salesforce record belongs to HubSpot contact ${holder}, so it is kept.` };
  const [outcome] = await world.salesforce.remove([ref.id], call);
  if (outcome !== undefined && !outcome.ok) throw outcome.failure;
  return { kind: 'deleted' };
}
