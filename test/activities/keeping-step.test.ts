import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { keepingStep, stride } from '../../activities/keeping-step.ts';
import type { World } from '../../activities/world.ts';
import type { HubSpotContactId } from '../../sync/records.ts';

/** A Temporal whose workflows answer when the test says so, and what was told there. */
function temporal() {
  const asked: { id: string | undefined; answer: (error?: Error) => void }[] = [];
  const told: number[] = [];
  const client = {
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
    workflow: { getHandle: (workflowId: string) => ({ query: () => new Promise<void>((resolve, reject) => { asked.push({ id: workflowId.split('/').at(-1), answer: (error) => (error ? reject(error) : resolve()) }); }) }) },
  };
  const step = keepingStep({ connection: 'main', client } as unknown as World);
  const tell = (n: number): Promise<void> => step.tell(String(n) as HubSpotContactId, async () => { told.push(n); });
  const tellFrom = (first: number, count: number): Promise<unknown> => Promise.all(Array.from({ length: count }, (_, n) => tell(first + n)));
  return { asked, told, step, tell, tellFrom };
}

test('whoever tells many waits now and then until the workflow it told last has taken it up', async () => {
  const { asked, tell, tellFrom } = temporal();
  await tellFrom(1, stride - 1);
  assert.equal(asked.length, 0);
  const waiting = tell(stride);
  await turn();
  assert.deepEqual(asked.map(({ id }) => id), [String(stride)]);
  assert.equal(await Promise.race([waiting, sleep(20, 'waits')]), 'waits');
  asked[0]?.answer();
  await waiting;
});

test('a workflow that does not answer, since it has ended or no worker is there, holds nobody up for good', async () => {
  const { asked, tell, tellFrom } = temporal();
  await tellFrom(1, stride - 1);
  const waiting = tell(stride);
  await turn();
  asked[0]?.answer(new Error('workflow execution already completed'));
  await waiting;
});

test('with single edits about, all are told one by one, whoever tells them', async () => {
  const { asked, told, step, tellFrom } = temporal();
  step.single();
  const all = tellFrom(1, stride * 2);
  await sleep(20);
  assert.deepEqual(told, [1, 2, 3, 4].slice(0, stride), 'the next ones wait for what was told');
  asked[0]?.answer();
  while (asked.length < 2) await turn();
  assert.equal(told.length, stride * 2);
  asked[1]?.answer();
  await all;
});

test('what cannot be told fails by itself, and those behind it are told', async () => {
  const { told, step, tell } = temporal();
  step.single();
  const failing = step.tell('1' as HubSpotContactId, () => Promise.reject(new Error('refused')));
  const next = tell(2);
  await assert.rejects(failing, /refused/);
  await next;
  assert.deepEqual(told, [2]);
});
