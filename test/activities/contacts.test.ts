import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { handOverTo } from '../../activities/contacts.ts';
import type { World } from '../../activities/world.ts';
import { handover } from '../workflows/fakes/contacts.ts';

test('a page hands a contact over with the start of its workflow, and by a signal only where it runs already', async () => {
  const running = new Set(['contact/main/2']);
  const done: [string, string | undefined][] = [];
  const world = { connection: 'main', client: { workflow: {
    start: async (type: string, { workflowId, args }: { workflowId: string; args: { adopt: { hubspotId: string } }[] }) => {
      if (running.has(workflowId)) throw new WorkflowExecutionAlreadyStartedError('It runs.', workflowId, type);
      done.push(['start', args[0]?.adopt.hubspotId]);
    },
    signalWithStart: async (_: string, { signal, signalArgs }: { signal: string; signalArgs: { hubspotId: string }[] }) => { done.push([signal, signalArgs[0]?.hubspotId]); },
  } } } as unknown as World;
  for (const id of ['1', '2']) await handOverTo(world, handover(id));
  assert.deepEqual(done, [['start', '1'], ['adopt', '2']]);
});
