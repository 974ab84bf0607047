/** Pairs of records as a reading shows them, at random, and what they become by a decision. */
import * as fc from 'fast-check';
import type { DecideInput, Decision } from '../../sync/decide.ts';
import type { Base, FieldReading, Side, UpdateRule } from '../../sync/records.ts';

export const RULES: UpdateRule[] = ['salesforce-unless-blank', 'always-salesforce', 'two-way', 'none'];
/** Epoch ms, or unknown; close enough together for ties. */
export const time = fc.option(fc.integer({ min: 0, max: 6000 }), { nil: null });

/** Both sides of a field; neither CRM can take what is `unwritable`. */
export function sides(h: string | null, s: string | null, unwritable: readonly string[] = []): { h: Side; s: Side } {
  const side = (value: string | null, blank: '' | null): Side => {
    if (h === s) return { key: value, text: value };
    if (value !== null && unwritable.includes(value)) return { key: value, text: value, problem: { code: 'INVALID_OPTION', message: 'no' } };
    return { key: value, text: value, write: value ?? blank };
  };
  return { h: side(h, null), s: side(s, '') };
}

/** A value, of which few are equal, or blank. */
export const maybe = fc.option(fc.constantFrom('true', 'false', 'c', 'bad'), { nil: null });
export const names = ['email', 'hubspot_owner_id', 'hs_email_optout', 'state', 'country', 'lastname', 'jobtitle', 'tier'] as const;
export const FIELDS = { email: 'Email', hubspot_owner_id: 'OwnerId', hs_email_optout: 'HasOptedOutOfEmail', state: 'State', country: 'Country', lastname: 'LastName', jobtitle: 'Title', tier: 'Tier__c' };
export const TREATMENTS: Partial<Record<string, FieldReading['treatment']>> = { email: 'email', hubspot_owner_id: 'owner', hs_email_optout: 'opt-out' };

const reading = fc.record({
  hubspot: fc.constantFrom(...names), h: maybe, s: maybe, base: fc.option(maybe, { nil: undefined }), rule: fc.constantFrom(...RULES),
  direction: fc.constantFrom<FieldReading['direction']>('both', 'both', 'both', 'to-hubspot', 'to-salesforce'), hubspotChangedAt: time, unwritable: fc.subarray(['bad', 'c'], { maxLength: 1 }),
});
export const readings = fc.uniqueArray(reading, { selector: (one) => one.hubspot, minLength: 1, maxLength: names.length });
export const circumstances = fc.record({
  mode: fc.constantFrom<DecideInput['mode']>('sync', 'sync', 'sync', 'hubspot-only'), linkedNow: fc.boolean(), baseOnItsWay: fc.boolean(),
  salesforceChange: fc.record({ after: time, before: time }),
});

export type Reading = typeof reading extends fc.Arbitrary<infer One> ? One : never;
export const inputOf = (list: readonly Reading[], rest: Omit<DecideInput, 'fields' | 'base'>, base: Base): DecideInput => ({
  ...rest, base,
  fields: list.map(({ hubspot, h, s, rule, direction, hubspotChangedAt, unwritable }) => ({
    hubspot, salesforce: FIELDS[hubspot], rule, direction, hubspotChangedAt, treatment: TREATMENTS[hubspot] ?? 'ordinary', ...sides(h, s, unwritable),
  })),
});
export const baseOf = (list: readonly Reading[]): Base => Object.fromEntries(list.flatMap(({ hubspot, base }) => (base === undefined ? [] : [[hubspot, base]])));
/** The pair after the writes that its CRMs confirmed. */
export const applied = (list: readonly Reading[], decision: Decision, confirmed: { hubspot: string[]; salesforce: string[] }): Reading[] => list.map((one) => {
  const salesforce = FIELDS[one.hubspot];
  return {
    ...one,
    h: confirmed.hubspot.includes(one.hubspot) ? (decision.hubspot[one.hubspot] || null) : one.h,
    s: confirmed.salesforce.includes(salesforce) ? (decision.salesforce[salesforce] as string | null) : one.s,
  } as Reading;
});
/** All that a decision writes. */
export const all = (decision: Decision) => ({ hubspot: Object.keys(decision.hubspot), salesforce: Object.keys(decision.salesforce) });
