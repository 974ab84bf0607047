import type { HubSpotContactId, SalesforceType } from '../../sync/records.ts';
import { showsOutside } from '../../sync/relabel.ts';
import { knownContacts, tellIfRunning, type KnownContact } from '../contacts.ts';
import type { Call } from '../crm/call.ts';
import type { HubSpotContact } from '../hubspot/index.ts';
import { readByIds, Records } from '../pair/candidates.ts';
import { pairDiffers, type Setting } from '../pair/fields.ts';
import { versionOf } from '../salesforce/text.ts';
import type { World } from '../world.ts';
import { admitted, type News } from './tell.ts';

/** What a comparison of changed records came to. */
export interface Compared {
  tell: News[];
  /** Contacts that a running import or resync may be about to hand over: to be compared again later. */
  later: HubSpotContactId[];
  /** Contacts without a workflow that may sync. */
  fresh: HubSpotContactId[];
  /** To be called once they are told: what an attempt read that failed before is compared again by the next. */
  told: () => void;
}

/** The object of a record's id, by its key prefix. */
export const typeOfId = (id: string): SalesforceType => (id.startsWith('003') ? 'Contact' : 'Lead');

/**
 * Compares changed contacts with their Salesforce records and says whom to tell: those that differ, and those whose state a change may
 * cure. `since` (epoch ms) is given by a poll, which cannot know what changed: whoever never synced is told only if a mapped value is newer.
 */
export async function compareContacts(world: World, setting: Setting, contacts: readonly HubSpotContact[], since: number | null, call: Call): Promise<Compared> {
  const kind = since === null ? 'change' : 'poll';
  const news = ({ id, updatedAt }: HubSpotContact): News => ({ id, input: { source: 'hubspot', kind, at: new Date(updatedAt).toISOString() } });
  const known = await knownContacts(world, contacts.map(({ id }) => id));
  for (const merged of contacts.flatMap(({ mergedIds }) => mergedIds)) await tellIfRunning(world, merged, { source: 'hubspot', kind: 'merge' });
  const unseen = contacts.filter(({ id, updatedAt }) => !world.seen.has(id, updatedAt));
  const tell: HubSpotContact[] = [];
  const unsynced: HubSpotContact[] = [];
  const outside: HubSpotContact[] = [];
  const linked: { contact: HubSpotContact; known: KnownContact }[] = [];
  for (const contact of unseen) {
    const workflow = known.get(contact.id);
    if (workflow === undefined || workflow.status === 'waiting') unsynced.push(contact);
    else if (showsOutside(workflow.status)) outside.push(contact);
    else if (workflow.status !== 'in-sync' || workflow.salesforceId === null) tell.push(contact);
    else linked.push({ contact, known: workflow });
  }
  tell.push(...await differing(world, setting, linked, call));
  const changed = since === null ? unsynced : await withMappedChange(world, setting, unsynced, since, call);
  const jobRuns = changed.length > 0 && (await world.pageJobRuns());
  const [waiting, fresh] = [changed.filter(({ id }) => known.has(id)), changed.filter(({ id }) => !known.has(id))];
  const may = new Set(await admitted(world, jobRuns ? outside : [...outside, ...fresh], call));
  // Nothing that a frozen contact holds is written; who joins is told by the segment.
  for (const contact of outside) if (!may.has(contact)) world.seen.note(contact.id, contact.updatedAt);
  tell.push(...waiting, ...outside.filter((contact) => may.has(contact)));
  return {
    tell: tell.map(news),
    later: jobRuns ? fresh.map(({ id }) => id) : [],
    fresh: fresh.filter((contact) => may.has(contact)).map(({ id }) => id),
    told: () => {
      for (const { id, updatedAt } of jobRuns ? tell : [...tell, ...fresh]) world.seen.note(id, updatedAt);
    },
  };
}

/** Of contacts in sync: those whose record holds something else. What was found alike is remembered for both feeds. */
async function differing(world: World, setting: Setting, linked: readonly { contact: HubSpotContact; known: KnownContact }[], call: Call): Promise<HubSpotContact[]> {
  const records = new Records();
  const refs = linked.flatMap(({ known: { salesforceId: id } }) => (id === null ? [] : [{ type: typeOfId(id), id }]));
  await readByIds(world, setting.schema, records, refs, call);
  return linked.flatMap(({ contact, known: { salesforceId } }) => {
    const record = salesforceId === null ? null : records.get(salesforceId);
    if (record === null || record.IsDeleted === true || record.IsConverted === true || pairDiffers(setting, contact, typeOfId(record.Id), record)) return [contact];
    world.seen.note(contact.id, contact.updatedAt);
    world.seen.note(record.Id, versionOf(record));
    return [];
  });
}

/** Visits and scores move a contact's time too: only a mapped value starts a first sync [KB-TRIG16]. */
async function withMappedChange(world: World, { schema }: Setting, contacts: readonly HubSpotContact[], since: number, call: Call): Promise<HubSpotContact[]> {
  const old = contacts.filter(({ createdAt }) => Date.parse(createdAt) < since);
  if (old.length === 0) return [...contacts];
  const mapped = [...new Set([...schema.fields.Lead, ...schema.fields.Contact].flatMap((f) => (f.rule === 'none' ? [] : [f.hubspot])))];
  const answers = await world.hubspot.readContacts(old.map(({ id }) => id), ['email'], { ...call, withHistory: mapped });
  const changed = new Set(old.filter(({ id }) => {
    const answer = answers.get(id);
    return answer?.kind === 'live' && mapped.some((property) => Date.parse(answer.contact.history[property]?.[0]?.timestamp ?? '') >= since);
  }));
  return contacts.filter((contact) => changed.has(contact) || Date.parse(contact.createdAt) >= since);
}
