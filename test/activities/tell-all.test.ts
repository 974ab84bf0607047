import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostAlone, tellAll } from '../../activities/tell-all.ts';
import type { World } from '../../activities/world.ts';
import type { HubSpotContactId } from '../../sync/records.ts';

/** A Temporal that notes what is signalled; `backlog` tasks wait for its workers. */
function temporal() {
  const told: { id: string | undefined; signal: string; input: unknown }[] = [];
  const state = { backlog: 0, asked: 0 };
  const client = {
    options: { namespace: 'default' },
    workflow: {
      signalWithStart: async (_: string, { workflowId, signal, signalArgs }: { workflowId: string; signal: string; signalArgs: unknown[] }) => {
        told.push({ id: workflowId.split('/').at(-1), signal, input: signalArgs[0] });
      },
    },
    workflowService: {
      describeTaskQueue: async () => {
        state.asked += 1;
        return { stats: { approximateBacklogCount: state.backlog } };
      },
    },
  };
  return { told, state, world: { connection: 'main', client } as unknown as World };
}

const changes = (count: number) => Array.from({ length: count }, (_, n) => ({ id: String(n + 1) as HubSpotContactId, news: { signal: 'changed', input: { source: 'hubspot', kind: 'change' } } } as const));

test('a few contacts are told at once, each to sync by itself', async () => {
  const { told, state, world } = temporal();
  state.backlog = 1_000;
  await tellAll(world, changes(mostAlone));
  assert.equal(told.length, mostAlone);
  assert.ok(told.every(({ input }) => !('amongMany' in (input as object))));
  assert.equal(state.asked, 0);
});

test('many are told that they are many, and no faster than workers take them up', async () => {
  const { told, state, world } = temporal();
  state.backlog = 1_000;
  const telling = tellAll(world, [...changes(mostAlone), { id: '51' as HubSpotContactId, news: { signal: 'look' } }]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(told.length, 0, 'workers have enough to do');
  state.backlog = 0;
  await telling;
  assert.equal(told.length, mostAlone + 1);
  assert.ok(told.every(({ signal, input }) => signal === 'look' || (input as { amongMany?: boolean }).amongMany === true));
});
