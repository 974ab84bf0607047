import { gate } from '../../sync/gate.ts';
import { isValidEmail, normaliseEmail } from '../../sync/match.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { membershipsOf } from '../connection/segment.ts';
import { knownContacts, tellContact } from '../contacts.ts';
import type { Call } from '../crm/call.ts';
import { each } from '../each.ts';
import type { HubSpotContact } from '../hubspot/index.ts';
import type { Setting } from '../pair/fields.ts';
import { stampOf } from '../salesforce/text.ts';
import type { World } from '../world.ts';
import type { ChangedRecord } from './compare-records.ts';
import type { News } from './tell.ts';

/** What became of records that belong to no contact. */
export interface PastTheGate {
  created: number;
  /** Existing contacts outside the segment that were linked and get their one pass (S4.2). */
  linked: number;
  /** Existing contacts that may sync anyway. */
  tell: News[];
  /** Counted by reason; nothing was created for them. */
  skipped: Record<string, number>;
}

/**
 * S4: a Lead or Contact that nobody is linked to creates a HubSpot contact, or is linked to the one with its email, and that pair
 * passes the gate once. Safe to repeat: HubSpot keeps an email once, and a contact makes its pass once per record.
 */
export async function passGate(world: World, setting: Setting, rows: readonly ChangedRecord[], call: Call): Promise<PastTheGate> {
  const result: PastTheGate = { created: 0, linked: 0, tell: [], skipped: {} };
  const { createInHubSpot } = setting.settings;
  const never = createInHubSpot === 'never';
  const skip = (reason: string): void => { result.skipped[never ? 'not-set' : reason] = (result.skipped[never ? 'not-set' : reason] ?? 0) + 1; };
  const byEmail = new Map<string, ChangedRecord>();
  for (const row of rows) {
    const { record } = row;
    const email = typeof record.Email === 'string' ? normaliseEmail(record.Email) : null;
    if (record.IsDeleted === true || record.MasterRecordId != null) skip('deleted');
    else if (record.IsConverted === true) skip('converted');
    else if (email === null) skip('no-email');
    else if (!isValidEmail(email)) skip('invalid-email');
    else if (byEmail.has(email)) skip('duplicate-email');
    else byEmail.set(email, row);
  }
  if (byEmail.size === 0) return result;
  // Whatever the setting: a change of its record triggers a contact that may sync (section 6, "The other way").
  const found = await world.hubspot.readContactsByEmail([...byEmail.keys()], setting.schema.properties, call);
  await takeExisting(world, setting, found, byEmail, result, skip, call);
  const missing = [...byEmail].filter(([email, { kind }]) => {
    if (found.has(email)) return false;
    const may = !never && (kind === 'create' || createInHubSpot === 'on-create-or-update');
    if (!may) skip('not-new');
    return may;
  });
  const outcomes = missing.length === 0 ? [] : await world.hubspot.createContacts(missing.map(([email]) => ({ email })), call);
  await each(outcomes.map((outcome, i) => ({ outcome, row: missing[i]?.[1] })), async ({ outcome, row }) => {
    const id = outcome.ok ? outcome.contact.id : outcome.failure.existingId as HubSpotContactId | null;
    if (row === undefined) return;
    // HubSpot refuses an email that was deleted for privacy.
    if (id === null && !outcome.ok && outcome.failure.status === 400) return skip('refused-by-hubspot');
    if (id === null) throw outcome.ok ? new Error('A contact without an id.') : outcome.failure;
    await adopt(world, id, row);
    result.created += 1;
  });
  return result;
}

const adopt = (world: World, hubspotId: HubSpotContactId, { type, record }: ChangedRecord): Promise<void> =>
  tellContact(world, hubspotId, { signal: 'adopt', input: { hubspotId, salesforce: { type, id: record.Id }, bypass: 'on-create' } });

/** An email that HubSpot has: that contact is linked once on creation (S4.2); an update of the record leaves it alone (S4.6). */
async function takeExisting(world: World, { settings }: Setting, found: Map<string, HubSpotContact>, byEmail: Map<string, ChangedRecord>, result: PastTheGate, skip: (reason: string) => void, call: Call): Promise<void> {
  const ids = [...found.values()].map(({ id }) => id);
  if (ids.length === 0) return;
  const known = await knownContacts(world, ids);
  const memberships = await membershipsOf(world, settings, ids, call);
  for (const [email, { id }] of found) {
    const row = byEmail.get(email);
    if (row === undefined) continue;
    const input = { source: 'salesforce', kind: row.kind, at: stampOf(row.record) } as const;
    if (gate(memberships.of(id)).kind !== 'outside') result.tell.push({ id, input });
    else if (settings.createInHubSpot === 'never') skip('not-set');
    else if (known.get(id)?.salesforceId != null) skip('duplicate-email');
    else if (row.kind !== 'create') skip('not-new');
    else {
      await adopt(world, id, row);
      result.linked += 1;
    }
  }
}
