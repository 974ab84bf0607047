import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { assessed, budgetOf, LANES, MARKS, newSpending, noCalls, shutWords, totalOf, withSpent, type Allocation, type Lane, type Spending } from '../../sync/allocation.ts';
import { cases } from '../support/cases.ts';

const minute: Allocation = { calls: 300, windowMs: 60_000 };
const t0 = 1_700_000_000_000;
const report = (calls: Partial<Record<Lane, number>>, more: Partial<Parameters<typeof withSpent>[1]> = {}) => ({ calls: { ...noCalls(), ...calls }, account: null, refusedUntil: 0, ...more });
const spentAt = (now: number, calls: number, allocation = minute): Spending => withSpent(newSpending(), report({ backfill: calls }), allocation, now);
const shutLanes = (spending: Spending, now: number, allocation = minute): Lane[] => LANES.filter((lane) => budgetOf(spending, allocation, now).shut[lane] !== null);

describe('the API allocation', () => {
  test('backfill is shut at 75 %, retries at 90 %, live edits at 100 %', () => {
    assert.deepEqual([224, 225, 269, 270, 299, 300].map((calls) => shutLanes(spentAt(t0, calls), t0)), [
      [], ['backfill'], ['backfill'], ['retry', 'backfill'], ['retry', 'backfill'], ['live', 'retry', 'backfill'],
    ]);
  });

  test('a lane opens 5 points lower, at the time that was foretold', () => {
    let spending = withSpent(newSpending(), report({ live: 100 }), minute, t0);
    spending = withSpent(spending, report({ backfill: 130 }), minute, t0 + 20_000);
    const { shut } = budgetOf(spending, minute, t0 + 20_000);
    const until = shut.backfill?.until ?? 0;
    // 230 are used; without the first 100 fewer than 210 are.
    assert.ok(until >= t0 + 60_000 && until <= t0 + 61_000, `${until - t0}`);
    assert.deepEqual(shutLanes(spending, until - 1), ['backfill']);
    assert.deepEqual(shutLanes(spending, until), []);
    // Above the place where it opens it stays shut, although it is below its mark.
    spending = withSpent(spending, report({ live: 82 }), minute, until - 1);
    assert.deepEqual(shutLanes(withSpent(spending, report({}), minute, until), until), ['backfill']);
    assert.equal(totalOf(budgetOf(spending, minute, until).used), 212);
  });

  test('without a setting half of what the account has is allowed; before that is known, anything', () => {
    const none: Allocation = { calls: null, windowMs: 86_400_000 };
    assert.equal(budgetOf(spentAt(t0, 100_000, none), none, t0).allowed, null);
    assert.deepEqual(shutLanes(spentAt(t0, 100_000, none), t0, none), []);
    const known = withSpent(newSpending(), report({ backfill: 6_000 }, { account: { used: 6_000, limit: 15_000, at: t0 } }), none, t0);
    assert.equal(budgetOf(known, none, t0).allowed, 7_500);
    assert.deepEqual(shutLanes(known, t0, none), ['backfill']);
  });

  test('where others have used 90 % of the account, only live edits go on, and after 10 minutes it is asked again', () => {
    const spending = withSpent(newSpending(), report({ live: 1 }, { account: { used: 13_500, limit: 15_000, at: t0 } }), minute, t0);
    assert.deepEqual(shutLanes(spending, t0), ['retry', 'backfill']);
    assert.deepEqual(shutLanes(spending, t0 + 600_000), []);
    assert.match(shutWords('salesforce', 'retry', budgetOf(spending, minute, t0).shut.retry ?? assert.fail(), budgetOf(spending, minute, t0)), /^Retries and polls wait: the Salesforce account has used 13500 of its own 15000 calls, .* They go on at 2023-/);
  });

  test('a refusal by the CRM shuts all lanes', () => {
    const spending = withSpent(newSpending(), report({}, { refusedUntil: t0 + 5_000 }), minute, t0);
    assert.deepEqual(shutLanes(spending, t0), ['live', 'retry', 'backfill']);
    assert.deepEqual(shutLanes(spending, t0 + 5_000), []);
  });

  test('a larger allocation opens lanes at once, a smaller one shuts them', () => {
    const spending = spentAt(t0, 280);
    const [larger, smaller] = [{ ...minute, calls: 1_000 }, { ...minute, calls: 250 }];
    assert.deepEqual(shutLanes(assessed(spending, larger, t0), t0, larger), []);
    assert.deepEqual(shutLanes(assessed(spending, smaller, t0), t0, smaller), ['live', 'retry', 'backfill']);
  });

  test('calls counted in a long window leave a shorter one in its own time', () => {
    const day: Allocation = { calls: 300, windowMs: 86_400_000 };
    const spending = withSpent(spentAt(t0, 200, day), report({ live: 100 }), day, t0 + 30_000);
    assert.deepEqual(shutLanes(assessed(spending, minute, t0 + 30_000), t0 + 30_000), ['live', 'retry', 'backfill']);
    assert.deepEqual(shutLanes(assessed(spending, minute, t0 + 90_000), t0 + 90_000), []);
  });

  test('over random reports, calls are counted for the window and a slice, in 145 slices at most, and a lane below its opening is open', () => {
    const reports = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 30_000 }), live: fc.nat(40), retry: fc.nat(20), backfill: fc.nat(60) }), { minLength: 1, maxLength: 60 });
    const sliceMs = 1_000;
    fc.assert(fc.property(reports, (list) => {
      let [now, spending] = [t0, newSpending()];
      const past: { at: number; calls: number }[] = [];
      for (const { afterMs, ...calls } of list) {
        now += afterMs;
        spending = withSpent(spending, report(calls), minute, now);
        past.push({ at: now, calls: totalOf(calls) });
        const within = (ms: number): number => past.filter(({ at }) => at > now - ms).reduce((sum, one) => sum + one.calls, 0);
        const { used, shut } = budgetOf(spending, minute, now);
        const total = totalOf(used);
        assert.ok(total >= within(minute.windowMs) && total <= within(minute.windowMs + sliceMs), `${total} of ${within(minute.windowMs)}`);
        assert.ok(spending.slices.length <= 145);
        for (const lane of LANES) {
          if (total >= 300 * MARKS[lane]) assert.notEqual(shut[lane], null);
          if (total < 300 * (MARKS[lane] - 0.05)) assert.equal(shut[lane], null);
          const until = shut[lane]?.until;
          if (until !== undefined) assert.equal(budgetOf(assessed(spending, minute, until), minute, until).shut[lane], null);
        }
      }
    }), { numRuns: cases(300) });
  });
});
