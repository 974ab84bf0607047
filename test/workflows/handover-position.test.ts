import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { KeepingStep } from '../../activities/keeping-step.ts';
import { handOver, pack } from '../../activities/page/handovers.ts';
import type { World } from '../../activities/world.ts';
import { until } from '../support/until.ts';
import { handover } from '../workflows/fakes/contacts.ts';

test('a retried handover goes back to the first that was not done, however far the others had come', async () => {
  const stuck = Promise.withResolvers<void>();
  const told: string[] = [];
  const client = {
    workflow: {
      start: async (_type: string, { workflowId }: { workflowId: string }) => {
        if (workflowId.endsWith('/1')) await stuck.promise;
        told.push(workflowId);
      },
    },
  } as unknown as Client;
  const list = Array.from({ length: 40 }, (_, i) => handover(String(i + 1)));
  const env = new MockActivityEnvironment();
  const beats: unknown[] = [];
  env.on('heartbeat', (details: unknown) => beats.push(details));
  const step: KeepingStep = { single: () => undefined, tell: (_, work) => work() };
  const running = env.run(handOver, { connection: 'main', client, settings: async () => ({ version: 1 }), step } as unknown as World, { packed: await pack(list) ?? '', only: null });
  await Promise.race([running, until('all but one are told', async () => told.length === 39)]);
  assert.ok(beats.every((position) => position === 0), `contact 1 is not told yet, but a retry would begin at ${String(beats.at(-1))}`);
  stuck.resolve();
  assert.deepEqual(await running, { done: 40 });
});
