import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import type { CrmFailureParts } from '../../../activities/crm/failure.ts';
import { repeat } from '../../../activities/crm/repeat.ts';
import { HastyClock } from './fakeClock.ts';

const failing = (parts: Partial<CrmFailureParts>, times: number) => {
  let sent = 0;
  return {
    sent: () => sent,
    send: () => {
      sent += 1;
      return sent <= times ? Promise.reject(new CrmFailure({ system: 'hubspot', operation: 'read contacts', ...parts })) : Promise.resolve('done');
    },
  };
};

describe('a call that is safe to repeat', () => {
  for (const [name, parts] of [
    ['a broken connection', { code: 'NETWORK' }],
    ['a truncated answer', { code: 'INVALID_RESPONSE' }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['a locked record', { status: 423 }],
    ['429 of the rolling window', { status: 429, code: 'RATE_LIMIT', reason: 'TEN_SECONDLY_ROLLING' }],
  ] satisfies [string, Partial<CrmFailureParts>][]) {
    test(`is sent again after ${name}`, async () => {
      const call = failing(parts, 2);
      assert.equal(await repeat({ lane: 'live' }, call.send, new HastyClock()), 'done');
      assert.equal(call.sent(), 3);
    });
  }

  for (const [name, parts] of [
    ['400', { status: 400, code: 'VALIDATION_ERROR' }],
    ['401', { status: 401 }],
    ['the daily limit', { status: 429, code: 'RATE_LIMIT', reason: 'DAILY' }],
    ['a wait of a minute', { status: 503, retryAfterMs: 60_000 }],
  ] satisfies [string, Partial<CrmFailureParts>][]) {
    test(`is not sent again after ${name}`, async () => {
      const call = failing(parts, 9);
      await assert.rejects(repeat({ lane: 'live' }, call.send, new HastyClock()), CrmFailure);
      assert.equal(call.sent(), 1);
    });
  }

  test('is repeated three times at most, and never beyond ten seconds', async () => {
    const call = failing({ status: 503 }, 9);
    await assert.rejects(repeat({ lane: 'live' }, call.send, new HastyClock()), CrmFailure);
    assert.equal(call.sent(), 4);
    const slow = failing({ status: 503, retryAfterMs: 6000 }, 9);
    await assert.rejects(repeat({ lane: 'live' }, slow.send, new HastyClock()), CrmFailure);
    assert.equal(slow.sent(), 2);
  });

  test('waits as long as Retry-After says, and two seconds for a lock', async () => {
    const clock = new HastyClock();
    await repeat({ lane: 'live' }, failing({ status: 429, retryAfterMs: 4000 }, 1).send, clock);
    await repeat({ lane: 'live' }, failing({ status: 423 }, 1).send, clock);
    assert.deepEqual(clock.waits, [4000, 2000]);
  });

  test('ends with the signal while it waits', async () => {
    const stop = new AbortController();
    const call = failing({ status: 503 }, 9);
    const ended = repeat({ lane: 'live', signal: stop.signal }, () => {
      stop.abort(new Error('cancelled'));
      return call.send();
    }, new HastyClock());
    await assert.rejects(ended, /cancelled/);
    assert.equal(call.sent(), 1);
  });
});
