/**
 * Decides what one sync of a pair writes, field by field, from both current values and the base (behaviour: section 4).
 * Pure: the same input gives the same answer, whatever the order of fields or keys.
 */
import { decideField, REQUIRED, type Circumstances, type Verdict } from './decide/field.ts';
import { withPartners, type Decided } from './decide/address.ts';
import { OVERWRITING, type Row } from './decide/rows.ts';
import { NOT_PROVIDED } from './placeholder.ts';
import { crmNames, type ApiValue, type Base, type FieldProblem, type FieldReading, type SalesforceType, type UpdateRule } from './records.ts';

export { rowOf, type Row } from './decide/rows.ts';

export interface DecideInput extends Circumstances {
  fields: readonly FieldReading[];
  /** What a new record would be: in mode `create-in-salesforce`, fills required fields that no mapping names. */
  createAs?: SalesforceType;
}

/** What happens to one mapped field, and why. */
export interface FieldDecision {
  hubspot: string;
  salesforce: string;
  rule: UpdateRule;
  row: Row;
  action: 'none' | 'to-hubspot' | 'to-salesforce';
  /** A sentence that names what happened and the rule that answers it. */
  reason: string;
  /** The base once this write is confirmed. Absent where nothing is written. */
  baseAfter?: string | null;
  /** What the write overwrites: a value, or with `text` null a deletion; `at` (epoch ms) where its time is known. */
  lost?: { side: 'hubspot' | 'salesforce'; text: string | null; at: number | null };
  /** Why the winning value cannot be written: the field is left out and keeps its base. */
  problem?: FieldProblem;
  /** Left alone until the base of a running page job has come. */
  waitsForBase?: true;
}

export interface Decision {
  /** One per mapped field, in the order of the input. */
  fields: FieldDecision[];
  /** HubSpot property -> value to write; '' clears. */
  hubspot: Record<string, string>;
  /** Salesforce field -> value to write; null clears. */
  salesforce: Record<string, ApiValue>;
  /** New base of fields that need no write for it. */
  settled: Base;
  problems: (FieldProblem & { hubspot: string; salesforce: string })[];
  /** One sentence for people. */
  summary: string;
}

/** Decides every field of a pair. Never throws. */
export function decide(input: DecideInput): Decision {
  const decided = withPartners(input.fields.map((field) => ({ field, verdict: decideField(field, input) })));
  const unidentified = lacksEmail(decided, input);
  const verdicts = unidentified ? decided.map(leftOut) : decided;
  const told = verdicts.map((one) => ({ ...one, decision: fieldDecision(one.field, one.verdict, input) }));
  const fields = told.map(({ decision }) => decision);
  const hubspot: Record<string, string> = {};
  const salesforce: Record<string, ApiValue> = input.mode === 'create-in-salesforce' && !unidentified ? placeholders(input) : {};
  const settled: Base = {};
  for (const { field, verdict, rewrite, decision: { action } } of told) {
    if (action === 'to-hubspot') hubspot[field.hubspot] = String(field.s.write);
    else if (action === 'to-salesforce') salesforce[field.salesforce] = field.h.write ?? null;
    if (rewrite !== undefined) salesforce[field.salesforce] = rewrite;
    if (action === 'none' && !unidentified && settles(field, verdict)) settled[field.hubspot] = field.s.key;
    // Linked now: Salesforce's owner stands even if it cannot be taken over, until HubSpot's changes from what it is.
    else if (takesOwner(field, input) && verdict.waitsForBase !== true) settled[field.hubspot] = field.h.key;
  }
  const problems = fields.flatMap(({ hubspot, salesforce, problem }) => (problem === undefined ? [] : [{ hubspot, salesforce, ...problem }]));
  problems.sort((a, b) => (a.hubspot < b.hubspot ? -1 : 1));
  const sorted = { hubspot: inOrder(hubspot), salesforce: inOrder(salesforce), settled: inOrder(settled) };
  return { fields, ...sorted, problems, summary: summaryOf({ hubspot: Object.keys(sorted.hubspot), salesforce: Object.keys(sorted.salesforce) }, problems.map((one) => one.hubspot)) };
}

/** A record is never created without the address by which it would be found again: that makes one more on every run [MAU-7463]. */
const lacksEmail = (decided: readonly Decided[], { mode }: DecideInput): boolean =>
  mode === 'create-in-salesforce' && decided.some(({ field, verdict }) => field.treatment === 'email' && verdict.go === 'S' && field.h.write === undefined);

const leftOut = ({ field, verdict }: Decided): Decided => ({
  field, verdict: field.treatment === 'email' ? verdict : { ...verdict, go: '-', reason: 'no Salesforce record is created without a valid email address' },
});

/**
 * The base after a sync: what needed no write, plus each field whose write was confirmed by its CRM (names as the CRM
 * spells them). An unconfirmed field keeps its base; "Don't sync" keeps none.
 */
export function nextBase(base: Base, decision: Decision, confirmed: { hubspot: readonly string[]; salesforce: readonly string[] }): Base {
  const next: Base = { ...base, ...decision.settled };
  for (const { hubspot, salesforce, rule, action, baseAfter } of decision.fields) {
    if (rule === 'none') delete next[hubspot];
    else if (baseAfter !== undefined
      && (action === 'to-hubspot' ? confirmed.hubspot.includes(hubspot) : confirmed.salesforce.includes(salesforce))) next[hubspot] = baseAfter;
  }
  return next;
}

/** Both sides equal; or HubSpot alone has a value that "Always use Salesforce" never takes over (rows 2 and 7). */
function settles({ h, s, rule, treatment }: FieldReading, { row, waitsForBase }: Verdict): boolean {
  if (rule === 'none' || waitsForBase === true) return false;
  return h.key === s.key || (rule === 'always-salesforce' && treatment === 'ordinary' && (row === 2 || row === 7));
}

const takesOwner = ({ treatment, rule }: FieldReading, { linkedNow, mode }: DecideInput): boolean =>
  treatment === 'owner' && rule !== 'none' && linkedNow && mode !== 'create-in-salesforce';

function fieldDecision(field: FieldReading, { row, go, reason, waitsForBase }: Verdict, input: DecideInput): FieldDecision {
  const decision: FieldDecision = {
    hubspot: field.hubspot, salesforce: field.salesforce, rule: field.rule, row, action: 'none', reason: sentence(reason),
    ...(waitsForBase === true && { waitsForBase }),
  };
  if (go === '-') return decision;
  const [winner, loser] = go === 'H' ? [field.s, field.h] as const : [field.h, field.s] as const;
  if (winner.write === undefined) {
    const problem = winner.problem ?? { code: 'NOT_CONVERTIBLE', message: `${field.hubspot} and ${field.salesforce}: the value cannot be written.` };
    return { ...decision, reason: sentence(`${reason}; but the value cannot be written`), problem };
  }
  decision.action = go === 'H' ? 'to-hubspot' : 'to-salesforce';
  decision.baseAfter = winner.key;
  const agreed = input.base[field.hubspot] ?? null;
  if (OVERWRITING.has(row) || loser.key !== agreed) {
    const { after, before } = input.salesforceChange;
    const at = go === 'H' ? field.hubspotChangedAt : after === before ? before : null;
    decision.lost = { side: go === 'H' ? 'hubspot' : 'salesforce', text: loser.text, at };
  }
  return decision;
}

/** Required fields of a new record are sent even if HubSpot has nothing: the placeholder reads as blank later. */
function placeholders({ fields, createAs }: DecideInput): Record<string, string> {
  const isLead = createAs === undefined ? fields.some((field) => field.salesforce === 'Company') : createAs === 'Lead';
  return Object.fromEntries(REQUIRED[isLead ? 'Lead' : 'Contact'].map((name) => [name, NOT_PROVIDED]));
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function inOrder<Value>(values: Record<string, Value>): Record<string, Value> {
  const sorted: Record<string, Value> = {};
  for (const name of Object.keys(values).sort()) sorted[name] = values[name] as Value;
  return sorted;
}

/** A decision in one sentence: what it writes where, by each CRM's names, and the properties that cannot be written. */
export function summaryOf(written: Record<'hubspot' | 'salesforce', readonly string[]>, problems: readonly string[]): string {
  const writes = (['hubspot', 'salesforce'] as const).flatMap((crm) => (written[crm].length === 0 ? [] : [`${written[crm].join(', ')} in ${crmNames[crm]}`]));
  const failed = problems.length === 0 ? '' : `; cannot write ${problems.join(', ')}`;
  if (writes.length === 0) return failed === '' ? 'Nothing differs.' : `Nothing is written${failed}.`;
  return `Writes ${writes.join(' and ')}${failed}.`;
}
