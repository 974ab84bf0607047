import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openWindow } from '../../../activities/crm/window.ts';

const counting = (atMost: number, windowMs = 10) => {
  const batches: number[][] = [];
  const read = openWindow<number, string>({
    windowMs,
    atMost,
    load: (keys) => {
      batches.push([...keys]);
      return Promise.resolve(keys.map((key) => (key < 0 ? new Error(`no ${key}`) : `record ${key}`)));
    },
  });
  return { batches, read };
};

describe('a window', () => {
  test('sends the calls that come within it as one batch', async () => {
    const { batches, read } = counting(100);
    assert.deepEqual(await Promise.all([read(1), read(2), read(3)]), ['record 1', 'record 2', 'record 3']);
    assert.deepEqual(batches, [[1, 2, 3]]);
  });

  test('is not waited for by a call that comes alone', async () => {
    const { batches, read } = counting(100, 3_600_000);
    assert.equal(await read(1), 'record 1');
    assert.deepEqual(batches, [[1]]);
  });

  test('is waited for by the calls that follow one', async () => {
    const { batches, read } = counting(100, 1_000);
    await read(1);
    const second = read(2);
    await sleep(50);
    await Promise.all([second, read(3)]);
    assert.deepEqual(batches, [[1], [2, 3]]);
  });

  test('is waited for while a batch is under way, however long ago the last call came', async () => {
    const batches: number[][] = [];
    const first = Promise.withResolvers<void>();
    const read = openWindow<number, number>({ windowMs: 200, atMost: 10, load: async (keys) => {
      batches.push([...keys]);
      if (batches.length === 1) await first.promise;
      return keys;
    } });
    const alone = read(1);
    await sleep(400);
    const second = read(2);
    await sleep(50);
    const third = read(3);
    first.resolve();
    await Promise.all([alone, second, third]);
    assert.deepEqual(batches, [[1], [2, 3]]);
  });

  test('grows while answers take long: with three batches under way, what comes goes in the next', async () => {
    const batches: number[][] = [];
    const answers = Promise.withResolvers<void>();
    const read = openWindow<number, number>({ windowMs: 5, atMost: 100, load: async (keys) => {
      batches.push([...keys]);
      if (batches.length <= 3) await answers.promise;
      return keys;
    } });
    const asked: Promise<number>[] = [];
    for (let n = 0; n < 8; n++) {
      asked.push(read(n));
      await sleep(20);
    }
    assert.deepEqual(batches, [[0], [1], [2]]);
    answers.resolve();
    assert.deepEqual(await Promise.all(asked), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(batches, [[0], [1], [2], [3, 4, 5, 6, 7]]);
  });

  test('for calls that nobody waits for stays open until it is quiet, full, or over', async () => {
    const batches: number[][] = [];
    const patient = (windowMs: number, quietMs: number, atMost: number) => openWindow<number, number>({ windowMs, quietMs, atMost, load: (keys) => {
      batches.push([...keys]);
      return Promise.resolve(keys);
    } });
    const quiet = patient(3_600_000, 100, 10);
    const first = quiet(1);
    await sleep(50);
    await Promise.all([first, quiet(2)]);
    const full = patient(3_600_000, 3_600_000, 2);
    await Promise.all([full(3), full(4)]);
    const over = patient(120, 3_600_000, 10);
    await over(5);
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
  });

  test('caches nothing: the next call reads again', async () => {
    const { batches, read } = counting(100);
    await read(1);
    await read(1);
    assert.deepEqual(batches, [[1], [1]]);
  });

  test('opens a further batch when one is full', async () => {
    const { batches, read } = counting(2);
    await Promise.all([1, 2, 3, 4, 5].map((key) => read(key)));
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
  });

  test('rejects only the call whose key failed', async () => {
    const { read } = counting(100);
    const [good, bad] = await Promise.allSettled([read(1), read(-1)]);
    assert.equal(good.status, 'fulfilled');
    assert.match(String(bad.status === 'rejected' && bad.reason), /no -1/);
  });

  test('ends one caller\'s wait by its signal and answers the others', async () => {
    const { batches, read } = counting(100);
    const stop = new AbortController();
    const [stopped, other] = [read(1, stop.signal), read(2)];
    stop.abort(new Error('cancelled'));
    await assert.rejects(stopped, /cancelled/);
    assert.equal(await other, 'record 2');
    assert.equal(batches.length, 1);
  });
});
