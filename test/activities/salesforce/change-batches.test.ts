import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openBatches } from '../../../activities/salesforce/changeBatches.ts';
import type { ChangeBatches } from '../../../activities/salesforce/changeBatches.ts';
import { idSchema } from '../../../activities/salesforce/recordSchema.ts';
import type { SalesforceChange } from '../../../activities/salesforce/index.ts';
import { FakeClock, settled } from '../crm/fakeClock.ts';

const id = (n: number) => idSchema.parse(`00Q${String(n).padStart(12, '0')}AAA`);
const change = (n: number): SalesforceChange => ({ object: 'Lead', id: id(n), kind: 'update', at: '2026-01-01T00:00:00.000Z' });

let clock: FakeClock;
let told: { ids: string[]; replay: object; gap: boolean }[];
let answer: () => Promise<void>;
let batches: ChangeBatches;
beforeEach(() => {
  clock = new FakeClock();
  told = [];
  answer = () => Promise.resolve();
  batches = openBatches({
    clock, replay: { Lead: null, Contact: 70 },
    onEvents: (events, replay, gap) => {
      told.push({ ids: events.map((event) => event.id), replay, gap });
      return answer();
    },
  });
});
const add = (replayId: number | null, changes: SalesforceChange[] = [change(replayId ?? 0)], gap = false): void => batches.add({ object: 'Lead', replayId, changes, gap });
const echo = (replayId: number): void => add(replayId, []);

describe('batches of changes', () => {
  test('hold what arrives within 20 ms, in the order of the replay ids, and tell how far they reach', async () => {
    add(3);
    await clock.advance(19);
    add(2);
    batches.add({ object: 'Contact', replayId: 90, changes: [], gap: false });
    assert.equal(told.length, 0);
    await clock.advance(1);
    assert.deepEqual(told, [{ ids: [id(2), id(3)], replay: { Lead: 3, Contact: 90 }, gap: false }]);
    add(1);
    await clock.advance(20);
    assert.deepEqual(told[1], { ids: [id(1)], replay: {}, gap: false });
    assert.deepEqual(batches.replay(), { Lead: 3, Contact: 90 });
  });

  test('have at most 2,000 changes; an event counts as read with its last one', async () => {
    add(1, Array.from({ length: 1500 }, (_, n) => change(n)));
    add(2, Array.from({ length: 1500 }, (_, n) => change(n)));
    await clock.advance(40);
    assert.deepEqual(told.map(({ ids, replay }) => [ids.length, replay]), [[2000, { Lead: 1 }], [1000, { Lead: 2 }]]);
  });

  test('come one at a time; what piled up meanwhile goes with the next', async () => {
    const gate = Promise.withResolvers<void>();
    answer = () => gate.promise;
    add(1);
    await clock.advance(20);
    add(2);
    add(3);
    await clock.advance(1000);
    assert.equal(told.length, 1);
    assert.equal(batches.replay().Lead, null);
    gate.resolve();
    await settled();
    await clock.advance(20);
    assert.deepEqual(told[1], { ids: [id(2), id(3)], replay: { Lead: 3 }, gap: false });
  });

  test('without a change tell their progress once a second, and a change takes it along at once', async () => {
    echo(1);
    await clock.advance(20);
    assert.deepEqual(told, [{ ids: [], replay: { Lead: 1 }, gap: false }]);
    for (let replayId = 2; replayId < 12; replayId += 1) {
      echo(replayId);
      await clock.advance(90);
    }
    assert.equal(told.length, 1);
    await clock.advance(100);
    assert.deepEqual(told[1], { ids: [], replay: { Lead: 11 }, gap: false });
    echo(12);
    add(13);
    await clock.advance(20);
    assert.deepEqual(told[2], { ids: [id(13)], replay: { Lead: 13 }, gap: false });
  });

  test('with a gap are told as such, even where nothing of it can be read', async () => {
    add(null, [], true);
    await clock.advance(20);
    assert.deepEqual(told, [{ ids: [], replay: {}, gap: true }]);
  });

  test('are flushed without waiting, after the call that runs', async () => {
    const gate = Promise.withResolvers<void>();
    answer = () => gate.promise;
    add(1);
    await clock.advance(20);
    add(2);
    const flushed = batches.flush();
    await settled();
    assert.equal(told.length, 1);
    gate.resolve();
    await flushed;
    assert.deepEqual(told.map(({ ids }) => ids), [[id(1)], [id(2)]]);
  });

  test('end with what the handler throws, and stop where they are told to', async () => {
    answer = () => Promise.reject(new Error('no room'));
    add(1);
    await clock.advance(20);
    await assert.rejects(batches.failed, /no room/);
    await assert.rejects(batches.flush(), /no room/);
    add(2);
    await clock.advance(1000);
    assert.equal(told.length, 1);
    assert.equal(batches.replay().Lead, null);
  });
});
