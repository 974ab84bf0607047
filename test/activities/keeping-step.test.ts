import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepingStep } from '../../activities/keeping-step.ts';

test('starts of workflows keep step with the workers: with many tasks waiting, no further one begins until they are done', async () => {
  let [backlog, reads, started] = [0, 0, 0];
  const inStep = keepingStep(async () => {
    reads += 1;
    if (reads === 3) backlog = 0; // a worker has come
    return backlog;
  });
  const start = async (): Promise<void> => {
    await inStep();
    started += 1;
  };
  await start();
  backlog = 500;
  await start();
  assert.deepEqual([started, reads], [2, 1], 'what was read a moment ago still counts');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const held = Promise.all([start(), start(), start()]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual([started, reads], [2, 2], 'three wait by one question');
  await held;
  assert.deepEqual([started, reads], [5, 3]);
});
