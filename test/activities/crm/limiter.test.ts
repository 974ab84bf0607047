import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Lane } from '../../../sync/allocation.ts';
import { createLimiter } from '../../../activities/crm/limiter.ts';
import type { Limiter } from '../../../activities/crm/limiter.ts';
import { FakeClock, settled } from './fakeClock.ts';

/** Sends `count` calls that end at once and notes when each went out. */
function send(limiter: Limiter, sent: Lane[], lane: Lane, count: number, rate?: string): void {
  for (let i = 0; i < count; i += 1) {
    void limiter.run({ lane, rate }, () => {
      sent.push(lane);
      return Promise.resolve();
    });
  }
}

const tenSeconds = (max: number) => ({ max, intervalMs: 10_000 });

describe('the limiter', () => {
  test('sends no more than the window holds, and the rest as calls leave it', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: tenSeconds(5), clock });
    const sent: Lane[] = [];
    send(limiter, sent, 'live', 12);
    await settled();
    assert.equal(sent.length, 5);
    await clock.advance(9_999);
    assert.equal(sent.length, 5);
    await clock.advance(300);
    assert.equal(sent.length, 10);
    await clock.advance(10_300);
    assert.equal(sent.length, 12);
  });

  test('lets live go before retry and retry before backfill, each in the order of asking', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: { max: 1, intervalMs: 1_000 }, clock });
    const sent: Lane[] = [];
    send(limiter, sent, 'backfill', 1);
    await settled();
    send(limiter, sent, 'backfill', 1);
    send(limiter, sent, 'retry', 1);
    send(limiter, sent, 'live', 1);
    for (let i = 0; i < 3; i += 1) await clock.advance(1_300);
    assert.deepEqual(sent, ['backfill', 'live', 'retry', 'backfill']);
  });

  test('lets no lane wait for ever: after 10 s a call of a page goes first, one every half second', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: { max: 10, intervalMs: 1_000 }, clock });
    const sent: Lane[] = [];
    send(limiter, sent, 'live', 400);
    send(limiter, sent, 'backfill', 3);
    await clock.advance(9_900);
    const pages = () => sent.filter((lane) => lane === 'backfill').length;
    assert.deepEqual([pages(), sent.length > 50], [0, true]);
    await clock.advance(3_000);
    assert.equal(pages(), 3);
    assert.equal(sent.at(-1), 'live', 'while live calls are still waiting');
  });

  test('keeps a fifth of the window free of backfill, so that a live edit need not wait for it', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: tenSeconds(10), clock });
    const sent: Lane[] = [];
    send(limiter, sent, 'backfill', 50);
    await settled();
    assert.equal(sent.length, 8);
    send(limiter, sent, 'live', 3);
    await settled();
    assert.deepEqual(sent.slice(8), ['live', 'live']);
  });

  test('keeps a stricter rate of its own for search, and lets other calls pass those that wait for it', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: tenSeconds(100), rates: { search: { max: 2, intervalMs: 1000 } }, clock });
    const sent: Lane[] = [];
    send(limiter, sent, 'live', 4, 'search');
    send(limiter, sent, 'live', 3);
    await settled();
    assert.equal(sent.length, 5);
    await clock.advance(1300);
    assert.equal(sent.length, 7);
  });

  test('bounds the calls in flight', async () => {
    const limiter = createLimiter({ concurrency: 2, clock: new FakeClock() });
    const open: (() => void)[] = [];
    const all = Array.from({ length: 5 }, () => limiter.run({ lane: 'live' }, () => new Promise<void>((resolve) => open.push(resolve))));
    await settled();
    assert.equal(open.length, 2);
    open[0]?.();
    await settled();
    assert.equal(open.length, 3);
    for (let i = 1; i < 5; i += 1) {
      open[i]?.();
      await settled();
    }
    await Promise.all(all);
  });

  test('takes the plan\'s limit from the answers', async () => {
    const limiter = createLimiter({ rate: tenSeconds(2), clock: new FakeClock() });
    limiter.heard({ max: 190, remaining: 189, intervalMs: 10_000 });
    const sent: Lane[] = [];
    send(limiter, sent, 'live', 20);
    await settled();
    assert.equal(sent.length, 20);
  });

  test('leaves room for other workers: what an answer counts beyond our own calls is used up', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: tenSeconds(10), clock });
    limiter.heard({ max: 10, remaining: 4, intervalMs: 10_000 });
    const sent: Lane[] = [];
    send(limiter, sent, 'live', 10);
    await settled();
    assert.equal(sent.length, 4);
    await clock.advance(10_300);
    assert.equal(sent.length, 10);
  });

  test('two workers that together want too much settle under one limit, with few refusals', async () => {
    const clock = new FakeClock();
    const arrivals: number[] = [];
    const workers = [createLimiter({ rate: tenSeconds(190), clock }), createLimiter({ rate: tenSeconds(190), clock })];
    let refused = 0;
    const server = (limiter: Limiter) => (): Promise<void> => {
      const inWindow = arrivals.filter((at) => at > clock.now() - 10_000).length;
      if (inWindow >= 190) {
        refused += 1;
        limiter.refused(1000);
      } else arrivals.push(clock.now());
      limiter.heard({ max: 190, remaining: Math.max(0, 189 - inWindow), intervalMs: 10_000 });
      return Promise.resolve();
    };
    for (let second = 0; second < 120; second += 1) {
      if (second === 20) refused = 0; // by then they know of each other
      for (const limiter of workers) for (let i = 0; i < 38; i += 1) void limiter.run({ lane: 'backfill' }, server(limiter));
      await clock.advance(1000);
    }
    assert.ok(arrivals.length >= 1_520, `${arrivals.length} calls got through`);
    assert.ok(refused <= arrivals.length * 0.01, `${refused} of ${arrivals.length} were refused`);
  });

  test('sends nothing while paused by a 429, and goes on afterwards', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ clock });
    const sent: Lane[] = [];
    limiter.refused(3000);
    send(limiter, sent, 'live', 2);
    await clock.advance(2999);
    assert.equal(sent.length, 0);
    await clock.advance(1);
    assert.equal(sent.length, 2);
  });

  test('pauses search alone when only search was refused', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: tenSeconds(100), rates: { search: { max: 5, intervalMs: 1000 } }, clock });
    const sent: Lane[] = [];
    limiter.refused(1000, 'search');
    send(limiter, sent, 'live', 1, 'search');
    send(limiter, sent, 'retry', 1);
    await settled();
    assert.deepEqual(sent, ['retry']);
  });

  test('rejects a call whose signal is aborted while it waits, and sends it never', async () => {
    const clock = new FakeClock();
    const limiter = createLimiter({ rate: tenSeconds(1), clock });
    const sent: Lane[] = [];
    send(limiter, sent, 'live', 1);
    const stop = new AbortController();
    const waiting = limiter.run({ lane: 'live', signal: stop.signal }, () => Promise.resolve(sent.push('live')));
    stop.abort(new Error('cancelled'));
    await assert.rejects(waiting, /cancelled/);
    await clock.advance(20_000);
    assert.equal(sent.length, 1);
    await assert.rejects(limiter.run({ lane: 'live', signal: stop.signal }, () => Promise.resolve()), /cancelled/);
  });

  test('counts the calls per lane', async () => {
    const limiter = createLimiter({ clock: new FakeClock() });
    send(limiter, [], 'live', 2);
    send(limiter, [], 'backfill', 1);
    await settled();
    assert.deepEqual(limiter.calls(), { live: 2, retry: 0, backfill: 1, total: 3 });
  });

  test('a call that fails gives its place back', async () => {
    const limiter = createLimiter({ concurrency: 1, clock: new FakeClock() });
    await assert.rejects(limiter.run({ lane: 'live' }, () => Promise.reject(new Error('refused'))), /refused/);
    assert.equal(await limiter.run({ lane: 'live' }, () => Promise.resolve('sent')), 'sent');
  });
});
