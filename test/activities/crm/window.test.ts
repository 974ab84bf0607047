import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openWindow } from '../../../activities/crm/window.ts';

const counting = (atMost: number) => {
  const batches: number[][] = [];
  const read = openWindow<number, string>({
    windowMs: 10,
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
