import type { HubSpotContactId, SalesforceType } from '../../sync/records.ts';
import { showsOutside } from '../../sync/relabel.ts';
import type { SalesforceEvent } from '../../workflows/messages.ts';
import { externalIdField } from '../connection/schema.ts';
import { contactsOf, knownContacts, type KnownContact } from '../contacts.ts';
import type { Call } from '../crm/call.ts';
import { pairDiffers, type Setting } from '../pair/fields.ts';
import type { SalesforceRecord } from '../salesforce/index.ts';
import { soql } from '../salesforce/soql.ts';
import { stampOf, versionOf } from '../salesforce/text.ts';
import type { World } from '../world.ts';
import type { Compared } from './compare-contacts.ts';
import { admitted, type News } from './tell.ts';

/** A record that changed, as it is now. */
export interface ChangedRecord {
  type: SalesforceType;
  record: SalesforceRecord;
  kind: SalesforceEvent['kind'];
}

/** A changed record with the contact that it belongs to. */
interface Owned extends ChangedRecord {
  id: HubSpotContactId;
  known: KnownContact | undefined;
}

const gone = ({ record }: ChangedRecord): boolean => record.IsDeleted === true || record.IsConverted === true;

/**
 * Compares changed records with their contacts and says whom to tell. Records that belong to nobody are answered apart: they may
 * create a contact (S4). A record's contact is the one that linked it, else the one whose id it holds.
 */
export async function compareRecords(world: World, setting: Setting, rows: readonly ChangedRecord[], call: Call): Promise<Compared & { unlinked: ChangedRecord[] }> {
  const unseen = rows.filter((row) => !world.seen.has(row.record.Id, versionOf(row.record)));
  const { owned, unlinked } = await ownersOf(world, unseen);
  const tell: Owned[] = [];
  const linked: Owned[] = [];
  const homeless: Owned[] = [];
  const outside: Owned[] = [];
  for (const row of owned) {
    if (row.known === undefined) homeless.push(row);
    else if (gone(row) || row.kind === 'undelete') tell.push(row);
    else if (showsOutside(row.known.status)) outside.push(row);
    else if (row.known.status === 'in-sync') linked.push(row);
    else tell.push(row);
  }
  tell.push(...await differing(world, setting, linked, call));
  const may = new Set(await admitted(world, outside, call));
  for (const row of outside) {
    if (may.has(row)) tell.push(row);
    else world.seen.note(row.record.Id, versionOf(row.record));
  }
  const jobRuns = homeless.length > 0 && (await world.pageJobRuns());
  if (!jobRuns) tell.push(...homeless);
  const told = (): void => {
    for (const { record } of tell) world.seen.note(record.Id, versionOf(record));
  };
  return { tell: tell.map(newsOf), later: jobRuns ? homeless.map(({ id }) => id) : [], fresh: [], unlinked, told };
}

const newsOf = ({ id, kind, record }: Owned): News => ({ id, input: { source: 'salesforce', kind, at: stampOf(record) } });

async function ownersOf(world: World, rows: readonly ChangedRecord[]): Promise<{ owned: Owned[]; unlinked: ChangedRecord[] }> {
  const byLink = await contactsOf(world, rows.map(({ record }) => record.Id));
  const claimed = rows.flatMap(({ record }) => (byLink.has(record.Id) ? [] : externalIdOf(record) ?? []));
  const known = await knownContacts(world, claimed);
  const owned: Owned[] = [];
  const unlinked: ChangedRecord[] = [];
  for (const row of rows) {
    const holder = byLink.get(row.record.Id);
    const id = holder?.id ?? externalIdOf(row.record);
    if (id === null || id === undefined) unlinked.push(row);
    else owned.push({ ...row, id, known: holder?.known ?? known.get(id) });
  }
  return { owned, unlinked };
}

const externalIdOf = (record: SalesforceRecord): HubSpotContactId | null => {
  const value = record[externalIdField];
  return typeof value === 'string' && /^[1-9]\d{0,19}$/.test(value) ? value as HubSpotContactId : null;
};

async function differing(world: World, setting: Setting, rows: readonly Owned[], call: Call): Promise<Owned[]> {
  if (rows.length === 0) return [];
  const answers = await world.hubspot.readContacts(rows.map(({ id }) => id), setting.schema.properties, call);
  return rows.filter((row) => {
    const answer = answers.get(row.id);
    if (answer?.kind !== 'live' || row.known?.salesforceId !== row.record.Id || pairDiffers(setting, answer.contact, row.type, row.record)) return true;
    world.seen.note(row.record.Id, versionOf(row.record));
    world.seen.note(row.id, answer.contact.updatedAt);
    return false;
  });
}

/** The records of these ids as they are now, deleted ones too; one that is gone for good is absent. */
export async function readRecords(world: World, { schema }: Setting, events: readonly SalesforceEvent[], call: Call): Promise<ChangedRecord[]> {
  const kinds = new Map(events.map((event) => [event.id, event]));
  const lists = (['Lead', 'Contact'] as const).map((type) => ({ type, ids: events.filter((e) => e.object === type).map((e) => e.id) })).filter(({ ids }) => ids.length > 0);
  const found = await world.salesforce.queryLists(lists.map(({ type, ids }) => ({ values: ids, build: (some: readonly string[]) => soql`SELECT ${soql.fields(schema.select[type])} FROM ${soql.name(type)} WHERE Id IN (${some})` })), { ...call, deleted: true, atMost: 10_000 });
  return lists.flatMap(({ type }, i) => (found[i] ?? []).map((record): ChangedRecord => ({ type, record, kind: kinds.get(record.Id)?.kind ?? 'update' })));
}
