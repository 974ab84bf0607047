import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TypedSearchAttributes } from '@temporalio/common';
import { allInSync, knownContacts } from '../../activities/contacts.ts';
import type { World } from '../../activities/world.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { HubSpotId, SyncStatus } from '../../workflows/search-attributes.ts';

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

/** A visibility in which these have workflows; notes how many ids each list named, 0 where it asked for anybody. */
function listing(there: readonly string[]) {
  const named: number[] = [];
  const attributes = (id: string) => ({ typedSearchAttributes: new TypedSearchAttributes([{ key: HubSpotId, value: id }, { key: SyncStatus, value: 'in-sync' }]) });
  const client = { workflow: { async* list({ query }: { query: string }) {
    const asked = /HubSpotId IN \(([^)]*)\)/.exec(query)?.[1]?.match(/\d+/g) ?? null;
    named.push(asked?.length ?? 0);
    yield* there.filter((id) => asked === null || asked.includes(id)).map(attributes);
  } } };
  return { named, world: { connection: 'main', client } as unknown as World };
}

test('as long as nobody has a workflow, one short question stands for the lists of a page', async () => {
  const { named, world } = listing([]);
  assert.deepEqual([...await knownContacts(world, ids(400))], []);
  assert.deepEqual(named, [0]);
});

test('whoever has a workflow is found, wherever it stands; few are listed without that question', async () => {
  const { named, world } = listing(['1', '200', '201', '400', '401']);
  assert.deepEqual([...(await knownContacts(world, ids(400))).keys()], ['1', '200', '201', '400']);
  assert.deepEqual(named, [0, 200, 200]);
  assert.deepEqual([...(await knownContacts(world, ids(2))).values()], [{ status: 'in-sync', inSegment: null, salesforceId: null, syncedAt: null }]);
  assert.deepEqual(named.slice(3), [2]);
});
