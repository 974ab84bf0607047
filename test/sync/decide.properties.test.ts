import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decide, nextBase, rowOf, type DecideInput, type Decision } from '../../sync/decide.ts';
import type { Base, FieldReading, Side, UpdateRule } from '../../sync/records.ts';
import { bound, expected, printedRows } from './decision-table.ts';

const RULES: UpdateRule[] = ['salesforce-unless-blank', 'always-salesforce', 'two-way', 'none'];
const key = fc.stringMatching(/^[a-z]{1,3}$/);
const threeKeys = fc.uniqueArray(key, { minLength: 3, maxLength: 3 }).map(([x = '', y = '', z = '']) => ({ x, y, z }));
const time = fc.option(fc.integer({ min: 0, max: 6000 }), { nil: null });

function sides(h: string | null, s: string | null, unwritable: readonly string[] = []): { h: Side; s: Side } {
  const side = (value: string | null, blank: '' | null): Side => {
    if (h === s) return { key: value, text: value };
    if (value !== null && unwritable.includes(value)) return { key: value, text: value, problem: { code: 'INVALID_OPTION', message: 'no' } };
    return { key: value, text: value, write: value ?? blank };
  };
  return { h: side(h, null), s: side(s, '') };
}

describe('every row under every rule, against the printed table', () => {
  const counts: Record<string, Record<string, number>> = {};
  for (const line of printedRows) {
    for (const rule of RULES) {
      test(`row ${line.row} under ${rule}`, () => {
        fc.assert(fc.property(threeKeys, time, time, time, fc.boolean(), (values, hubspotChangedAt, one, other, point) => {
          const h = bound(line.h, values) ?? null;
          const s = bound(line.s, values) ?? null;
          const base = bound(line.base, values);
          const before = one !== null && other !== null ? Math.max(one, other) : one;
          const after = point ? before : one !== null && other !== null ? Math.min(one, other) : null;
          // The specification in words: newer is after the interval; up to a second is a tie; unknown is Salesforce's.
          const hubspotNewer = hubspotChangedAt !== null && before !== null && hubspotChangedAt > before + 1000;
          const field: FieldReading = { hubspot: 'p', salesforce: 'F', rule, treatment: 'ordinary', direction: 'both', hubspotChangedAt, ...sides(h, s) };
          const decision = decide({
            fields: [field], base: base === undefined ? {} : { p: base }, salesforceChange: { after, before }, mode: 'sync', linkedNow: false, baseOnItsWay: false,
          });
          const write = expected(line, rule, values, hubspotNewer);
          assert.equal(decision.fields[0]?.row, line.row);
          assert.deepEqual(decision.hubspot, write?.side === 'hubspot' ? { p: write.value ?? '' } : {});
          assert.deepEqual(decision.salesforce, write?.side === 'salesforce' ? { F: write.value } : {});
          const perRule = counts[line.row] ??= {};
          perRule[rule] = (perRule[rule] ?? 0) + 1;
        }), { numRuns: 1000 });
      });
    }
  }

  test('each of the 80 cases was hit at least 1,000 times', (t) => {
    for (const line of printedRows) t.diagnostic(`row ${line.row}: ${RULES.map((rule) => `${rule} ${counts[line.row]?.[rule] ?? 0}`).join(', ')}`);
    for (const line of printedRows) for (const rule of RULES) assert.ok((counts[line.row]?.[rule] ?? 0) >= 1000, `row ${line.row} under ${rule}`);
  });

  test('exactly one row fits any two values and any base', () => {
    const maybe = fc.option(fc.constantFrom('a', 'b', 'c'), { nil: null });
    fc.assert(fc.property(maybe, maybe, fc.option(maybe, { nil: undefined }), (h, s, base) => {
      const fits = printedRows.filter((line) => {
        const values: Record<string, string> = {};
        return ([[line.h, h], [line.s, s], [line.base, base]] as const).every(([letter, value]) => {
          if (letter === 'none' || letter === '∅') return value === bound(letter, {});
          if (value === null || value === undefined) return false;
          values[letter] ??= value;
          return values[letter] === value;
        }) && new Set(Object.values(values)).size === Object.keys(values).length;
      });
      assert.deepEqual(fits.map((line) => line.row), [rowOf(h, s, base)]);
    }), { numRuns: 2000 });
  });
});

describe('invariants of any decision', () => {
  const maybe = fc.option(fc.constantFrom('true', 'false', 'c', 'bad'), { nil: null });
  const names = ['email', 'hubspot_owner_id', 'hs_email_optout', 'state', 'country', 'lastname', 'jobtitle', 'tier'] as const;
  const FIELDS = { email: 'Email', hubspot_owner_id: 'OwnerId', hs_email_optout: 'HasOptedOutOfEmail', state: 'State', country: 'Country', lastname: 'LastName', jobtitle: 'Title', tier: 'Tier__c' };
  const TREATMENTS: Partial<Record<string, FieldReading['treatment']>> = { email: 'email', hubspot_owner_id: 'owner', hs_email_optout: 'opt-out' };

  const reading = fc.record({
    hubspot: fc.constantFrom(...names), h: maybe, s: maybe, base: fc.option(maybe, { nil: undefined }), rule: fc.constantFrom(...RULES),
    direction: fc.constantFrom<FieldReading['direction']>('both', 'both', 'both', 'to-hubspot', 'to-salesforce'), hubspotChangedAt: time, unwritable: fc.subarray(['bad', 'c'], { maxLength: 1 }),
  });
  const readings = fc.uniqueArray(reading, { selector: (one) => one.hubspot, minLength: 1, maxLength: names.length });
  const circumstances = fc.record({
    mode: fc.constantFrom<DecideInput['mode']>('sync', 'sync', 'sync', 'hubspot-only'), linkedNow: fc.boolean(), baseOnItsWay: fc.boolean(),
    salesforceChange: fc.record({ after: time, before: time }),
  });

  type Reading = typeof reading extends fc.Arbitrary<infer One> ? One : never;
  const inputOf = (list: readonly Reading[], rest: Omit<DecideInput, 'fields' | 'base'>, base: Base): DecideInput => ({
    ...rest, base,
    fields: list.map(({ hubspot, h, s, rule, direction, hubspotChangedAt, unwritable }) => ({
      hubspot, salesforce: FIELDS[hubspot], rule, direction, hubspotChangedAt, treatment: TREATMENTS[hubspot] ?? 'ordinary', ...sides(h, s, unwritable),
    })),
  });
  const baseOf = (list: readonly Reading[]): Base => Object.fromEntries(list.flatMap(({ hubspot, base }) => (base === undefined ? [] : [[hubspot, base]])));
  const applied = (list: readonly Reading[], decision: Decision, confirmed: { hubspot: string[]; salesforce: string[] }): Reading[] => list.map((one) => {
    const salesforce = FIELDS[one.hubspot];
    return {
      ...one,
      h: confirmed.hubspot.includes(one.hubspot) ? (decision.hubspot[one.hubspot] || null) : one.h,
      s: confirmed.salesforce.includes(salesforce) ? (decision.salesforce[salesforce] as string | null) : one.s,
    } as Reading;
  });
  const all = (decision: Decision) => ({ hubspot: Object.keys(decision.hubspot), salesforce: Object.keys(decision.salesforce) });
  const runs = { numRuns: 5000 };

  test('applying the writes and deciding again writes nothing', () => {
    fc.assert(fc.property(readings, circumstances, (list, rest) => {
      const first = decide(inputOf(list, rest, baseOf(list)));
      const base = nextBase(baseOf(list), first, all(first));
      const second = decide(inputOf(applied(list, first, all(first)), { ...rest, linkedNow: false }, base));
      assert.deepEqual([second.hubspot, second.salesforce], [{}, {}], JSON.stringify([first, second]));
    }), runs);
  });

  test('after writes of which some failed, the next round writes the rest and the one after it nothing', () => {
    fc.assert(fc.property(readings, circumstances, fc.infiniteStream(fc.boolean()), (list, rest, coins) => {
      const first = decide(inputOf(list, rest, baseOf(list)));
      const some = (fields: string[]) => fields.filter(() => coins.next().value);
      // State and country go in one call: they succeed or fail together.
      const kept = { hubspot: some(all(first).hubspot), salesforce: some(all(first).salesforce).filter((name) => name !== 'State' && name !== 'Country') };
      let base = nextBase(baseOf(list), first, kept);
      const after = applied(list, first, kept);
      const second = decide(inputOf(after, rest, base));
      base = nextBase(base, second, all(second));
      const third = decide(inputOf(applied(after, second, all(second)), { ...rest, linkedNow: false }, base));
      assert.deepEqual([third.hubspot, third.salesforce], [{}, {}]);
    }), runs);
  });

  test('no value is overwritten without being reported, unless both sides had agreed on it', () => {
    fc.assert(fc.property(readings, circumstances, (list, rest) => {
      const decision = decide(inputOf(list, rest, baseOf(list)));
      const after = applied(list, decision, all(decision));
      list.forEach((before, index) => {
        const told = decision.fields[index];
        for (const [side, was, is] of [['hubspot', before.h, after[index]?.h], ['salesforce', before.s, after[index]?.s]] as const) {
          if (was === is || was === null || was === before.base) continue;
          assert.deepEqual([told?.lost?.side, told?.lost?.text], [side, was]);
        }
      });
    }), runs);
  });

  test('a first sync never writes a blank, an email or an owner is never cleared, an opt-out is never undone', () => {
    fc.assert(fc.property(readings, circumstances, (list, rest) => {
      const decision = decide(inputOf(list, rest, baseOf(list)));
      list.forEach(({ hubspot, base }, index) => {
        const salesforce = FIELDS[hubspot];
        const written = hubspot in decision.hubspot ? [decision.hubspot[hubspot]] : salesforce in decision.salesforce ? [decision.salesforce[salesforce]] : [];
        const blank = written.some((value) => value === '' || value === null);
        if (base === undefined || hubspot === 'email' || hubspot === 'hubspot_owner_id') assert.equal(blank, false, `${hubspot} row ${decision.fields[index]?.row}`);
        if (hubspot === 'hs_email_optout') {
          assert.equal(hubspot in decision.hubspot, false);
          assert.ok(written.every((value) => value === 'true'));
        }
      });
    }), runs);
  });

  test('directions, modes, rules and problems are kept to', () => {
    fc.assert(fc.property(readings, circumstances, (list, rest) => {
      const decision = decide(inputOf(list, rest, baseOf(list)));
      if (rest.mode === 'hubspot-only') assert.deepEqual(decision.salesforce, {});
      list.forEach(({ hubspot, h, s, rule, direction, unwritable }, index) => {
        const toHubSpot = hubspot in decision.hubspot;
        const toSalesforce = FIELDS[hubspot] in decision.salesforce;
        if (direction === 'to-hubspot') assert.equal(toSalesforce, false);
        if (direction === 'to-salesforce' || rule === 'none') assert.equal(toHubSpot, false);
        if (rule === 'none') assert.equal(toSalesforce, false);
        if (toHubSpot) assert.ok(s === null || !unwritable.includes(s) || h === s);
        const { action, problem, reason } = decision.fields[index] ?? {};
        if (action === 'to-salesforce') assert.ok(h === null || !unwritable.includes(h));
        if (problem !== undefined) assert.equal(action, 'none');
        assert.match(reason ?? '', /^[A-Z].*\.$/);
      });
    }), runs);
  });

  test('the answer does not depend on the order of fields or keys', () => {
    fc.assert(fc.property(readings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), circumstances, ([list, shuffled], rest) => {
      const one = decide(inputOf(list, rest, baseOf(list)));
      const other = decide(inputOf(shuffled, rest, Object.fromEntries(Object.entries(baseOf(list)).toReversed())));
      const parts = ({ hubspot, salesforce, settled, problems, summary }: Decision) => JSON.stringify({ hubspot, salesforce, settled, problems, summary });
      assert.equal(parts(one), parts(other));
      const byName = (decision: Decision) => [...decision.fields].sort((a, b) => (a.hubspot < b.hubspot ? -1 : 1));
      assert.deepEqual(byName(one), byName(other));
    }), runs);
  });

  test('what both sides hold after confirmed writes is the new base', () => {
    fc.assert(fc.property(readings, circumstances, (list, rest) => {
      const decision = decide(inputOf(list, rest, baseOf(list)));
      const base = nextBase(baseOf(list), decision, all(decision));
      for (const { hubspot, h, s, rule } of applied(list, decision, all(decision))) {
        if (rule === 'none') assert.equal(hubspot in base, false);
        else if (h === s) assert.equal(base[hubspot], h);
      }
    }), runs);
  });
});
