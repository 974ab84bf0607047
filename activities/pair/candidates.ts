import { matchFromHubSpot, normaliseEmail, type Match, type SalesforceCandidate } from '../../sync/match.ts';
import type { HubSpotContactId, Link, SalesforceId, SalesforceRef, SalesforceType } from '../../sync/records.ts';
import type { Call } from '../crm/call.ts';
import { externalIdField, type Schema } from '../connection/schema.ts';
import type { SalesforceRecord } from '../salesforce/index.ts';
import { soql } from '../salesforce/soql.ts';
import { holdersOf } from '../contacts.ts';
import type { World } from '../world.ts';

/** Whom to find in Salesforce. */
export interface Seeker {
  hubspotId: HubSpotContactId;
  mergedIds: HubSpotContactId[];
  email: string | null;
  additionalEmails: string[];
  link: Link | null;
  /** Other records with its email are to be found too, although it has a link. */
  furtherRecord?: boolean;
}

/** What the ladder says of one contact, and the record it names. */
export interface Found {
  match: Match;
  record: SalesforceRecord | null;
  /** A converted Lead holds the contact's external id, which is unique and cannot be taken from it: a new record must be a Contact. */
  onlyContact: boolean;
}

/** Records read so far, by id: the rungs share them. */
export class Records {
  private readonly byId = new Map<SalesforceId, { type: SalesforceType; record: SalesforceRecord }>();

  private byEmail: Map<string | null, SalesforceCandidate[]> | null = null;

  add(type: SalesforceType, records: readonly SalesforceRecord[]): void {
    this.byEmail = null;
    for (const record of records) this.byId.set(record.Id, { type, record });
  }

  get(id: SalesforceId): SalesforceRecord | null {
    return this.byId.get(id)?.record ?? null;
  }

  /** Live, unconverted records with a (normalised) email: Contacts before Leads, each in the order of the ids. */
  withEmail(email: string): SalesforceCandidate[] {
    this.byEmail ??= Map.groupBy(this.candidates().filter((c) => !c.isConverted && !c.isDeleted), (c) => normaliseEmail(c.email ?? ''));
    return (this.byEmail.get(email) ?? []).sort((a, b) => (a.type === b.type ? (a.id < b.id ? -1 : 1) : a.type === 'Contact' ? -1 : 1));
  }

  candidates(): SalesforceCandidate[] {
    return [...this.byId.values()].map(({ type, record }) => candidate(type, record));
  }
}

const types = ['Lead', 'Contact'] as const;
const mostRows = 20_000;
/** Chains of conversions and merges are followed this far. */
const mostHops = 4;

/**
 * Finds the Salesforce record of each contact by the ladder of `sync/match.ts`, with as few queries as the rungs allow: by id for
 * the linked, by external id for the rest, by email for whom that finds nobody. `known` may hold records that were read already.
 */
export async function findRecords(world: World, schema: Schema, seekers: readonly Seeker[], call: Call, known: { records: Records; emails: ReadonlySet<string>; createdNow: ReadonlySet<HubSpotContactId> } | null = null): Promise<Map<HubSpotContactId, Found>> {
  const records = known?.records ?? new Records();
  const linked = seekers.flatMap((s) => (s.link === null ? [] : [s.link]));
  await readByIds(world, schema, records, linked, call);
  const loose = seekers.filter((s) => s.link === null);
  // Somebody whom a page has just created has no id anywhere yet.
  const established = loose.filter((s) => known?.createdNow.has(s.hubspotId) !== true);
  await readBy(world, schema, records, externalIdField, () => established.flatMap((s) => [s.hubspotId, ...s.mergedIds]), call);
  const claimed = new Set(records.candidates().map((c) => c.externalId));
  const homeless = loose.filter((s) => ![s.hubspotId, ...s.mergedIds].some((id) => claimed.has(id)));
  // A page came by one email; the contact's primary one may be another, and goes first.
  await readBy(world, schema, records, 'Email', () => [...homeless, ...seekers.filter((s) => s.link !== null && s.furtherRecord)].flatMap(emailsOf).filter((email) => known?.emails.has(email) !== true), call);
  const found = new Map<HubSpotContactId, Found>();
  let open = [...seekers];
  for (let hop = 0; open.length > 0 && hop < mostHops; hop++) {
    const index = indexed(records.candidates());
    const follow: { seeker: Seeker; ref: SalesforceRef }[] = [];
    for (const seeker of open) {
      const candidates = index.near(seeker);
      const match = matchFromHubSpot({ contact: seeker, candidates });
      const onlyContact = candidates.some(({ isConverted, externalId }) => isConverted && externalId === seeker.hubspotId);
      if (match.kind === 'follow') follow.push({ seeker: { ...seeker, link: { ...match.ref, rung: seeker.link?.rung ?? match.rung } }, ref: match.ref });
      else found.set(seeker.hubspotId, { match, record: match.kind === 'linked' ? records.get(match.link.id) : null, onlyContact });
    }
    await readByIds(world, schema, records, follow.map((f) => f.ref), call);
    open = follow.map((f) => f.seeker);
  }
  for (const { hubspotId, link } of open) {
    const candidates = link === null ? [] : [{ type: link.type, id: link.id }];
    found.set(hubspotId, { match: { kind: 'review', why: 'Its Salesforce record was converted or merged more often than can be followed.', candidates }, record: null, onlyContact: false });
  }
  // A person may name a record without knowing whose it is.
  await leaveToHolders(world, seekers.filter(({ link }) => link === null || link.rung === 'resolved'), found);
  return found;
}

/** A record that nobody has claimed may yet be another contact's link: an import keeps that of those it may not fill. */
async function leaveToHolders(world: World, loose: readonly Seeker[], found: Map<HubSpotContactId, Found>): Promise<void> {
  const unclaimed = loose.flatMap((contact) => {
    const { match, record } = found.get(contact.hubspotId) ?? {};
    return match?.kind === 'linked' && record != null && record[externalIdField] == null ? [{ contact, type: match.link.type, record }] : [];
  });
  if (unclaimed.length === 0) return;
  const takenBy = await holdersOf(world, unclaimed.map(({ record }) => record.Id));
  for (const { contact, type, record } of unclaimed) {
    const match = matchFromHubSpot({ contact, candidates: [candidate(type, record)], takenBy });
    if (match.kind === 'review') found.set(contact.hubspotId, { match, record: null, onlyContact: false });
  }
}

/** Every Contact, and with `leads` every Lead, that has one of these emails; converted Leads included. */
export async function readByEmails(world: World, schema: Schema, { emails, leads }: { emails: readonly string[]; leads: boolean }, call: Call): Promise<Records> {
  const records = new Records();
  await readBy(world, schema, records, 'Email', (type) => (type === 'Contact' || leads ? emails : []), call);
  return records;
}

/** Reads these records, deleted ones too, into `records`. */
export async function readByIds(world: World, schema: Schema, records: Records, refs: readonly SalesforceRef[], call: Call): Promise<void> {
  const unread = refs.filter((r) => records.get(r.id) === null);
  // Deleted ones too: they say into which record they were merged.
  await readBy(world, schema, records, 'Id', (type) => unread.filter((r) => r.type === type).map((r) => r.id), { ...call, deleted: true });
}

/** Reads Leads and Contacts by one field; both types, and as many queries as the values take, share API calls. */
async function readBy(world: World, schema: Schema, records: Records, field: string, valuesOf: (type: SalesforceType) => readonly string[], call: Call & { deleted?: boolean }): Promise<void> {
  const lists = types.map((type) => ({
    type, values: [...new Set(valuesOf(type))],
    build: (some: readonly string[]) => soql`SELECT ${soql.fields(schema.select[type])} FROM ${soql.name(type)} WHERE ${soql.name(field)} IN (${some})`,
  })).filter(({ values }) => values.length > 0);
  if (lists.length === 0) return;
  const found = await world.salesforce.queryLists(lists, { ...call, atMost: mostRows });
  lists.forEach(({ type }, i) => records.add(type, found[i] ?? []));
}

function emailsOf(seeker: Seeker): string[] {
  return [seeker.email, ...seeker.additionalEmails].flatMap((email) => normaliseEmail(email ?? '') ?? []);
}

/** A contact's candidates without a walk over all records: by id, external id, email. */
function indexed(candidates: SalesforceCandidate[]): { near(seeker: Seeker): SalesforceCandidate[] } {
  const by = new Map<string, SalesforceCandidate[]>();
  const note = (key: string, c: SalesforceCandidate) => {
    const list = by.get(key);
    if (list === undefined) by.set(key, [c]);
    else list.push(c);
  };
  for (const c of candidates) {
    note(`id ${c.id}`, c);
    if (c.externalId !== null) note(`external ${c.externalId}`, c);
    const email = c.email === null ? null : normaliseEmail(c.email);
    if (email !== null) note(`email ${email}`, c);
  }
  return {
    near(seeker) {
      const keys = [
        ...(seeker.link === null ? [] : [`id ${seeker.link.id}`]),
        ...[seeker.hubspotId, ...seeker.mergedIds].map((id) => `external ${id}`),
        ...emailsOf(seeker).map((email) => `email ${email}`),
      ];
      return [...new Set(keys.flatMap((key) => by.get(key) ?? []))];
    },
  };
}

/** A record as the ladder looks at it. */
export function candidate(type: SalesforceType, record: SalesforceRecord): SalesforceCandidate {
  const text = (field: string): string | null => {
    const value = record[field];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  return {
    type, id: record.Id, externalId: text(externalIdField), email: text('Email'), isConverted: record.IsConverted === true,
    convertedContactId: text('ConvertedContactId') as SalesforceId | null, isDeleted: record.IsDeleted === true, masterRecordId: text('MasterRecordId') as SalesforceId | null,
  };
}
