import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { emailContains, refusalOf, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
beforeEach(() => sandbox.control('POST', 'reset', { seed: 'empty' }));

const lists = '/crm/v3/lists';
const create = async (name: string, filterBranch?: unknown): Promise<string> => {
  const { body } = await sandbox.call('POST', lists, { name, objectTypeId: '0-1', ...(filterBranch === undefined ? { processingType: 'MANUAL' } : { processingType: 'DYNAMIC', filterBranch }) });
  return z.object({ list: z.looseObject({ listId: z.string() }) }).parse(body).list.listId;
};
const contacts = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let from = 0; from < count; from += 100) {
    const { results } = await sandbox.client.crm.contacts.batchApi.create({ inputs: Array.from({ length: Math.min(100, count - from) }, (_, i) => ({ properties: { email: `n${from + i}@example.com` } })) });
    ids.push(...results.map(({ id }) => id));
  }
  return ids;
};
const membershipPage = z.looseObject({
  total: z.number(), results: z.array(z.looseObject({ recordId: z.string(), membershipTimestamp: z.string() })),
  paging: z.looseObject({ next: z.looseObject({ after: z.string() }).optional(), prev: z.looseObject({ before: z.string() }).optional() }).optional(),
});
const page = async (path: string) => membershipPage.parse((await sandbox.call('GET', `${lists}/${path}`)).body);

describe('the members of a list', () => {
  test('come by record id in pages of at most 250, forwards and backwards', async () => {
    const ids = await contacts(600);
    const listId = await create('All', emailContains('@'));
    const seen: string[] = [];
    let after = '';
    let last;
    do {
      last = await page(`${listId}/memberships?limit=250${after}`);
      seen.push(...last.results.map(({ recordId }) => recordId));
      after = `&after=${last.paging?.next?.after}`;
    } while (last.paging?.next);
    assert.deepEqual(seen, ids);
    assert.equal(last.total, 600);
    const before = await page(`${listId}/memberships?limit=250&before=${last.paging?.prev?.before}`);
    assert.deepEqual(before.results.map(({ recordId }) => recordId), ids.slice(250, 500));
    assert.equal((await page(`${listId}/memberships`)).results.length, 100);
    assert.equal((await sandbox.call('GET', `${lists}/${listId}/memberships?limit=251`)).status, 400);
    assert.equal((await sandbox.call('GET', `${lists}/${listId}/memberships?after=nonsense!`)).status, 400);
  });

  test('come in the order of joining too', async () => {
    const [a = '', b = '', c = ''] = await contacts(3);
    const listId = await create('Fair');
    for (const id of [c, a, b]) await sandbox.call('PUT', `${lists}/${listId}/memberships/add`, [id]);
    const first = await page(`${listId}/memberships/join-order?limit=2`);
    assert.deepEqual(first.results.map(({ recordId }) => recordId), [c, a]);
    const second = await page(`${listId}/memberships/join-order?limit=2&after=${first.paging?.next?.after}`);
    assert.deepEqual(second.results.map(({ recordId }) => recordId), [b]);
    assert.deepEqual((await page(`${listId}/memberships`)).results.map(({ recordId }) => recordId), [a, b, c]);
  });

  test('leave without disturbing who reads on in the order of joining', async () => {
    const ids = await contacts(6);
    const listId = await create('Fair');
    const put = (path: string, members: string[]) => sandbox.call('PUT', `${lists}/${listId}/memberships/${path}`, members);
    await put('add', ids);
    const first = await page(`${listId}/memberships/join-order?limit=3`);
    assert.deepEqual(first.results.map(({ recordId }) => recordId), ids.slice(0, 3));
    await put('remove', [ids[0] ?? '', ids[2] ?? '', ids[4] ?? '']);
    await put('add', [ids[0] ?? '']);
    const rest = await page(`${listId}/memberships/join-order?after=${first.paging?.next?.after}`);
    assert.deepEqual(rest.results.map(({ recordId }) => recordId), [ids[3], ids[5], ids[0]]);
    assert.deepEqual((await page(`${listId}/memberships/join-order`)).results.map(({ recordId }) => recordId), [ids[1], ids[3], ids[5], ids[0]]);
  });

  test('are added and removed in static lists, and the answer says who and who is missing', async () => {
    const [a = '', b = ''] = await contacts(2);
    const listId = await create('Fair');
    const put = async (path: string, body: unknown) => (await sandbox.call('PUT', `${lists}/${listId}/memberships/${path}`, body)).body;
    assert.deepEqual(await put('add', [a, b, '999']), { recordsIdsAdded: [a, b], recordIdsRemoved: [], recordIdsMissing: ['999'] });
    assert.deepEqual(await put('add', [a]), { recordsIdsAdded: [], recordIdsRemoved: [], recordIdsMissing: [] });
    assert.deepEqual(await put('remove', [a]), { recordsIdsAdded: [], recordIdsRemoved: [a], recordIdsMissing: [] });
    assert.deepEqual(await put('add-and-remove', { recordIdsToAdd: [a], recordIdsToRemove: [b] }), { recordsIdsAdded: [a], recordIdsRemoved: [b], recordIdsMissing: [] });
    assert.equal((await sandbox.call('DELETE', `${lists}/${listId}/memberships`)).status, 204);
    assert.equal((await page(`${listId}/memberships`)).total, 0);
  });

  test('of an active list cannot be changed by hand', async () => {
    const [a = ''] = await contacts(1);
    const listId = await create('All', emailContains('@'));
    for (const [path, body] of [['add', [a]], ['remove', [a]], ['add-and-remove', { recordIdsToAdd: [a], recordIdsToRemove: [] }]] as const) {
      const answer = await sandbox.call('PUT', `${lists}/${listId}/memberships/${path}`, body);
      assert.deepEqual([answer.status, refusalOf(answer).category], [400, 'VALIDATION_ERROR']);
    }
    assert.equal((await page(`${listId}/memberships`)).total, 1);
  });
});

describe('the lists of a record', () => {
  const membership = z.looseObject({ listId: z.string(), listVersion: z.number(), firstAddedTimestamp: z.string(), lastAddedTimestamp: z.string() });

  test('are read one by one; the first time of joining outlives leaving', async () => {
    const [a = ''] = await contacts(1);
    const [active, fair] = [await create('All', emailContains('@')), await create('Fair')];
    const put = (path: string) => sandbox.call('PUT', `${lists}/${fair}/memberships/${path}`, [a]);
    await put('add');
    await put('remove');
    await sandbox.control('POST', 'clock', { advanceMs: 5000 });
    await put('add');
    const { results } = z.looseObject({ results: z.array(membership) }).parse((await sandbox.call('GET', `${lists}/records/0-1/${a}/memberships`)).body);
    assert.deepEqual(results.map(({ listId }) => listId), [active, fair]);
    const joined = results[1];
    assert.ok(joined && Date.parse(joined.lastAddedTimestamp) - Date.parse(joined.firstAddedTimestamp) >= 5000);
    assert.equal((await sandbox.call('GET', `${lists}/records/0-1/999/memberships`)).status, 404);
  });

  test('are read in batches, 207 where records are unknown', async () => {
    const [a = '', b = ''] = await contacts(2);
    const listId = await create('Fair');
    await sandbox.call('PUT', `${lists}/${listId}/memberships/add`, [b]);
    const batch = (ids: string[]) => sandbox.client.apiRequest({ method: 'POST', path: '/crm/lists/2026-03/records/memberships/batch/read', body: { inputs: ids.map((recordId) => ({ objectTypeId: '0-1', recordId })) } });
    const shape = z.looseObject({ status: z.literal('COMPLETE'), results: z.array(z.object({ objectTypeId: z.string(), recordId: z.string(), recordListMemberships: z.array(membership) })), numErrors: z.number().optional() });
    const whole = await batch([a, b]);
    assert.equal(whole.status, 200);
    assert.deepEqual(shape.parse(await whole.json()).results.map(({ recordId, recordListMemberships }) => [recordId, recordListMemberships.map((each) => each.listId)]), [[a, []], [b, [listId]]]);
    const partial = await batch([a, '999']);
    assert.equal(partial.status, 207);
    assert.equal(shape.parse(await partial.json()).numErrors, 1);
    assert.equal((await batch(Array.from({ length: 101 }, () => a))).status, 400);
  });
});
