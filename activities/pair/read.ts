import { gate, type Membership } from '../../sync/gate.ts';
import type { PairMatch, PairReading } from '../../sync/pair.ts';
import { fullName } from '../../sync/plan.ts';
import type { FieldReading, HubSpotContactId, Link, SalesforceType } from '../../sync/records.ts';
import type { Settings } from '../../sync/settings.ts';
import { heldReason } from '../connection/accounts.ts';
import { externalIdField, type Schema } from '../connection/schema.ts';
import { membershipsOf } from '../connection/segment.ts';
import type { Call } from '../crm/call.ts';
import type { ContactAnswer, HubSpotContact } from '../hubspot/index.ts';
import type { World } from '../world.ts';
import { accountsFor, type PairAccount } from './accounts.ts';
import { findRecords, type Found, type Records, type Seeker } from './candidates.ts';
import { readingOf, type Setting } from './fields.ts';

/** Which contact to read, with what its workflow knows of it. */
export interface ReadRequest {
  hubspotId: HubSpotContactId;
  link: Link | null;
  /** It has synced before: it has a base, and no page owes it one. */
  hasBase: boolean;
  /** A page that runs now may yet hand over its base. */
  mayBeOwed: boolean;
  /** S4's one pass: the Salesforce side is read although the gate is closed. */
  bypass?: boolean;
  /** A person wants a new record, whatever is found. */
  createNew?: boolean;
  /** Other records with its email are looked for although it has a link: one was made just now. */
  furtherRecord?: boolean;
  /** Tried again after a failure, and not at a person's word. */
  retry?: boolean;
  /** The list of the segment has just shown it, which is enough where nothing is written: its memberships are not read. */
  listed?: boolean;
}

/** What a page has read already, so that nothing is read twice. */
export interface Prefetched {
  contacts: Map<HubSpotContactId, HubSpotContact>;
  /** Every record with one of `emails` is among them. */
  records: Records;
  /** Normalised. */
  emails: ReadonlySet<string>;
  /** Epoch ms: before the first of these reads. */
  readAt: number;
  /** Those of the contacts that the page has just created. */
  createdNow: ReadonlySet<HubSpotContactId>;
}

/**
 * Reads any number of pairs in batches: the properties first and the membership after them (S1.7), then the Salesforce side of
 * those who may sync. Answers in the order asked. Rejects with a `CrmFailure` where a batch failed.
 */
export async function readPairs(world: World, requests: readonly ReadRequest[], call: Call, prefetched: Prefetched | null = null): Promise<PairReading[]> {
  const settings = await world.settings();
  const settingsVersion = settings.version;
  const held = await heldReason(settings, world);
  if (held !== null) {
    if (held.hold === 'not-ready' && settings.ready) await world.askForCheck();
    return requests.map(() => ({ kind: 'held', ...held, settingsVersion }));
  }
  // A page was admitted when it began.
  if (call.lane !== 'backfill') world.allowances.admit(call.lane);
  const [schema, owners] = await Promise.all([world.schema(settings), world.owners()]);
  const setting: Setting = { settings, schema, owners };
  const ids = requests.map((r) => r.hubspotId);
  const answers = await readContacts(world, setting, ids, call, prefetched);
  const live = new Map([...answers].flatMap(([id, a]) => (a.kind === 'live' ? [[id, a.contact] as const] : [])));
  const listed = new Set(requests.flatMap((r) => (r.listed ? [r.hubspotId] : [])));
  const memberships = await membershipsOf(world, settings, [...live.keys()], call, listed);
  const settling = prefetched === null ? await settlingTimes(world, settings, [...live.values()], memberships.criteria, call) : new Map<HubSpotContactId, string>();
  // Of those who may not sync only the fate of a linked record is read, except where a page has it all already.
  const open = requests.filter((r) => live.has(r.hubspotId) && (prefetched !== null || r.bypass || (gate(memberships.of(r.hubspotId)).kind === 'open' && !settling.has(r.hubspotId))));
  const frozen = requests.filter((r) => r.link !== null && live.has(r.hubspotId) && gate(memberships.of(r.hubspotId)).kind === 'outside' && !open.includes(r));
  const seekers = [...open, ...frozen].map((r): Seeker => seekerOf(r, live.get(r.hubspotId) as HubSpotContact));
  const found = await findRecords(world, schema, seekers, call, prefetched);
  for (const { hubspotId, createNew } of open) if (createNew) found.set(hubspotId, { match: { kind: 'none' }, record: null, onlyContact: found.get(hubspotId)?.onlyContact ?? false });
  const accounts = await accountsFor(world, settings, open.flatMap((r) => (isLoose(found.get(r.hubspotId)) ? live.get(r.hubspotId)?.properties.email ?? [] : [])), call);
  // S4's one pass is not made again: it cannot leave a field for later, and pages write nothing of whoever is outside.
  const mayBeOwed = (r: ReadRequest): boolean => r.mayBeOwed && !(r.bypass && gate(memberships.of(r.hubspotId)).kind === 'outside');
  const baseOwed = open.some(mayBeOwed) && (await world.pageJobRuns());
  const readings = requests.map((request): PairReading => {
    const answer = answers.get(request.hubspotId) ?? { kind: 'missing' };
    if (answer.kind !== 'live') return goneReading(answer, settings);
    return assemble(setting, request, answer.contact, {
      membership: memberships.of(request.hubspotId), criteria: memberships.criteria, found: found.get(request.hubspotId) ?? null,
      settlesAt: settling.get(request.hubspotId) ?? null, baseOnItsWay: baseOwed && mayBeOwed(request), account: accounts(answer.contact.properties.email ?? null),
    });
  });
  await addChangeTimes(world, readings, requests, call);
  return readings;
}

async function readContacts(world: World, { schema }: Setting, ids: readonly HubSpotContactId[], call: Call, prefetched: Prefetched | null): Promise<Map<HubSpotContactId, ContactAnswer>> {
  if (prefetched !== null) return new Map([...prefetched.contacts].map(([id, contact]) => [id, { kind: 'live', contact }]));
  const answers = await world.hubspot.readContacts(ids, schema.properties, call);
  // A batch shows neither the archived nor, always, the merged: ask for each missing one by itself.
  for (const id of ids) {
    if ((answers.get(id) ?? { kind: 'missing' }).kind === 'missing') answers.set(id, await world.hubspot.readContact(id, schema.properties, call));
  }
  return answers;
}

const isLoose = (found: Found | undefined): boolean => found === undefined || found.match.kind === 'none';

function goneReading(answer: Exclude<ContactAnswer, { kind: 'live' }>, { version: settingsVersion, deletes }: Settings): PairReading {
  switch (answer.kind) {
    case 'merged': return { kind: 'merged', into: answer.into.id, settingsVersion };
    case 'archived': return { kind: 'deleted', side: 'hubspot', how: answer.kind, reason: 'Deleted in HubSpot, where it can be restored for 90 days.', settingsVersion, deletes };
    case 'missing': return { kind: 'deleted', side: 'hubspot', how: answer.kind, reason: 'HubSpot has no contact with this id.', settingsVersion, deletes };
  }
}

function seekerOf(request: ReadRequest, contact: HubSpotContact): Seeker {
  return {
    hubspotId: contact.id, mergedIds: contact.mergedIds, email: contact.properties.email ?? null,
    additionalEmails: (contact.properties.hs_additional_emails ?? '').split(';').filter((e) => e !== ''), link: request.link,
    ...(request.furtherRecord && { furtherRecord: true }),
  };
}

/** S1.7: until when the membership of a contact is not to be believed, since a property of the criteria changed just now. */
async function settlingTimes(world: World, settings: Settings, contacts: HubSpotContact[], criteria: string[], call: Call): Promise<Map<HubSpotContactId, string>> {
  const settling = new Map<HubSpotContactId, string>();
  if (settings.segment === null || settings.settleWindowMs === 0 || criteria.length === 0) return settling;
  const since = Date.now() - settings.settleWindowMs;
  const recent = contacts.filter((c) => Date.parse(c.updatedAt) > since);
  if (recent.length === 0) return settling;
  const answers = await world.hubspot.readContacts(recent.map((c) => c.id), ['email'], { ...call, withHistory: criteria });
  for (const [id, answer] of answers) {
    if (answer.kind !== 'live') continue;
    const changed = Math.max(0, ...criteria.map((p) => Date.parse(answer.contact.history[p]?.[0]?.timestamp ?? '') || 0));
    if (changed > since) settling.set(id, new Date(changed + settings.settleWindowMs).toISOString());
  }
  return settling;
}

interface Circumstances {
  membership: Membership;
  criteria: string[];
  found: Found | null;
  settlesAt: string | null;
  baseOnItsWay: boolean;
  account: PairAccount | null;
}

function assemble(setting: Setting, request: ReadRequest, contact: HubSpotContact, { membership, criteria, found, settlesAt, baseOnItsWay, account }: Circumstances): PairReading {
  const { settings, schema } = setting;
  const match = matchOf(found);
  const createAs = (account !== null || found?.onlyContact === true) && settings.createAs !== 'never' ? 'Contact' : settings.createAs;
  const type: SalesforceType = match.kind === 'linked' ? match.record.link.type : createAs === 'Contact' ? 'Contact' : 'Lead';
  const mapped = found === null || match.kind === 'review' || match.kind === 'gone' ? [] : schema.fields[type];
  const p = contact.properties;
  const email = p.email?.trim() ? p.email : null;
  return {
    kind: 'pair', settingsVersion: settings.version, name: fullName(p.firstname, p.lastname, email ?? `Contact ${request.hubspotId}`), email, mergedIds: contact.mergedIds, membership, criteria, match,
    fields: mapped.map((field) => readingOf(setting, field, contact, found?.record ?? null)),
    createAs, account: createAs === 'Contact' ? account : null, deletes: settings.deletes,
    storedIds: storedIds(schema, p),
    settlesAt, baseOnItsWay, readAt: new Date().toISOString(),
  };
}

function storedIds({ idProperties }: Schema, properties: HubSpotContact['properties']): Partial<Record<SalesforceType, string | null>> {
  const { Lead, Contact } = idProperties;
  return { ...(Lead !== undefined && { Lead: properties[Lead] || null }), ...(Contact !== undefined && { Contact: properties[Contact] || null }) };
}

function matchOf(found: Found | null): PairMatch {
  if (found === null) return { kind: 'none' };
  const { match, record } = found;
  switch (match.kind) {
    case 'linked': {
      if (record === null) return { kind: 'none' };
      const externalId = record[externalIdField];
      return { kind: 'linked', record: { link: match.link, externalId: typeof externalId === 'string' ? externalId : null, modifiedAt: Date.parse(typeof record.SystemModstamp === 'string' ? record.SystemModstamp : ''), duplicates: match.duplicates } };
    }
    case 'review': return { kind: 'review', why: match.why, candidates: match.candidates };
    case 'gone': return { kind: 'gone', ref: match.ref, how: match.how, why: match.why };
    case 'none': case 'follow': return { kind: 'none' };
  }
}

/** HubSpot's time per value, read only for fields that the newer change may win. */
async function addChangeTimes(world: World, readings: PairReading[], requests: readonly ReadRequest[], call: Call): Promise<void> {
  const contested = readings.map((reading, i) =>
    (reading.kind === 'pair' && reading.match.kind === 'linked' ? reading.fields.filter((f) => goesByTime(f, requests[i]?.hasBase ?? false)) : []));
  const properties = [...new Set(contested.flat().map((f) => f.hubspot))];
  if (properties.length === 0) return;
  const about = requests.flatMap(({ hubspotId }, i) => ((contested[i] ?? []).length > 0 ? [hubspotId] : []));
  const answers = await world.hubspot.readContacts(about, ['email'], { ...call, withHistory: properties });
  requests.forEach(({ hubspotId }, i) => {
    const answer = answers.get(hubspotId);
    if (answer?.kind !== 'live') return;
    for (const field of contested[i] ?? []) {
      const newest = answer.contact.history[field.hubspot]?.[0];
      field.hubspotChangedAt = newest === undefined ? null : Date.parse(newest.timestamp);
    }
  });
}

/** Rows 5, 10 and 18-20 go by time. Without a base that takes two values, and of two owners Salesforce's is taken then. */
function goesByTime({ rule, treatment, h, s }: FieldReading, hasBase: boolean): boolean {
  if (h.key === s.key || (rule !== 'two-way' && treatment !== 'owner')) return false;
  return hasBase || (h.key !== null && s.key !== null && treatment !== 'owner');
}
