import { heldByBoth, type Attempt } from './attempt.ts';
import { cut } from './convert/text.ts';
import { decide, nextBase, type Decision } from './decide.ts';
import { describeRef, type PairReading, type PairWrite, type Refusal, type WriteOutcome } from './pair.ts';
import type { Base, FieldReading, HubSpotContactId, Link, SyncError } from './records.ts';

/** A reading of a pair that may be decided. */
export type Pair = Extract<PairReading, { kind: 'pair' }>;

/** What a contact remembers of earlier syncs; a page, which meets it for the first time, knows nothing. */
export interface Memory {
  link: Link | null;
  base: Base;
  /** What each property of the base was mapped to when both sides agreed, e.g. `Lead.Title`. */
  baseFields?: Readonly<Record<string, string>>;
  /** Epoch ms of the last read at which Salesforce still showed the base. */
  salesforceSeenAt: number | null;
  /** A write that was sent and not answered. */
  attempt?: Attempt | null;
}

/** Each mapped property's field as `Lead.Title`; a property that another type's field stands for keeps its base on conversion. */
export function fieldsOf({ match, createAs, fields }: Pair): Record<string, string> {
  const type = match.kind === 'linked' ? match.record.link.type : createAs;
  const mapped: Record<string, string> = {};
  for (const { hubspot, salesforce } of fields) mapped[hubspot] = `${type}.${salesforce}`;
  return mapped;
}

/**
 * The base without the properties that are mapped to another field by now: that field never synced, and what it lacks is no
 * deletion (behaviour: section 11). What is known since of a write without an answer counts: what landed is nobody's edit.
 */
export function baseOf(pair: Pair, { base, baseFields = {}, attempt = null }: Pick<Memory, 'base' | 'baseFields' | 'attempt'>): Base {
  const now = Object.keys(base).length === 0 ? {} : fieldsOf(pair); // a page's pairs have none
  const typeOf = (field: string): string => field.slice(0, field.indexOf('.'));
  const kept = Object.fromEntries(Object.entries(base).filter(([hubspot]) => {
    const [then, today] = [baseFields[hubspot], now[hubspot]];
    return then === undefined || today === undefined || then === today || typeOf(then) !== typeOf(today);
  }));
  return attempt === null ? kept : { ...kept, ...heldByBoth(attempt, pair) };
}

/** Decides what a sync of this reading would write; `hubspot-only` is S4's one pass, which writes nothing in Salesforce. */
export function decidePair(pair: Pair, { link, salesforceSeenAt, ...memory }: Memory, mode: 'sync' | 'hubspot-only' = 'sync'): Decision {
  const { match } = pair;
  return decide({
    fields: pair.fields,
    base: baseOf(pair, memory),
    salesforceChange: { after: salesforceSeenAt, before: match.kind === 'linked' ? match.record.modifiedAt : null },
    mode: match.kind === 'linked' ? mode : 'create-in-salesforce',
    linkedNow: link === null,
    baseOnItsWay: pair.baseOnItsWay,
    ...(pair.createAs !== 'never' && { createAs: pair.createAs }),
  });
}

/**
 * Why a pair that may sync is not decided all the same, or null. Nothing is written for it.
 */
export type Hindrance =
  | { kind: 'waiting'; reason: string }
  | { kind: 'review'; why: string; candidates: Extract<Pair['match'], { kind: 'review' }>['candidates'] }
  | { kind: 'gone'; how: 'deleted' | 'not-visible'; reason: string };

/** @see Hindrance */
export function hindrance({ email, match, createAs }: Pair): Hindrance | null {
  if (email === null) return { kind: 'waiting', reason: 'It has no email address, and contacts are matched by email.' };
  if (match.kind === 'review') return { kind: 'review', why: match.why, candidates: match.candidates };
  if (match.kind === 'gone') return { kind: 'gone', how: match.how, reason: match.why };
  if (match.kind === 'none' && createAs === 'never') return { kind: 'waiting', reason: 'No Salesforce record matches, and the settings create none.' };
  return null;
}

/**
 * Whether a sync might write this field under some base: without one a deleted value looks like one that never was. What no base
 * moves is no difference: an opt-out in Salesforce, an owner that HubSpot does not know.
 */
export function mayNeedWrite({ h, s, rule, treatment }: FieldReading): boolean {
  if (rule === 'none' || h.key === s.key) return false;
  if (treatment === 'opt-out') return h.key === 'true';
  return !(treatment === 'owner' && s.problem !== undefined && (h.key === null || h.problem !== undefined));
}

/** What is to be sent, or null where nothing differs. The external id is claimed by the first sync through an open gate. */
export function planWrite(hubspotId: HubSpotContactId, pair: Pair, decision: Decision): PairWrite | null {
  const { match, membership, createAs, settingsVersion, storedIds } = pair;
  const common = { hubspotId, settingsVersion, hubspot: decision.hubspot, checkedAt: membership.kind === 'unrestricted' ? null : membership.checkedAt };
  if (match.kind !== 'linked') {
    if (createAs === 'never' || Object.keys(decision.salesforce).length === 0) return null;
    // Readings that older versions recorded name no account.
    const fields = pair.account == null ? decision.salesforce : { ...decision.salesforce, AccountId: pair.account.id };
    return { ...common, writeIds: true, salesforce: { kind: 'create', type: createAs, fields } };
  }
  const { link, externalId } = match.record;
  const claim = externalId !== hubspotId;
  const stored = storedIds[link.type];
  const writeIds = stored !== undefined && stored !== link.id;
  if (!claim && !writeIds && Object.keys(decision.hubspot).length === 0 && Object.keys(decision.salesforce).length === 0) return null;
  return { ...common, writeIds, salesforce: { kind: 'update', ref: { type: link.type, id: link.id }, fields: decision.salesforce, claim, ...(claim && link.rung === 'resolved' && { moved: true }) } };
}

/** What S4's one pass sends, or null where HubSpot has it all: no field, no id in Salesforce while the contact is frozen. */
export function planPass(hubspotId: HubSpotContactId, { match, membership, settingsVersion }: Pair, { hubspot }: Decision): PairWrite | null {
  if (match.kind !== 'linked' || Object.keys(hubspot).length === 0) return null;
  const { type, id } = match.record.link;
  const checkedAt = membership.kind === 'unrestricted' ? null : membership.checkedAt;
  return { hubspotId, settingsVersion, checkedAt, hubspot, writeIds: false, salesforce: { kind: 'update', ref: { type, id }, fields: {}, claim: false } };
}

/** What a sync came to, once its writes were answered. */
export interface Conclusion {
  link: Link | null;
  base: Base;
  wrote: { hubspot: string[]; salesforce: string[] };
  created: boolean;
  /** The first thing that could not be written, if any; the rest was. */
  error: SyncError | null;
  refused: Refusal[];
  /** One sentence for a sync without error. */
  reason: string;
}

/** Draws the conclusion from what was confirmed; `outcome` is null where nothing had to be written. */
export function conclude(pair: Pair, decision: Decision, base: Base, outcome: Extract<WriteOutcome, { kind: 'written' | 'refused' }> | null): Conclusion {
  const matched = pair.match.kind === 'linked' ? pair.match.record.link : null;
  const refused = outcome?.refused ?? [];
  const error = firstProblem(decision, refused);
  if (outcome?.kind !== 'written') {
    return { link: matched, base: outcome === null ? nextBase(base, decision, nothing) : base, wrote: nothing, created: false, error, refused, reason: 'Nothing differs.' };
  }
  const link: Link = { ...outcome.ref, rung: matched?.rung ?? 'created' };
  return {
    link, base: nextBase(base, decision, outcome.confirmed), wrote: outcome.confirmed, created: outcome.created, error, refused,
    reason: outcome.created ? `Created ${describeRef(link)} in Salesforce${pair.account == null ? '' : `, under the account "${pair.account.name}" whose domain its email has`}.` : writtenReason(link, outcome.confirmed),
  };
}

/** Characters: a name is kept from run to run and shown in lists, and HubSpot's own may be of 64 KB each. */
const longestName = 200;

/** First and last name, else what there is otherwise; cut to 200 characters and then ended with an ellipsis. */
export function fullName(first: string | null | undefined, last: string | null | undefined, otherwise: string): string {
  const full = [first, last].filter((part) => part).join(' ');
  return cut(full === '' ? otherwise : full, longestName);
}

/** The contact's name once the decision is written: full name, else as it was read. */
export function nameAfter(pair: Pair, decision: Decision): string {
  const part = (property: string): string => decision.hubspot[property] ?? pair.fields.find((f) => f.hubspot === property)?.h.text ?? '';
  return fullName(part('firstname'), part('lastname'), pair.name);
}

const nothing: Conclusion['wrote'] = { hubspot: [], salesforce: [] };

function writtenReason(link: Link, { hubspot, salesforce }: Conclusion['wrote']): string {
  const parts = [
    ...(hubspot.length > 0 ? [`${hubspot.join(', ')} in HubSpot`] : []),
    ...(salesforce.length > 0 ? [`${salesforce.join(', ')} in Salesforce`] : []),
  ];
  return parts.length === 0 ? `Linked to ${describeRef(link)}; nothing differs.` : `Wrote ${parts.join(' and ')}.`;
}

/**
 * Where a CRM refused a value that must be unique, such as another contact's email: why a person must look, since only they can say
 * who is meant (behaviour: sections 4 and 8).
 */
export function takenReason(refused: readonly Refusal[]): string | null {
  const taken = refused.find(({ category }) => category === 'duplicates');
  return taken === undefined ? null : `${taken.message} ${taken.remedy}`;
}

function firstProblem(decision: Decision, refused: readonly Refusal[]): SyncError | null {
  const refusal = refused[0];
  if (refusal !== undefined) {
    const { category, code, message, remedy, field } = refusal;
    return { category, code, message: `${field ?? 'The record'}: ${message}`, remedy };
  }
  const field = decision.fields.find((f) => f.problem !== undefined);
  if (field?.problem === undefined) return null;
  return {
    category: 'property-value', code: field.problem.code, message: `${field.hubspot} and ${field.salesforce}: ${field.problem.message}`,
    remedy: 'Correct the value in either CRM; the other fields of the contact are in sync.',
  };
}
