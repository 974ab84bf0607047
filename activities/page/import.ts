import { activityInfo } from '@temporalio/activity';
import { normaliseEmail } from '../../sync/match.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { ImportCounts } from '../../workflows/messages.ts';
import { settingsIfReady } from '../connection/accounts.ts';
import type { Schema } from '../connection/schema.ts';
import type { Call } from '../crm/call.ts';
import { verdictOf } from '../crm/verdict.ts';
import type { HubSpotContact } from '../hubspot/index.ts';
import type { Records } from '../pair/candidates.ts';
import type { World } from '../world.ts';
import { createMissing } from './create-missing.ts';
import { pack } from './handovers.ts';
import type { ImportPage } from './list.ts';
import type { PageOutcome } from './outcome.ts';
import { reached } from './position.ts';
import { readRows, skippedAs, type ImportRow } from './rows.ts';
import { syncPage } from './sync.ts';

/** What became of a page. */
export interface ImportPageResult extends ImportCounts {
  /** For `handOver`: the contacts that are done. */
  handovers: string | null;
  /** Those outside the segment: looked at again before they are handed over. */
  waiting: { ids: HubSpotContactId[]; handovers: string } | null;
}

const call: Call = { lane: 'backfill' };
/** Rows that fail for the moment have their page repeated; from this attempt on they count as failed. */
const lastAttemptForRows = 10;

/**
 * Imports one page: creates in HubSpot who is missing, with the email address alone (S6.1), links who is there, then fills those who
 * may sync. Converges when repeated: it begins with the read, and a HubSpot contact is only created for an email that none has.
 */
export async function importPage(world: World, page: ImportPage): Promise<ImportPageResult> {
  const settings = await settingsIfReady(world, call.lane, { pauseStops: true });
  const schema = await world.schema(settings);
  const readAt = Date.now();
  const { rows, records } = await readRows(world, schema, page);
  const result: ImportPageResult = {
    read: rows.length, created: 0, alreadyThere: 0, duplicates: 0, skipped: {}, failed: 0,
    now: { filled: 0, filling: 0, emailOnly: 0, needsReview: 0, error: 0 }, handovers: null, waiting: null,
  };
  const byEmail = groupByEmail(rows, result);
  reached({ read: rows.length });
  const emails = [...byEmail.keys()];
  const { contacts, createdNow } = await findOrCreate(world, schema, emails, result);
  reached({ read: rows.length, inHubSpot: contacts.size });
  const byId = new Map([...contacts.values()].map((contact) => [contact.id, contact]));
  // Emails of one contact, its primary and additional ones, are one contact.
  result.duplicates += byEmail.size - byId.size - result.failed - (result.skipped['refused-by-hubspot'] ?? 0);
  const outcomes = await syncPage(world, { ids: [...byId.keys()], trigger: 'import', dryRun: false }, { contacts: byId, records, emails: new Set(emails), createdNow, readAt });
  countAll(result, outcomes, createdNow, (id) => isSpare(id, byId, byEmail, records));
  const done = outcomes.flatMap((o) => ('handover' in o && o.handover !== null && o.kind !== 'frozen' ? [o.handover] : []));
  const frozen = outcomes.flatMap((o) => (o.kind === 'frozen' && o.handover !== null ? [o.handover] : []));
  const [handovers, packed] = await Promise.all([pack(done), pack(frozen)]);
  return { ...result, handovers, waiting: packed === null ? null : { ids: frozen.map((h) => h.hubspotId), handovers: packed } };
}

/** Rows that can be imported by their email address; the rest is counted with its reason. */
function groupByEmail(rows: readonly ImportRow[], result: ImportPageResult): Map<string, ImportRow> {
  const byEmail = new Map<string, ImportRow>();
  for (const row of rows) {
    const why = skippedAs(row);
    if (why !== null) result.skipped[why] = (result.skipped[why] ?? 0) + 1;
    else if (byEmail.has(row.email ?? '')) result.duplicates += 1;
    else byEmail.set(row.email ?? '', row);
  }
  return byEmail;
}

/** The HubSpot contact of each email, created with nothing but the email where there is none. */
async function findOrCreate(world: World, schema: Schema, emails: readonly string[], result: ImportPageResult): Promise<{ contacts: Map<string, HubSpotContact>; createdNow: Set<HubSpotContactId> }> {
  const contacts = await world.hubspot.readContactsByEmail(emails, schema.properties, call);
  const missing = emails.filter((email) => !contacts.has(email));
  const createdNow = new Set<HubSpotContactId>();
  const { attempt, scheduledTimestampMs } = activityInfo();
  const ours = ({ createdAt }: HubSpotContact): boolean => Date.parse(createdAt) >= scheduledTimestampMs;
  const taken: HubSpotContactId[] = [];
  for (const [email, outcome] of await createMissing(world, missing, schema.properties, call)) {
    if (outcome.ok) {
      contacts.set(email, outcome.contact);
      if (!outcome.lookedUp || ours(outcome.contact)) createdNow.add(outcome.contact.id);
    } else if (outcome.failure.existingId !== null) taken.push(outcome.failure.existingId as HubSpotContactId);
    else if (outcome.failure.status === 400) result.skipped['refused-by-hubspot'] = (result.skipped['refused-by-hubspot'] ?? 0) + 1;
    // The page is read again.
    else if (attempt < lastAttemptForRows && verdictOf(outcome.failure).retry === 'backoff') throw outcome.failure;
    else result.failed += 1;
  }
  // A 409 names the contact to take: somebody else, or an earlier attempt, created it meanwhile.
  for (const [id, answer] of taken.length === 0 ? [] : await world.hubspot.readContacts(taken, schema.properties, call)) {
    if (answer.kind === 'live') contacts.set(`id ${id}`, answer.contact);
    else result.failed += 1;
  }
  // What an earlier attempt of this page created is still its creation.
  if (attempt > 1) for (const contact of contacts.values()) if (ours(contact)) createdNow.add(contact.id);
  return { contacts, createdNow };
}

/** Whether a contact's row is a further record of an email that another row stands for: the smallest id, Contacts before Leads. */
function isSpare(id: HubSpotContactId, contacts: Map<HubSpotContactId, HubSpotContact>, byEmail: Map<string, ImportRow>, records: Records): boolean {
  const email = normaliseEmail(contacts.get(id)?.properties.email ?? '') ?? '';
  const row = byEmail.get(email);
  const [first] = records.withEmail(email);
  return row !== undefined && first !== undefined && first.id !== row.id;
}

function countAll(result: ImportPageResult, outcomes: readonly PageOutcome[], createdNow: Set<HubSpotContactId>, spare: (id: HubSpotContactId) => boolean): void {
  const { now } = result;
  for (const { hubspotId, kind } of outcomes) {
    if (kind === 'gone') {
      result.failed += 1;
      continue;
    }
    if (createdNow.has(hubspotId)) result.created += 1;
    else if (spare(hubspotId)) {
      result.duplicates += 1;
      continue;
    } else result.alreadyThere += 1;
    switch (kind) {
      case 'written': case 'unchanged': case 'at-rest': now.filled += 1; break;
      case 'signalled': case 'waiting': now.filling += 1; break;
      case 'frozen': now.emailOnly += 1; break;
      case 'review': now.needsReview += 1; break;
      case 'error': now.error += 1; break;
    }
  }
}
