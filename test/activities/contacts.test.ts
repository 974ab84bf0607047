import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allInSync } from '../../activities/contacts.ts';
import type { World } from '../../activities/world.ts';
import type { HubSpotContactId } from '../../sync/records.ts';

/** A visibility in which these are shown in sync; notes what it was asked. */
function visibility(inSync: readonly string[]) {
  const queries: string[] = [];
  const client = { workflow: { count: async (query: string) => {
    queries.push(query);
    assert.match(query, /SyncStatus = 'in-sync'/);
    const asked = [...(/HubSpotId IN \(([^)]*)\)/.exec(query)?.[1] ?? '').matchAll(/\d+/g)].map(([id]) => id);
    return { count: inSync.filter((id) => asked.includes(id)).length };
  } } };
  return { queries, world: { connection: 'main', client } as unknown as World };
}
const ids = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1) as HubSpotContactId);

test('of a page of contacts it takes one question to know that all are in sync', async () => {
  const { queries, world } = visibility(ids(200));
  assert.equal(await allInSync(world, ids(200)), true);
  assert.equal(queries.length, 1);
});

test('one that is not, or has no workflow, is noticed wherever it stands', async () => {
  const all = ids(250);
  for (const missing of ['1', '200', '250']) {
    const { world } = visibility(all.filter((id) => id !== missing));
    assert.equal(await allInSync(world, all), false, missing);
  }
});
