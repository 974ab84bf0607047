import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openDayLimit } from '../../../activities/crm/dayLimit.ts';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import { HastyClock } from './fakeClock.ts';
import { failureOf } from './failureOf.ts';

const minute = 60_000;
const usedUp = () => new CrmFailure({ system: 'hubspot', operation: 'read contacts', status: 429, code: 'RATE_LIMIT', reason: 'DAILY', detail: 'You have reached your daily limit.' });

/** A CRM whose day is used up until `room` is set. */
function open(renewedAt?: (after: number) => number | null) {
  const clock = new HastyClock();
  const day = openDayLimit(clock, renewedAt);
  const crm = { room: false, calls: 0 };
  const ask = () => day.run('read contacts', async () => {
    crm.calls += 1;
    if (!crm.room) throw usedUp();
    return 'done';
  });
  return { clock, crm, ask };
}

describe('a day whose calls are used up', () => {
  test('one call in ten minutes looks whether there is room, whoever asks; all are told when the next one goes', async () => {
    const { clock, crm, ask } = open();
    assert.equal((await failureOf(ask())).retryAfterMs, 10 * minute);
    clock.pass(4 * minute);
    for (let i = 0; i < 100; i++) {
      const { retryAfterMs, status, reason, detail } = await failureOf(ask());
      assert.deepEqual([retryAfterMs, status, reason, detail], [6 * minute, 429, 'DAILY', 'You have reached your daily limit.']);
    }
    assert.equal(crm.calls, 1);
    clock.pass(6 * minute);
    await Promise.all(Array.from({ length: 10 }, () => failureOf(ask())));
    assert.equal(crm.calls, 2);
  });

  test('the first call that goes through lets all others go', async () => {
    const { clock, crm, ask } = open();
    await failureOf(ask());
    crm.room = true;
    await failureOf(ask());
    clock.pass(10 * minute);
    for (let i = 0; i < 3; i++) assert.equal(await ask(), 'done');
    assert.equal(crm.calls, 4);
  });

  test('where it is known when the limit is renewed, nobody waits longer, and all are told', async () => {
    const { clock, crm, ask } = open((after) => after + 3 * minute);
    const at = new Date(clock.now() + 3 * minute).toISOString();
    const { retryAfterMs, detail } = await failureOf(ask());
    assert.deepEqual([retryAfterMs, detail], [3 * minute, `You have reached your daily limit. It is renewed at ${at}.`]);
    crm.room = true;
    clock.pass(3 * minute);
    assert.equal(await ask(), 'done');
  });

  test('any other failure shuts nothing', async () => {
    const day = openDayLimit(new HastyClock());
    await failureOf(day.run('query', () => Promise.reject(new CrmFailure({ system: 'salesforce', operation: 'query', status: 503 }))));
    assert.equal(await day.run('query', async () => 'done'), 'done');
  });
});
