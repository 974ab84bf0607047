import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decide, rowOf, type Row } from '../../sync/decide.ts';
import { outcomeOf } from '../../sync/decide/rows.ts';
import type { FieldReading } from '../../sync/records.ts';
import { bound, expected, printedRows } from './decision-table.ts';
import { invariants } from './invariants.ts';
import { RULES, sides, time } from './random-pairs.ts';
import { cases } from '../support/cases.ts';

const key = fc.stringMatching(/^[a-z]{1,3}$/);
const threeKeys = fc.uniqueArray(key, { minLength: 3, maxLength: 3 }).map(([x = '', y = '', z = '']) => ({ x, y, z }));

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
          assert.deepEqual([decision.problems, decision.fields[0]?.problem], [[], undefined]);
          assert.deepEqual(decision.hubspot, write?.side === 'hubspot' ? { p: write.value ?? '' } : {});
          assert.deepEqual(decision.salesforce, write?.side === 'salesforce' ? { F: write.value } : {});
          const perRule = counts[line.row] ??= {};
          perRule[rule] = (perRule[rule] ?? 0) + 1;
        }), { numRuns: cases(1000) });
      });
    }
  }

  test('the table as data says the same, cell by cell', () => {
    for (const line of printedRows) {
      for (const rule of RULES) {
        const cell = line.cells[rule];
        assert.equal(outcomeOf(line.row as Row, rule), cell.startsWith('newest') ? 'newest' : cell.charAt(0), `row ${line.row} under ${rule}`);
      }
    }
  });

  test('each of the 80 cases was hit at least 1,000 times', (t) => {
    for (const line of printedRows) t.diagnostic(`row ${line.row}: ${RULES.map((rule) => `${rule} ${counts[line.row]?.[rule] ?? 0}`).join(', ')}`);
    for (const line of printedRows) for (const rule of RULES) assert.ok((counts[line.row]?.[rule] ?? 0) >= cases(1000), `row ${line.row} under ${rule}`);
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
    }), { numRuns: cases(2000) });
  });
});

describe('invariants of any decision', () => {
  for (const { name, check } of invariants) test(name, () => check({ numRuns: cases(14_000) }));
});
