import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepingStep } from '../../activities/keeping-step.ts';
import { mostAlone, tellAll } from '../../activities/tell-all.ts';
import type { World } from '../../activities/world.ts';
import type { HubSpotContactId } from '../../sync/records.ts';

/** A Temporal that notes what is signalled; those who ask a workflow wait until `answer`. */
function temporal() {
  const told: { id: string | undefined; signal: string; input: unknown }[] = [];
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  const client = {
    withDeadline: (_: number, ask: () => Promise<unknown>) => ask(),
    workflow: {
      signalWithStart: async (_: string, { workflowId, signal, signalArgs }: { workflowId: string; signal: string; signalArgs: unknown[] }) => {
        told.push({ id: workflowId.split('/').at(-1), signal, input: signalArgs[0] });
      },
      getHandle: () => ({ query: () => answered }),
    },
  };
  const dependencies = { connection: 'main', client } as unknown as World;
  return { told, answer, world: { ...dependencies, step: keepingStep(dependencies) } };
}

const changes = (count: number) => Array.from({ length: count }, (_, n) => ({ id: String(n + 1) as HubSpotContactId, news: { signal: 'changed', input: { source: 'hubspot', kind: 'change' } } } as const));

test('a few contacts are told at once, each to sync by itself', async () => {
  const { told, world } = temporal();
  await tellAll(world, changes(mostAlone));
  assert.equal(told.length, mostAlone);
  assert.ok(told.every(({ input }) => !('amongMany' in (input as object))));
});

test('many are told that they are many, and no faster than workers take them up', async () => {
  const { told, answer, world } = temporal();
  const telling = tellAll(world, [...changes(mostAlone), { id: '51' as HubSpotContactId, news: { signal: 'look' } }]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(told.length < mostAlone / 2, `${told.length} were told while no worker answered`);
  answer();
  await telling;
  assert.equal(told.length, mostAlone + 1);
  assert.ok(told.every(({ signal, input }) => signal === 'look' || (input as { amongMany?: boolean }).amongMany === true));
});
