import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newSpending, noCalls, withSpent, budgetOf, type Lane } from '../../../sync/allocation.ts';
import { AllowanceSpent, createAllowance, type Allowance } from '../../../activities/crm/allowance.ts';
import { tell } from '../../../activities/failure.ts';
import { FakeClock } from './fakeClock.ts';

const minute = { calls: 300, windowMs: 60_000 };
const send = (allowance: Allowance, lane: Lane, times: number): void => { for (let i = 0; i < times; i++) allowance.sent(lane); };
const admitted = (allowance: Allowance, lane: Lane): boolean => {
  try {
    allowance.admit(lane);
    return true;
  } catch (error) {
    assert.ok(error instanceof AllowanceSpent);
    return false;
  }
};

describe("one worker's allowance", () => {
  test('before the connection has said what is allowed, everything is', () => {
    const allowance = createAllowance('salesforce', new FakeClock());
    send(allowance, 'backfill', 1_000);
    assert.ok(admitted(allowance, 'backfill'));
  });

  test('calls that the connection has not heard of count', () => {
    const clock = new FakeClock();
    const allowance = createAllowance('salesforce', clock);
    allowance.learn(budgetOf(withSpent(newSpending(), { calls: { ...noCalls(), live: 200 }, account: null, refusedUntil: 0 }, minute, clock.now()), minute, clock.now()));
    send(allowance, 'backfill', 24);
    assert.ok(admitted(allowance, 'backfill'));
    send(allowance, 'backfill', 1);
    assert.ok(!admitted(allowance, 'backfill'));
    assert.ok(admitted(allowance, 'retry') && admitted(allowance, 'live'));
  });

  test('a lane opens at its time, though what the connection says is of an earlier one', () => {
    const clock = new FakeClock();
    const allowance = createAllowance('salesforce', clock);
    const budget = budgetOf(withSpent(newSpending(), { calls: { ...noCalls(), live: 240 }, account: null, refusedUntil: 0 }, minute, clock.now()), minute, clock.now());
    allowance.learn(budget);
    assert.ok(!admitted(allowance, 'backfill'));
    void clock.advance((budget.shut.backfill?.until ?? 0) - clock.now());
    allowance.learn(budget);
    assert.ok(admitted(allowance, 'backfill'));
  });

  test('the nearer a mark, the fewer calls go unreported', () => {
    const clock = new FakeClock();
    const allowance = createAllowance('hubspot', clock);
    const urgentAfter = (used: number): number => {
      allowance.toReport()?.done();
      allowance.learn(budgetOf(withSpent(newSpending(), { calls: { ...noCalls(), live: used }, account: null, refusedUntil: 0 }, minute, clock.now()), minute, clock.now()));
      for (let calls = 1; ; calls++) {
        allowance.sent('live');
        if (allowance.toReport()?.urgent) return calls;
      }
    };
    assert.deepEqual([urgentAfter(0), urgentAfter(200), urgentAfter(223), urgentAfter(299)], [25, 3, 1, 1]);
  });

  test('what goes out while a report is on its way is in the next', () => {
    const allowance = createAllowance('hubspot', new FakeClock());
    send(allowance, 'live', 3);
    const report = allowance.toReport();
    send(allowance, 'retry', 2);
    report?.done();
    assert.deepEqual(allowance.toReport()?.spent.calls, { live: 0, retry: 2, backfill: 0 });
    allowance.toReport()?.done();
    assert.equal(allowance.toReport(), null);
  });

  test('a refusal for the day stops every call for 10 minutes, is news, and is told as the class quota', () => {
    const clock = new FakeClock();
    const allowance = createAllowance('salesforce', clock);
    allowance.heard({ used: 15_000, limit: 15_000 });
    allowance.refused();
    const report = allowance.toReport();
    assert.deepEqual([report?.urgent, report?.spent.refusedUntil], [true, clock.now() + 600_000]);
    try {
      allowance.demandOpen('live');
      assert.fail('it sends');
    } catch (error) {
      assert.ok(error instanceof AllowanceSpent);
      const { error: said, retry, retryAfterMs } = tell(error);
      assert.deepEqual([said.category, retry, retryAfterMs], ['api-limit', 'allowance', 600_000]);
      assert.match(said.message, /^Live edits wait: Salesforce refuses all calls, since its own limit is used up\. They go on at \S+Z\.$/);
    }
    void clock.advance(600_000);
    allowance.demandOpen('live');
  });
});
