import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { assessed, budgetOf, durationOf, LANES, MARKS, newSpending, noCalls, shutWords, totalOf, withSpent, type Allocation, type Budget, type Lane, type Spending } from '../../sync/allocation.ts';
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
    assert.deepEqual(spentAt(t0, 100_000, none).shut, { live: false, retry: false, backfill: false });
    const odd = withSpent(newSpending(), report({}, { account: { used: 0, limit: 15_001, at: t0 } }), none, t0);
    assert.equal(budgetOf(odd, none, t0).allowed, 7_500);
    const known = withSpent(newSpending(), report({ backfill: 6_000 }, { account: { used: 6_000, limit: 15_000, at: t0 } }), none, t0);
    assert.equal(budgetOf(known, none, t0).allowed, 7_500);
    assert.deepEqual(shutLanes(known, t0, none), ['backfill']);
  });

  test('where others have used 90 % of the account, only live edits go on, and after 10 minutes it is asked again', () => {
    const spending = withSpent(newSpending(), report({ live: 1 }, { account: { used: 13_500, limit: 15_000, at: t0 } }), minute, t0);
    assert.deepEqual(shutLanes(spending, t0), ['retry', 'backfill']);
    assert.deepEqual(shutLanes(spending, t0 + 600_000), []);
    assert.deepEqual(budgetOf(spending, minute, t0).shut.retry, { why: 'account', until: t0 + 600_000 });
    assert.deepEqual(shutLanes(withSpent(newSpending(), report({ live: 1 }, { account: { used: 13_499, limit: 15_000, at: t0 } }), minute, t0), t0), []);
  });

  test('a refusal by the CRM shuts all lanes', () => {
    const spending = withSpent(newSpending(), report({}, { refusedUntil: t0 + 5_000 }), minute, t0);
    assert.deepEqual(shutLanes(spending, t0), ['live', 'retry', 'backfill']);
    assert.deepEqual(shutLanes(spending, t0 + 5_000), []);
  });

  test('of several reasons the one that lasts longest is told, and of two that last alike the refusal', () => {
    const spending = { ...spentAt(t0, 225), account: { used: 9, limit: 10, at: t0 } };
    assert.deepEqual(budgetOf(spending, minute, t0).shut.backfill, { why: 'account', until: t0 + 600_000 });
    const soon = { ...spending, account: { used: 9, limit: 10, at: t0 - 590_000 }, refusedUntil: t0 + 20_000 };
    assert.deepEqual(budgetOf(soon, minute, t0).shut, { live: { why: 'refused', until: t0 + 20_000 }, retry: { why: 'refused', until: t0 + 20_000 }, backfill: { why: 'spent', until: t0 + 60_000 } });
    assert.deepEqual(budgetOf({ ...spending, account: null, refusedUntil: t0 + 60_000 }, minute, t0).shut.backfill, { why: 'refused', until: t0 + 60_000 });
  });

  test('a lane is shut as long as exactly the part is used at which it opens', () => {
    const small: Allocation = { calls: 100, windowMs: 60_000 };
    const reported = ([[0, 5], [2_000, 20], [4_000, 50]] as const).reduce((spending, [afterMs, backfill]) => withSpent(spending, report({ backfill }), small, t0 + afterMs), newSpending());
    assert.deepEqual(budgetOf(reported, small, t0 + 4_000).shut.backfill, { why: 'spent', until: t0 + 62_000 }, '75 are used, without the first 70, without the second 50');
    const later = assessed(reported, small, t0 + 60_000);
    assert.deepEqual([totalOf(budgetOf(later, small, t0 + 60_000).used), budgetOf(later, small, t0 + 60_000).shut.backfill], [70, { why: 'spent', until: t0 + 62_000 }]);
    assert.deepEqual(shutLanes(later, t0 + 62_000, small), [], 'open, before anybody has assessed it');
  });

  test('the calls of a slice are counted as one: in a short window of a second, else of a 144th of it', () => {
    const day: Allocation = { calls: null, windowMs: 86_400_000 };
    for (const [allocation, sliceMs] of [[minute, 1_000], [day, 600_000]] as const) {
      const times = [0, 10, sliceMs - 1, sliceMs, 2 * sliceMs, 3 * sliceMs + 1];
      const spending = times.reduce((so, afterMs, index) => withSpent(so, report({ live: 1, retry: 10 * index }), allocation, t0 + afterMs), newSpending());
      assert.deepEqual(spending.slices, [
        { live: 3, retry: 30, backfill: 0, from: t0, until: t0 + sliceMs - 1 }, { live: 1, retry: 30, backfill: 0, from: t0 + sliceMs, until: t0 + sliceMs },
        { live: 1, retry: 40, backfill: 0, from: t0 + 2 * sliceMs, until: t0 + 2 * sliceMs }, { live: 1, retry: 50, backfill: 0, from: t0 + 3 * sliceMs + 1, until: t0 + 3 * sliceMs + 1 },
      ]);
    }
  });

  test('nothing is spent at first, and a report without calls adds no slice', () => {
    const nothing: Spending = { slices: [], account: null, refusedUntil: 0, shut: { live: false, retry: false, backfill: false } };
    assert.deepEqual(newSpending(), nothing);
    assert.deepEqual(withSpent(nothing, report({}), minute, t0), nothing);
    assert.deepEqual(budgetOf(nothing, minute, t0), { allowed: 300, windowMs: 60_000, used: { live: 0, retry: 0, backfill: 0 }, account: null, shut: { live: null, retry: null, backfill: null } });
  });

  test('of what was heard of the account, and of refusals, the latest counts', () => {
    const account = (at: number, used: number) => ({ account: { used, limit: 100, at } });
    const heard = (...reports: object[]) => reports.reduce<Spending>((so, more) => withSpent(so, report({}, more), minute, t0), newSpending());
    assert.deepEqual(heard(account(t0, 5), account(t0 - 1, 4)).account, { used: 5, limit: 100, at: t0 });
    assert.deepEqual(heard(account(t0, 5), account(t0, 6)).account, { used: 6, limit: 100, at: t0 });
    assert.deepEqual(heard(account(t0, 5), {}).account, { used: 5, limit: 100, at: t0 });
    assert.equal(heard({ refusedUntil: t0 + 9 }, { refusedUntil: t0 + 5 }).refusedUntil, t0 + 9);
  });

  describe('says why a lane waits, and until when', () => {
    const until = Date.parse('2026-01-05T10:00:00Z');
    const budget: Pick<Budget, 'allowed' | 'windowMs' | 'used' | 'account'> = { allowed: 300, windowMs: 60_000, used: { live: 1, retry: 20, backfill: 210 }, account: null };
    const account = { used: 13_500, limit: 15_000, at: 0 };
    const words: [string, string, string][] = [
      ['its part is used', shutWords('salesforce', 'backfill', { why: 'spent', until }, budget), 'Imports, fills and resyncs wait: 231 of the 300 Salesforce calls allowed in 60 s are used, and they stop at 75 %. They go on at 2026-01-05T10:00:00.000Z.'],
      ['all is used', shutWords('hubspot', 'live', { why: 'spent', until }, { ...budget, windowMs: 86_400_000 }), 'Live edits wait: 231 of the 300 HubSpot calls allowed in 24 h are used, and they stop at 100 %. They go on at 2026-01-05T10:00:00.000Z.'],
      ['others use the account', shutWords('salesforce', 'retry', { why: 'account', until }, { ...budget, account }), 'Retries and polls wait: the Salesforce account has used 13500 of its own 15000 calls, and other integrations need the rest. They go on at 2026-01-05T10:00:00.000Z.'],
      ['the CRM refuses', shutWords('hubspot', 'retry', { why: 'refused', until }, budget), 'Retries and polls wait: HubSpot refuses all calls, since its own limit is used up. They go on at 2026-01-05T10:00:00.000Z.'],
    ];
    for (const [why, told, expected] of words) test(`where ${why}`, () => assert.equal(told, expected));
    test('where a limit was known when the lane was shut, and is known no more', () => {
      assert.match(shutWords('hubspot', 'live', { why: 'spent', until }, { ...budget, allowed: null }), / 231 of the 0 HubSpot calls /);
      assert.match(shutWords('hubspot', 'live', { why: 'account', until }, budget), / has used 0 of its own 0 calls,/);
    });
    test('in hours from one hour on, to a tenth', () => {
      assert.deepEqual([90_000, 3_599_499, 3_600_000, 5_400_000, 86_400_000].map(durationOf), ['90 s', '3599 s', '1 h', '1.5 h', '24 h']);
    });
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
