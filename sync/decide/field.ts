/** Decides one field: the table, and the rules of their own that email, owner and opt-out have (behaviour: section 4). */
import type { Base, FieldReading, FieldTreatment } from '../records.ts';
import { newest, type SalesforceChange } from './newest.ts';
import { meaningOf, outcomeOf, rowOf, RULE_NAMES, type Row } from './rows.ts';

/** What the fields of one decision have in common. */
export interface Circumstances {
  base: Base;
  salesforceChange: SalesforceChange;
  /** `hubspot-only` is S4's one pass: nothing is written in Salesforce. */
  mode: 'sync' | 'create-in-salesforce' | 'hubspot-only';
  /** First sync after linking to an existing record: Salesforce's owner is taken. */
  linkedNow: boolean;
  /** A page job may still bring the base: a field without base that is blank on exactly one side is left alone. */
  baseOnItsWay: boolean;
}

/** What should happen to a field, before it is known whether the winner can be converted. */
export interface Verdict {
  row: Row;
  go: '-' | 'H' | 'S';
  /** One sentence without its full stop. */
  reason: string;
  waitsForBase?: true;
}

/** The fields that Salesforce demands of a new record: sent on creation whatever their rule. */
export const REQUIRED = { Lead: ['LastName', 'Company'], Contact: ['LastName'] } as const;
const requiredSomewhere: readonly string[] = REQUIRED.Lead;

/** Total; says nothing about problems of the winner, except that owners fall back to Salesforce's. */
export function decideField(field: FieldReading, circumstances: Circumstances): Verdict {
  const base = Object.hasOwn(circumstances.base, field.hubspot) ? circumstances.base[field.hubspot] : undefined;
  const row = rowOf(field.h.key, field.s.key, base);
  const verdict = creating(field, row, circumstances) ?? waiting(field, row, circumstances) ?? treated(field, row, base !== undefined, circumstances);
  return { row, ...oneWay(field, verdict, circumstances) };
}

type Step = Omit<Verdict, 'row'>;

/** A new Salesforce record gets what HubSpot has, except "Always use Salesforce" and "Don't sync". */
function creating(field: FieldReading, row: Row, { mode }: Circumstances): Step | null {
  if (mode !== 'create-in-salesforce') return null;
  const { h, rule } = field;
  if (h.key === null) return { go: '-', reason: meaningOf(row) };
  if (requiredSomewhere.includes(field.salesforce)) return { go: 'S', reason: 'the new Salesforce record requires it' };
  if (field.treatment === 'owner') {
    if (rule === 'none') return { go: '-', reason: `rule "${RULE_NAMES.none}"` };
    return h.problem === undefined ? { go: 'S', reason: 'the new Salesforce record gets its HubSpot owner' }
      : { go: '-', reason: 'its HubSpot owner is no active Salesforce user, so Salesforce assigns one' };
  }
  if (rule === 'always-salesforce' || rule === 'none') return { go: '-', reason: `not sent to the new Salesforce record: rule "${RULE_NAMES[rule]}"` };
  if (field.treatment === 'opt-out' && h.key !== 'true') return { go: '-', reason: 'only opting out goes to Salesforce' };
  return { go: 'S', reason: 'the new Salesforce record gets it' };
}

function waiting({ rule }: FieldReading, row: Row, { baseOnItsWay }: Circumstances): Step | null {
  const blankOnOneSide = row === 2 || row === 3;
  if (!baseOnItsWay || !blankOnOneSide || rule === 'none') return null;
  return { go: '-', reason: `${meaningOf(row)}; left alone until the page job has handed over what both sides agreed on`, waitsForBase: true };
}

function treated(field: FieldReading, row: Row, hasBase: boolean, circumstances: Circumstances): Step {
  if (field.rule === 'none') return { go: '-', reason: `rule "${RULE_NAMES.none}"` };
  return RULES_OF[field.treatment](field, row, hasBase, circumstances);
}

function byTable(field: FieldReading, row: Row, hasBase: boolean, { salesforceChange }: Circumstances): Step {
  const outcome = outcomeOf(row, field.rule);
  const differs = field.h.key !== field.s.key;
  const because = differs ? `${meaningOf(row)}; rule "${RULE_NAMES[field.rule]}"` : meaningOf(row);
  if (outcome !== 'newest') return { go: outcome, reason: because };
  const { winner, why } = newest(field.hubspotChangedAt, salesforceChange, hasBase);
  return { go: winner === 'hubspot' ? 'S' : 'H', reason: `${because}: ${why}` };
}

/** A blank never clears an email on either side: it is the identity. Against a deletion a changed email wins. */
function email(field: FieldReading, row: Row, hasBase: boolean, circumstances: Circumstances): Step {
  if (row === 18) return { go: 'S', reason: `${meaningOf(row)}; a blank never clears an email` };
  if (row === 19) return { go: 'H', reason: `${meaningOf(row)}; a blank never clears an email` };
  const step = byTable(field, row, hasBase, circumstances);
  const winner = step.go === 'H' ? field.s : field.h;
  return step.go !== '-' && winner.key === null ? { go: '-', reason: `${meaningOf(row)}; a blank never clears an email` } : step;
}

/** HubSpot -> Salesforce only, opting out only, whatever the base: HubSpot changes it through subscriptions alone. */
function optOut({ h, s, rule }: FieldReading, row: Row): Step {
  if (h.key === s.key) return { go: '-', reason: meaningOf(row) };
  if (h.key !== 'true') return { go: '-', reason: 'an opt-out in Salesforce is never taken to HubSpot nor undone' };
  if (rule === 'always-salesforce') return { go: '-', reason: `rule "${RULE_NAMES[rule]}" writes nothing in Salesforce` };
  return { go: 'S', reason: 'the person opted out in HubSpot' };
}

/** Always two-way [KB-OWN]; a Salesforce owner is never blanked, and an owner unknown to Salesforce is set back in HubSpot. */
function owner(field: FieldReading, row: Row, hasBase: boolean, circumstances: Circumstances): Step {
  const { h, s } = field;
  if (h.key === s.key) return { go: '-', reason: meaningOf(row) };
  const set = (step: Step): Step => (s.problem === undefined ? step
    : { go: '-', reason: 'the Salesforce owner is no HubSpot owner, so the owner in HubSpot is left alone' });
  if (s.key === null) return h.problem === undefined ? { go: 'S', reason: 'Salesforce shows no owner' } : { go: '-', reason: 'no owner that both sides know' };
  if (circumstances.linkedNow) return set({ go: 'H', reason: 'linked to an existing record, whose owner is taken' });
  const step = byTable({ ...field, rule: 'two-way' }, row, hasBase, circumstances);
  if (step.go === 'H') return set(step);
  if (h.key === null) return set({ go: 'H', reason: 'unassigned in HubSpot: the Salesforce owner is set back' });
  return h.problem === undefined ? step : set({ go: 'H', reason: 'the owner in HubSpot is no active Salesforce user: the Salesforce owner is set back' });
}

const RULES_OF: Record<FieldTreatment, (field: FieldReading, row: Row, hasBase: boolean, circumstances: Circumstances) => Step> = {
  ordinary: byTable, email, 'opt-out': optOut, owner,
};

/** What the direction of the mapping or the mode forbids is left undone. */
function oneWay(field: FieldReading, step: Step, { mode }: Circumstances): Step {
  if (step.go === 'S' && field.direction === 'to-hubspot') return { go: '-', reason: `${step.reason}; ${field.salesforce} cannot be written in Salesforce` };
  if (step.go === 'H' && field.direction === 'to-salesforce') return { go: '-', reason: `${step.reason}; ${field.hubspot} cannot be written in HubSpot` };
  if (step.go === 'S' && mode === 'hubspot-only') return { go: '-', reason: `${step.reason}; this pass writes in HubSpot only` };
  return step;
}
