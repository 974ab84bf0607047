/**
 * State and country of one address: Salesforce refuses a state without its country [KB-STATE], so whoever writes one
 * writes both, and where one cannot be converted the other is held back with it.
 */
import type { ApiValue, FieldReading } from '../records.ts';
import type { Verdict } from './field.ts';

export interface Decided {
  field: FieldReading;
  verdict: Verdict;
  /** Salesforce's current value, sent again along with its partner. */
  rewrite?: ApiValue;
}

const HALF = /(?:State|Country)(?=(?:Code)?$)/;

/** Salesforce's name of a half's other half: `MailingState` <-> `MailingCountry`, `StateCode` <-> `CountryCode`. */
const partnerOf = (salesforce: string): string => salesforce.replace(HALF, (half) => (half === 'State' ? 'Country' : 'State'));

/** Adds to each state or country that goes to Salesforce its other half. */
export function withPartners(decided: readonly Decided[]): Decided[] {
  const halves = new Map(decided.filter(({ field }) => HALF.test(field.salesforce)).map((one) => [one.field.salesforce, one]));
  return decided.map((one) => {
    const partner = halves.has(one.field.salesforce) ? halves.get(partnerOf(one.field.salesforce)) : undefined;
    if (partner === undefined || partner.verdict.go !== 'S') return one;
    if (one.verdict.go === 'S') {
      if (partner.field.h.write !== undefined || one.field.h.write === undefined) return one;
      return { ...one, verdict: { ...one.verdict, go: '-', reason: `${one.verdict.reason}; held back because ${partner.field.hubspot}, which belongs to it, cannot be written` } };
    }
    const { text } = one.field.s;
    const readOnly = one.field.direction === 'to-hubspot' || one.field.rule === 'none';
    // Longer texts are cut for people, and are no place.
    if (readOnly || text === null || text.length > 200 || partner.field.h.write === undefined) return one;
    return { ...one, rewrite: text };
  });
}
