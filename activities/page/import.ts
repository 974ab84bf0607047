import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { safeMessage } from '../../sync/errors.ts';
import { isValidEmail, normaliseEmail } from '../../sync/match.ts';
import type { HubSpotContactId, SalesforceType } from '../../sync/records.ts';
import { heldFailure, heldReason } from '../connection/accounts.ts';
import type { Schema } from '../connection/schema.ts';
import type { Call } from '../crm/call.ts';
import { CrmFailure } from '../crm/failure.ts';
import { verdictOf } from '../crm/verdict.ts';
import type { HubSpotContact } from '../hubspot/index.ts';
import { readByEmails, type Records } from '../pair/candidates.ts';
import type { QueryPage, SalesforceRecord } from '../salesforce/index.ts';
import { soql } from '../salesforce/soql.ts';
import type { ImportCounts } from '../../workflows/messages.ts';
import type { World } from '../world.ts';
import { reached } from './position.ts';
import { pack } from './handovers.ts';
import type { PageOutcome } from './outcome.ts';
import { syncPage } from './sync.ts';

/** Which records an import reads: those of one type that meet `where` (a SOQL condition, '' for all). */
export interface ImportScope {
  object: SalesforceType;
  where: string;
}

/** A page of an import: the records after one id up to and including another, in the order of the ids. */
export interface ImportPage extends ImportScope {
  after: string;
  upTo: string;
}

/** What became of a page. */
export interface ImportPageResult extends ImportCounts {
  /** For `handOver`: the contacts that are done. */
  handovers: string | null;
  /** Those outside the segment: looked at again before they are handed over. */
  waiting: { ids: HubSpotContactId[]; handovers: string } | null;
}

const call: Call = { lane: 'backfill' };
/** Leads and Contacts with the same emails come in as few queries as URLs allow, so a page is larger than a HubSpot batch. */
const pageSize = 400;
/** Rows that fail for the moment have their page repeated; from this attempt on they count as failed. */
const lastAttemptForRows = 10;

/** The next pages of an import, up to 2,000 records ahead; reads ids only. `total` is counted where `after` is ''. */
export async function listPages(world: World, { object, where, after }: ImportScope & { after: string }): Promise<{ pages: ImportPage[]; more: boolean; total: number | null; looksAfterSeconds: number[] }> {
  const { looksAfterSeconds } = await ready(world);
  const { records, totalSize } = await list(world, { object, where }, after);
  const pages: ImportPage[] = [];
  let start = after;
  for (let i = 0; i < records.length; i += pageSize) {
    const upTo = records[Math.min(i + pageSize, records.length) - 1]?.Id ?? start;
    pages.push({ object, where, after: start, upTo });
    start = upTo;
  }
  return { pages, more: totalSize > records.length, total: after === '' ? totalSize : null, looksAfterSeconds };
}

/**
 * Imports one page: creates in HubSpot who is missing, with the email address alone (S6.1), links who is there, then fills those who
 * may sync. Converges when repeated: it begins with the read, and a HubSpot contact is only created for an email that none has.
 */
export async function importPage(world: World, page: ImportPage): Promise<ImportPageResult> {
  const settings = await ready(world);
  const schema = await world.schema(settings);
  const readAt = Date.now();
  const rows = await readRows(world, schema, page);
  const result: ImportPageResult = {
    read: rows.length, created: 0, alreadyThere: 0, duplicates: 0, skipped: {}, failed: 0,
    now: { filled: 0, filling: 0, emailOnly: 0, needsReview: 0, error: 0 }, handovers: null, waiting: null,
  };
  const byEmail = groupByEmail(rows, result);
  reached({ read: rows.length });
  const emails = [...byEmail.keys()];
  // A live Contact wins over any Lead, so of Contacts' emails the Leads need not be asked for.
  const records = await readByEmails(world, schema, { emails, leads: page.object === 'Lead' }, call);
  const { contacts, createdNow } = await findOrCreate(world, schema, emails, result);
  reached({ read: rows.length, inHubSpot: contacts.size });
  const byId = new Map([...contacts.values()].map((contact) => [contact.id, contact]));
  // Emails of one contact, its primary and additional ones, are one contact.
  result.duplicates += byEmail.size - byId.size - result.failed - (result.skipped['refused-by-hubspot'] ?? 0);
  const outcomes = await syncPage(world, { ids: [...byId.keys()], trigger: 'import', dryRun: false }, { contacts: byId, records, emails: new Set(emails), createdNow, readAt });
  countAll(result, outcomes, createdNow, (id) => isSpare(id, byId, byEmail, records));
  const done = outcomes.flatMap((o) => ('handover' in o && o.handover !== null && o.kind !== 'frozen' ? [o.handover] : []));
  const frozen = outcomes.flatMap((o) => (o.kind === 'frozen' && o.handover !== null ? [o.handover] : []));
  const packed = pack(frozen);
  return { ...result, handovers: pack(done), waiting: packed === null ? null : { ids: frozen.map((h) => h.hubspotId), handovers: packed } };
}

async function ready(world: World) {
  const settings = await world.settings();
  const held = await heldReason(settings, world);
  if (held !== null) throw heldFailure(held);
  world.allowances.admit(call.lane);
  return settings;
}

/** The first 2,000 ids after one. Without a LIMIT Salesforce says how many there are in all. */
async function list(world: World, scope: ImportScope, after: string): Promise<QueryPage> {
  try {
    return await world.salesforce.query(`SELECT Id ${from(scope, after, null)} ORDER BY Id`, call);
  } catch (error) {
    if (!(error instanceof CrmFailure) || error.status !== 400 || scope.where.trim() === '') throw error;
    throw ApplicationFailure.nonRetryable(`where: Salesforce does not take this condition (${error.code ?? error.status}): ${safeMessage(error.detail ?? '')}`, 'InvalidInput');
  }
}

/** The FROM and WHERE of an import's queries. `where` is a person's own condition: a fault in it ends the import with a sentence. */
function from({ object, where }: ImportScope, after: string, upTo: string | null): string {
  try {
    const bounds = [
      ...(after === '' ? [] : [soql`Id > ${after}`]),
      ...(upTo === null ? [] : [soql`Id <= ${upTo}`]),
      ...(where.trim() === '' ? [] : [soql`${soql.condition(where)}`]),
    ];
    return [soql`FROM ${soql.name(object)}`, ...(bounds.length === 0 ? [] : [`WHERE ${bounds.join(' AND ')}`])].join(' ');
  } catch (error) {
    throw ApplicationFailure.nonRetryable(`where: ${error instanceof Error ? error.message : String(error)}`, 'InvalidInput');
  }
}

async function readRows(world: World, schema: Schema, page: ImportPage): Promise<SalesforceRecord[]> {
  const query = `${soql`SELECT ${soql.fields(schema.select[page.object])}`} ${from(page, page.after, page.upTo)} ORDER BY Id`;
  // Records that came since the pages were cut may lie in between.
  return world.salesforce.queryAllPages(query, { ...call, atMost: 10 * pageSize });
}

/** Rows that can be imported by their email address; the rest is counted with its reason. */
function groupByEmail(rows: readonly SalesforceRecord[], result: ImportPageResult): Map<string, SalesforceRecord> {
  const byEmail = new Map<string, SalesforceRecord>();
  const skip = (reason: string) => { result.skipped[reason] = (result.skipped[reason] ?? 0) + 1; };
  for (const row of rows) {
    const email = typeof row.Email === 'string' ? normaliseEmail(row.Email) : null;
    if (email === null) skip('no-email');
    else if (row.IsConverted === true) skip('converted');
    else if (!isValidEmail(email)) skip('invalid-email');
    else if (byEmail.has(email)) result.duplicates += 1;
    else byEmail.set(email, row);
  }
  return byEmail;
}

/** The HubSpot contact of each email, created with nothing but the email where there is none. */
async function findOrCreate(world: World, schema: Schema, emails: readonly string[], result: ImportPageResult): Promise<{ contacts: Map<string, HubSpotContact>; createdNow: Set<HubSpotContactId> }> {
  const contacts = await world.hubspot.readContactsByEmail(emails, schema.properties, call);
  const missing = emails.filter((email) => !contacts.has(email));
  const createdNow = new Set<HubSpotContactId>();
  const outcomes = missing.length === 0 ? [] : await world.hubspot.createContacts(missing.map((email) => ({ email })), call);
  const { attempt, scheduledTimestampMs } = activityInfo();
  const taken: HubSpotContactId[] = [];
  outcomes.forEach((outcome, i) => {
    const email = missing[i] ?? '';
    if (outcome.ok) {
      contacts.set(email, outcome.contact);
      createdNow.add(outcome.contact.id);
    } else if (outcome.failure.existingId !== null) taken.push(outcome.failure.existingId as HubSpotContactId);
    else if (outcome.failure.status === 400) result.skipped['refused-by-hubspot'] = (result.skipped['refused-by-hubspot'] ?? 0) + 1;
    // A batch that got lost after others were created: the page is read again, and finds whom it created after all.
    else if (attempt < lastAttemptForRows && verdictOf(outcome.failure).retry === 'backoff') throw outcome.failure;
    else result.failed += 1;
  });
  // A 409 names the contact to take: somebody else, or an earlier attempt, created it meanwhile.
  for (const [id, answer] of taken.length === 0 ? [] : await world.hubspot.readContacts(taken, schema.properties, call)) {
    if (answer.kind === 'live') contacts.set(`id ${id}`, answer.contact);
    else result.failed += 1;
  }
  // What an earlier attempt of this page created is still its creation.
  if (attempt > 1) for (const { id, createdAt } of contacts.values()) if (Date.parse(createdAt) >= scheduledTimestampMs) createdNow.add(id);
  return { contacts, createdNow };
}

/** Whether a contact's row is a further record of an email that another row stands for: the smallest id, Contacts before Leads. */
function isSpare(id: HubSpotContactId, contacts: Map<HubSpotContactId, HubSpotContact>, byEmail: Map<string, SalesforceRecord>, records: Records): boolean {
  const email = normaliseEmail(contacts.get(id)?.properties.email ?? '') ?? '';
  const row = byEmail.get(email);
  const [first] = records.withEmail(email);
  return row !== undefined && first !== undefined && first.id !== row.Id;
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
