import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepingStep } from '../../activities/first-tasks.ts';

/** `started` go as they may; `look` waits until the backlog was asked for once more. */
function starting() {
  const state = { backlog: 0, reads: 0, started: 0 };
  const inStep = keepingStep(async () => {
    state.reads += 1;
    return state.backlog;
  });
  const many = (count: number) => Promise.all(Array.from({ length: count }, async () => {
    await inStep();
    state.started += 1;
  }));
  return { state, many };
}

test('starts of workflows keep step with the workers: no more tasks wait than 20, and while more do, nothing is started', async () => {
  const { state, many } = starting();
  state.backlog = 12;
  const all = many(30);
  await sleep(50);
  assert.deepEqual([state.started, state.reads], [8, 1], 'as many as are missing to 20');
  state.backlog = 500;
  await sleep(500);
  assert.equal(state.started, 8, 'workers have enough to do');
  state.backlog = 0;
  await all;
  assert.equal(state.started, 30);
});

test('where workers are idle, more and more are let go at once', async () => {
  const { state, many } = starting();
  await many(120);
  assert.deepEqual([state.started, state.reads], [120, 3], '20, 40 and 60');
});
