import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newSpending, noCalls, withSpent, budgetOf, type Lane } from '../../../sync/allocation.ts';
import { AllowanceSpent, createAllowance, type Allowance } from '../../../activities/crm/allowance.ts';
import { tell } from '../../../activities/failure.ts';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import { FakeClock, HastyClock } from './fakeClock.ts';
import { failureOf } from './failureOf.ts';

const minute = { calls: 300, windowMs: 60_000 };
const minutes = 60_000;

/** A CRM whose day is used up until `room` is set. */
function usedUp(renewedAt?: (after: number) => number | null) {
  const clock = new HastyClock();
  const allowance = createAllowance('hubspot', clock);
  const crm = { room: false, calls: 0 };
  const ask = () => allowance.run('live', async () => {
    crm.calls += 1;
    if (!crm.room) throw new CrmFailure({ system: 'hubspot', operation: 'read contacts', status: 429, code: 'RATE_LIMIT', reason: 'DAILY', detail: 'You have reached your daily limit.' });
    return 'done';
  }, renewedAt);
  return { clock, allowance, crm, ask };
}

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
    allowance.asking()(budgetOf(withSpent(newSpending(), { calls: { ...noCalls(), live: 200 }, account: null, refusedUntil: 0 }, minute, clock.now()), minute, clock.now()));
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
    allowance.asking()(budget);
    assert.ok(!admitted(allowance, 'backfill'));
    void clock.advance((budget.shut.backfill?.until ?? 0) - clock.now());
    allowance.asking()(budget);
    assert.ok(admitted(allowance, 'backfill'));
  });

  test('the nearer a mark, the fewer calls go unreported', () => {
    const clock = new FakeClock();
    const allowance = createAllowance('hubspot', clock);
    const urgentAfter = (used: number): number => {
      allowance.toReport()?.done();
      allowance.asking()(budgetOf(withSpent(newSpending(), { calls: { ...noCalls(), live: used }, account: null, refusedUntil: 0 }, minute, clock.now()), minute, clock.now()));
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

  test('after a refusal for the day one call in ten minutes looks for all, whoever asks, and the connection is told at once', async () => {
    const { clock, crm, ask, allowance } = usedUp();
    assert.equal((await failureOf(ask())).retryAfterMs, 10 * minutes);
    const report = allowance.toReport();
    assert.deepEqual([report?.urgent, report?.spent.refusedUntil], [true, clock.now() + 10 * minutes]);
    clock.pass(4 * minutes);
    for (let i = 0; i < 100; i++) {
      const { error, retry, retryAfterMs } = tell(await failureOf(ask()));
      assert.deepEqual([error.category, retry, retryAfterMs], ['api-limit', 'allowance', 6 * minutes]);
      assert.match(error.message, /^Live edits wait: HubSpot refuses all calls, since its own limit is used up\. They go on at \S+Z\.$/);
    }
    assert.equal(crm.calls, 1);
    clock.pass(6 * minutes);
    await Promise.all(Array.from({ length: 10 }, () => failureOf(ask())));
    assert.equal(crm.calls, 2);
  });

  test('the first call that goes through lets all others go', async () => {
    const { clock, crm, ask } = usedUp();
    await failureOf(ask());
    crm.room = true;
    await failureOf(ask());
    clock.pass(10 * minutes);
    for (let i = 0; i < 3; i++) assert.equal(await ask(), 'done');
    assert.equal(crm.calls, 4);
  });

  test('where it is known when the limit is renewed, nobody waits longer', async () => {
    const { clock, crm, ask } = usedUp((after) => after + 3 * minutes);
    assert.equal((await failureOf(ask())).retryAfterMs, 3 * minutes);
    crm.room = true;
    clock.pass(3 * minutes);
    assert.equal(await ask(), 'done');
  });

  test('a person who resumes the connection has it ask at once', async () => {
    const { clock, crm, ask, allowance } = usedUp();
    await failureOf(ask());
    allowance.toReport()?.done();
    crm.room = true;
    allowance.asking()(budgetOf(newSpending(), minute, clock.now()));
    assert.equal(await ask(), 'done');
  });

  test('an answer of before the connection knew of the refusal opens nothing', async () => {
    const { crm, ask, allowance } = usedUp();
    const atFirst = allowance.asking();
    await failureOf(ask());
    const untold = allowance.asking();
    allowance.toReport()?.done();
    for (const learn of [atFirst, untold]) {
      learn(budgetOf(newSpending(), minute, 0));
      await failureOf(ask());
    }
    assert.equal(crm.calls, 1);
  });

  test('any other failure shuts nothing', async () => {
    const allowance = createAllowance('salesforce', new HastyClock());
    await failureOf(allowance.run('live', () => Promise.reject(new CrmFailure({ system: 'salesforce', operation: 'query', status: 503 }))));
    assert.equal(await allowance.run('live', async () => 'done'), 'done');
  });
});
