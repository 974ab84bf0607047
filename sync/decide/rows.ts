/** The decision table of behaviour, section 4, as data. */
import type { UpdateRule } from '../records.ts';

/** `H` writes Salesforce's value (or blank) in HubSpot, `S` HubSpot's in Salesforce; `newest` is `S` if HubSpot changed later, else `H`. */
export type Outcome = '-' | 'H' | 'S' | 'newest';

export type Row = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 17 | 18 | 19 | 20;

interface Rules {
  meaning: string;
  'salesforce-unless-blank': Outcome;
  'always-salesforce': Outcome;
  'two-way': Outcome;
}

const row = (meaning: string, unlessBlank: Outcome, always: Outcome, twoWay: Outcome): Rules =>
  ({ meaning, 'salesforce-unless-blank': unlessBlank, 'always-salesforce': always, 'two-way': twoWay });

/** Columns: meaning, Prefer Salesforce unless blank, Always use Salesforce, Two-way. */
const TABLE: Record<Row, Rules> = {
  1: row('blank on both sides', '-', '-', '-'),
  2: row('first sync: blank in Salesforce, which is no deletion', 'S', '-', 'S'),
  3: row('first sync: blank in HubSpot', 'H', 'H', 'H'),
  4: row('first sync: both agree', '-', '-', '-'),
  5: row('first sync: the two sides differ', 'H', 'H', 'newest'),
  6: row('blank on both sides as before', '-', '-', '-'),
  7: row('HubSpot set it', 'S', '-', 'S'),
  8: row('Salesforce set it', 'H', 'H', 'H'),
  9: row('both set it to the same', '-', '-', '-'),
  10: row('both set it, differently', 'H', 'H', 'newest'),
  11: row('nothing changed', '-', '-', '-'),
  12: row('Salesforce deleted it', 'H', 'H', 'H'),
  13: row('HubSpot deleted it', 'H', 'H', 'S'),
  14: row('both deleted it', '-', '-', '-'),
  15: row('HubSpot changed it', 'H', 'H', 'S'),
  16: row('Salesforce changed it', 'H', 'H', 'H'),
  17: row('both changed it alike', '-', '-', '-'),
  // Under the first rule the new value goes to Salesforce: what was deleted there is the old one.
  18: row('HubSpot changed it and Salesforce deleted it', 'S', 'H', 'newest'),
  19: row('HubSpot deleted it and Salesforce changed it', 'H', 'H', 'newest'),
  20: row('both changed it, differently', 'H', 'H', 'newest'),
};

/** What the table says for a row; "Don't sync" writes in none. */
export const outcomeOf = (row: Row, rule: UpdateRule): Outcome => (rule === 'none' ? '-' : TABLE[row][rule]);

/** The row in words, to begin a reason with. */
export const meaningOf = (row: Row): string => TABLE[row].meaning;

/** The row of two current values (null = blank) and a base (undefined = none). Total. */
export function rowOf(h: string | null, s: string | null, base: string | null | undefined): Row {
  if (base === undefined) return bothOrOne(h, s, [1, 2, 3, 4, 5]);
  if (base === null) return bothOrOne(h, s, [6, 7, 8, 9, 10]);
  if (h === s) return h === null ? 14 : h === base ? 11 : 17;
  if (h === base) return s === null ? 12 : 16;
  if (s === base) return h === null ? 13 : 15;
  if (s === null) return 18;
  return h === null ? 19 : 20;
}

/** Where the base is blank or missing: neither, only HubSpot, only Salesforce, the same, or different values. */
function bothOrOne(h: string | null, s: string | null, [neither, hubspot, salesforce, same, differ]: readonly [Row, Row, Row, Row, Row]): Row {
  if (h === null) return s === null ? neither : salesforce;
  if (s === null) return hubspot;
  return h === s ? same : differ;
}

/** Rows whose writes overwrite somebody's value or deletion: the loser is kept in the contact's history. */
export const OVERWRITING: ReadonlySet<Row> = new Set<Row>([5, 10, 13, 15, 18, 19, 20]);

/** The rules by their names in HubSpot. */
export const RULE_NAMES: Record<UpdateRule, string> = {
  'salesforce-unless-blank': 'Prefer Salesforce unless blank',
  'always-salesforce': 'Always use Salesforce',
  'two-way': 'Two-way',
  none: "Don't sync",
};
