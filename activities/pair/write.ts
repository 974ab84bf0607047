import type { PairWrite, Refusal, WriteOutcome } from '../../sync/pair.ts';
import type { ApiValue, HubSpotContactId, SalesforceId, SalesforceRef, SalesforceType } from '../../sync/records.ts';
import type { Settings } from '../../sync/settings.ts';
import { heldReason } from '../connection/accounts.ts';
import { externalIdField, type Schema } from '../connection/schema.ts';
import type { Call } from '../crm/call.ts';
import type { CrmFailure, Outcome } from '../crm/failure.ts';
import { tell } from '../failure.ts';
import type { SalesforceRecord } from '../salesforce/index.ts';
import type { World } from '../world.ts';
import { letGo } from './let-go.ts';

/** How old the evidence of a membership may be when its first write begins (S1.11). */
export const evidenceAgeMs = { live: 5_000, page: 60_000 } as const;

/** One write on its way: what is still to be sent, and what became of it so far. */
interface Job {
  write: PairWrite;
  ref: SalesforceRef | null;
  created: boolean;
  confirmed: { hubspot: string[]; salesforce: string[] };
  refused: Refusal[];
  /** Set where the rest must not be written. */
  end: WriteOutcome | null;
}

/**
 * Sends decisions in batches, Salesforce first, then HubSpot; only the fields that differ. Answers in the order given; one
 * refused record or field never fails another. Safe to repeat: updates say the same again, and a creation is an upsert on the
 * external id. Rejects with a `CrmFailure` where a whole batch failed.
 */
export async function writePairs(world: World, writes: readonly PairWrite[], call: Call, maxEvidenceAgeMs: number): Promise<WriteOutcome[]> {
  const settings = await world.settings();
  const held = await heldReason(settings, world);
  const schema = held === null ? await world.schema(settings) : null;
  const now = Date.now();
  const jobs = writes.map((write): Job => {
    const stale = held !== null ? held.reason
      : schema !== null && writesSkipped(schema, write) ? 'A field of it is gone meanwhile, and its mapping suspended.'
      : write.settingsVersion !== settings.version ? 'The settings changed meanwhile.'
      : write.checkedAt !== null && now - Date.parse(write.checkedAt) > maxEvidenceAgeMs ? 'The evidence of the membership is too old.' : null;
    return { write, ref: null, created: false, confirmed: { hubspot: [], salesforce: [] }, refused: [], end: stale === null ? null : { kind: 'stale', why: stale } };
  });
  if (schema === null) return jobs.map(outcomeOf);
  const evidence = jobs.flatMap(({ end, write: { checkedAt } }) => (end === null && checkedAt !== null ? [Date.parse(checkedAt)] : []));
  // Limiter and repeats may hold a call back for long: by then it is no longer this decision's.
  const inTime = { ...call, notAfter: Math.min(now, ...evidence) + maxEvidenceAgeMs };
  for (const type of ['Lead', 'Contact'] as const) {
    await updateSalesforce(world, type, jobs, inTime);
    await createSalesforce(world, type, jobs, inTime);
  }
  await writeHubSpot(world, schema, jobs.filter((j) => j.end === null), inTime);
  if (jobs.some(({ refused }) => refused.some(isUnmapped)) && (await world.fieldGone())) await forgive(world, settings, jobs);
  return jobs.map(outcomeOf);
}

const isUnmapped = ({ category, field }: Refusal): boolean => category === 'property-mapping' && field !== null;

/** Whether the schema has nothing for this property or field any more, though it is mapped. */
const isSkipped = ({ skipped, fields }: Schema, { system, field }: Pick<Refusal, 'system' | 'field'>): boolean =>
  skipped.some((one) => one[system] === field) && ![...fields.Lead, ...fields.Contact].some((one) => one[system] === field);

function writesSkipped(schema: Schema, { hubspot, salesforce }: PairWrite): boolean {
  return Object.keys(hubspot).some((field) => isSkipped(schema, { system: 'hubspot', field })) || Object.keys(salesforce.fields).some((field) => isSkipped(schema, { system: 'salesforce', field }));
}

/** A field that is gone is the connection's affair, which says so once: the contacts go on without it. */
async function forgive(world: World, settings: Settings, jobs: Job[]): Promise<void> {
  const schema = await world.schema(settings);
  for (const job of jobs) job.refused = job.refused.filter((refusal) => !(isUnmapped(refusal) && isSkipped(schema, refusal)));
}

function outcomeOf({ end, ref, created, confirmed, refused, write }: Job): WriteOutcome {
  if (end !== null) return end;
  const target = ref ?? (write.salesforce.kind === 'update' ? write.salesforce.ref : null);
  // A creation that Salesforce refused leaves no record; the refusal says why.
  return target === null ? { kind: 'refused', refused } : { kind: 'written', ref: target, created, confirmed, refused };
}

async function updateSalesforce(world: World, type: SalesforceType, jobs: Job[], call: Call): Promise<void> {
  const mine = jobs.flatMap((job) => (job.end === null && job.write.salesforce.kind === 'update' && job.write.salesforce.ref.type === type ? [{ job, ...job.write.salesforce }] : []));
  let open = mine.filter(({ job }) => Object.keys(salesforceFields(job)).length > 0);
  for (let attempt = 0; open.length > 0 && attempt < 2; attempt++) {
    const rows = open.map(({ job, ref }) => ({ Id: ref.id, ...salesforceFields(job) }));
    const outcomes: Outcome<{ id: SalesforceId; record?: SalesforceRecord | null }>[] = open.some(({ claim }) => claim)
      ? await world.salesforce.updateAndRead(type, rows, [externalIdField], call)
      : await world.salesforce.update(type, rows, call);
    const freed = new Set<Job>();
    for (const [i, { job, ref, moved }] of open.entries()) {
      if (attempt === 0 && moved && hasTaken(outcomes[i]) && (await letGo(world, job.write.hubspotId, ref, call))) freed.add(job);
    }
    open = open.filter(({ job, ref, claim }, i) => {
      if (freed.has(job)) return true;
      const outcome = outcomes[i];
      const done = settleSalesforce(job, outcome, rows[i] ?? {});
      if (claim && outcome?.ok) checkClaim(job, ref, outcome.record ?? null);
      // Without the refused fields nothing may be left to send.
      return !done && Object.keys(salesforceFields(job)).length > 0;
    });
  }
}

/** Another record has a value that must be unique. */
const hasTaken = (outcome: Outcome<object> | undefined): boolean => outcome !== undefined && !outcome.ok && outcome.failure.code === 'DUPLICATE_VALUE';

/** After claiming, the record is read back: the contact whose id stands there owns it (section 6 of the behaviour). */
function checkClaim(job: Job, ref: SalesforceRef, record: SalesforceRecord | null): void {
  const holder = record?.[externalIdField];
  if (holder === job.write.hubspotId) return;
  const who = typeof holder === 'string' ? `contact ${holder}` : 'somebody else';
  job.end = { kind: 'review', why: `The Salesforce record was claimed for ${who} at the same moment.`, candidates: [ref] };
}

async function createSalesforce(world: World, type: SalesforceType, jobs: Job[], call: Call): Promise<void> {
  let open = jobs.filter((j) => j.end === null && j.write.salesforce.kind === 'create' && j.write.salesforce.type === type);
  for (let attempt = 0; open.length > 0 && attempt < 2; attempt++) {
    const rows = open.map((j) => ({ ...salesforceFields(j), [externalIdField]: j.write.hubspotId }));
    const outcomes = await world.salesforce.upsertByExternalId(type, externalIdField, rows, call);
    outcomes.forEach((outcome, i) => {
      const job = open[i];
      if (!outcome.ok || job === undefined) return;
      job.ref = { type, id: outcome.id };
      job.created = outcome.created;
    });
    open = open.filter((job, i) => !settleSalesforce(job, outcomes[i], rows[i] ?? {}));
  }
}

/** What is still to be sent to Salesforce: the decision's fields without those refused, and the claim. */
function salesforceFields(job: Job): Record<string, ApiValue> {
  const refused = new Set(job.refused.filter((r) => r.system === 'salesforce').map((r) => r.field));
  const { salesforce, hubspotId } = job.write;
  const fields = Object.fromEntries(Object.entries(salesforce.fields).filter(([field]) => !refused.has(field)));
  return salesforce.kind === 'update' && salesforce.claim ? { ...fields, [externalIdField]: hubspotId } : fields;
}

/** Takes over one row's outcome; answers false where the row is worth sending once more without the fields that were refused. */
function settleSalesforce(job: Job, outcome: Outcome<{ id: SalesforceId }> | undefined, sent: Record<string, ApiValue>): boolean {
  if (outcome === undefined) return true;
  const decided = job.write.salesforce.fields;
  if (outcome.ok) {
    job.confirmed.salesforce.push(...Object.keys(sent).filter((field) => field in decided));
    return true;
  }
  const candidates = outcome.failure.duplicates.flatMap(({ type, id }): SalesforceRef[] => (type === 'Lead' || type === 'Contact' ? [{ type, id: id as SalesforceId }] : []));
  if (candidates.length > 0) {
    job.end = { kind: 'review', why: 'A duplicate rule of Salesforce found records that may be the same person.', candidates };
    return true;
  }
  const named = outcome.failure.fields.filter((field) => field in decided);
  job.refused.push(...refusals('salesforce', outcome.failure, named));
  // A new record without its email would be found by nobody.
  return named.length === 0 || (job.write.salesforce.kind === 'create' && named.includes('Email'));
}

function refusals(system: Refusal['system'], failure: CrmFailure, fields: string[]): Refusal[] {
  const { error, retry } = tell(failure);
  const named: (string | null)[] = fields.length === 0 ? [null] : fields;
  return named.map((field) => ({ system, field, code: error.code, message: error.message, category: error.category, remedy: error.remedy, retry }));
}

async function writeHubSpot(world: World, schema: Schema, jobs: Job[], call: Call): Promise<void> {
  const wanted = new Map<HubSpotContactId, { job: Job; properties: Record<string, string> }>();
  for (const job of jobs) {
    const ref = job.ref ?? (job.write.salesforce.kind === 'update' ? job.write.salesforce.ref : null);
    const idProperty = ref === null ? undefined : schema.idProperties[ref.type];
    const recordRefused = job.refused.some((r) => r.system === 'salesforce' && r.field === null);
    const ids = ref === null || idProperty === undefined || recordRefused || !job.write.writeIds ? {} : { [idProperty]: ref.id as string };
    const properties = { ...job.write.hubspot, ...ids };
    if (Object.keys(properties).length > 0) wanted.set(job.write.hubspotId, { job, properties });
  }
  let open = [...wanted.entries()];
  for (let attempt = 0; open.length > 0 && attempt < 2; attempt++) {
    const outcomes = await world.hubspot.updateContacts(open.map(([id, { properties }]) => ({ id, properties })), call);
    open = open.filter(([, row], i) => {
      const outcome = outcomes[i];
      if (outcome === undefined) return false;
      if (outcome.ok) {
        row.job.confirmed.hubspot.push(...Object.keys(row.properties).filter((p) => p in row.job.write.hubspot));
        return false;
      }
      const named = outcome.failure.fields.filter((p) => p in row.properties);
      row.job.refused.push(...refusals('hubspot', outcome.failure, named));
      for (const property of named) delete row.properties[property];
      return named.length > 0 && Object.keys(row.properties).length > 0;
    });
  }
}
