import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { allOf, emailContains, refusalOf, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
beforeEach(async () => {
  await sandbox.control('POST', 'reset', { seed: 'empty' });
  await sandbox.control('POST', 'settings', { segmentLagMs: 0 });
});

const lists = '/crm/v3/lists';
const list = z.looseObject({
  listId: z.string(), listVersion: z.number(), name: z.string(), objectTypeId: z.string(), processingType: z.string(), processingStatus: z.string(),
  size: z.number().optional(), filterBranch: z.looseObject({}).optional(), additionalProperties: z.record(z.string(), z.string()).optional(),
});
const one = z.object({ list });
const create = async (name: string, processingType: string, filterBranch?: unknown, objectTypeId = '0-1') => {
  const answer = await sandbox.call('POST', lists, { name, objectTypeId, processingType, ...(filterBranch === undefined ? {} : { filterBranch }) });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return one.parse(answer.body).list;
};
const read = async (listId: string) => one.parse((await sandbox.call('GET', `${lists}/${listId}`)).body).list;
const contact = async (properties: Record<string, string>): Promise<string> => (await sandbox.client.crm.contacts.basicApi.create({ properties })).id;
const members = async (listId: string): Promise<string[]> => {
  const { body } = await sandbox.call('GET', `${lists}/${listId}/memberships`);
  return z.looseObject({ results: z.array(z.looseObject({ recordId: z.string(), membershipTimestamp: z.string() })) }).parse(body).results.map(({ recordId }) => recordId);
};

describe('a list', () => {
  test('is created, read by id, by name and with its filters', async () => {
    const made = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    assert.equal(made.processingType, 'DYNAMIC');
    assert.equal((await read(made.listId)).filterBranch, undefined);
    const { body } = await sandbox.call('GET', `${lists}/${made.listId}?includeFilters=true`);
    assert.equal(one.parse(body).list.filterBranch?.['filterBranchType'], 'OR');
    const byName = await sandbox.call('GET', `${lists}/object-type-id/0-1/name/Webmail`);
    assert.equal(one.parse(byName.body).list.listId, made.listId);
    assert.equal((await sandbox.call('GET', `${lists}/object-type-id/0-1/name/Nobody`)).status, 404);
    assert.equal((await sandbox.call('GET', `${lists}/999`)).status, 404);
  });

  test('is found by ids, with and without the slash, leaving out unknown ids', async () => {
    const [a, b] = [await create('A', 'MANUAL'), await create('B', 'MANUAL')];
    for (const path of [lists, `${lists}/`, '/crm/lists/2026-03', '/crm/lists/2026-03/']) {
      const { body } = await sandbox.call('GET', `${path}?listIds=${a.listId}&listIds=999&listIds=${b.listId}`);
      assert.deepEqual(z.object({ lists: z.array(list) }).parse(body).lists.map(({ name }) => name), ['A', 'B']);
    }
    assert.deepEqual((await sandbox.call('GET', lists)).body, { lists: [] });
  });

  test('is found by the search: part of the name, type, object and page', async () => {
    await create('Alpha people', 'MANUAL');
    await create('Beta people', 'DYNAMIC', emailContains('@'));
    await create('Beta firms', 'MANUAL', undefined, '0-2');
    const search = async (body: object) => {
      const answer = z.looseObject({ total: z.number(), hasMore: z.boolean(), offset: z.number(), lists: z.array(list) }).parse((await sandbox.call('POST', `${lists}/search`, body)).body);
      return { ...answer, names: answer.lists.map(({ name }) => name) };
    };
    assert.deepEqual((await search({ query: 'PEOPLE' })).names, ['Alpha people', 'Beta people']);
    assert.deepEqual((await search({ processingTypes: ['DYNAMIC'] })).names, ['Beta people']);
    assert.deepEqual((await search({ objectTypeId: '0-2' })).names, ['Beta firms']);
    const first = await search({ count: 2, offset: 0 });
    assert.deepEqual([first.total, first.hasMore, first.offset, first.names.length], [3, true, 2, 2]);
    assert.deepEqual((await search({ count: 2, offset: 2 })).hasMore, false);
    assert.equal(first.lists[0]?.additionalProperties?.['hs_list_size'], '0');
  });

  test('is renamed, with a new version; a name is unique among the lists of an object', async () => {
    const [a] = [await create('A', 'MANUAL'), await create('B', 'MANUAL'), await create('A', 'MANUAL', undefined, '0-2')];
    const renamed = await sandbox.call('PUT', `${lists}/${a.listId}/update-list-name?listName=C`);
    const { updatedList } = z.object({ updatedList: list }).parse(renamed.body);
    assert.deepEqual([updatedList.name, updatedList.listVersion], ['C', 2]);
    for (const answer of [await sandbox.call('PUT', `${lists}/${a.listId}/update-list-name?listName=B`), await sandbox.call('POST', lists, { name: 'B', objectTypeId: '0-1', processingType: 'MANUAL' })]) {
      assert.deepEqual([answer.status, refusalOf(answer).codes], [400, ['ILS.DUPLICATE_LIST_NAMES']]);
    }
  });

  test('is deleted and restored with its members', async () => {
    const a = await create('A', 'MANUAL');
    const id = await contact({ email: 'a@example.com' });
    await sandbox.call('PUT', `${lists}/${a.listId}/memberships/add`, [id]);
    assert.equal((await sandbox.call('DELETE', `${lists}/${a.listId}`)).status, 204);
    assert.equal((await sandbox.call('GET', `${lists}/${a.listId}`)).status, 404);
    assert.equal((await sandbox.call('GET', `${lists}/${a.listId}/memberships`)).status, 404);
    assert.equal((await sandbox.call('PUT', `${lists}/${a.listId}/restore`)).status, 204);
    assert.deepEqual(await members(a.listId), [id]);
    await sandbox.call('DELETE', `${lists}/${a.listId}`);
    await sandbox.control('POST', 'clock', { advanceMs: 91 * 86_400_000 });
    assert.equal((await sandbox.call('PUT', `${lists}/${a.listId}/restore`)).status, 404);
  });

  for (const [what, body] of [
    ['DYNAMIC without filters', { processingType: 'DYNAMIC' }],
    ['MANUAL with filters', { processingType: 'MANUAL', filterBranch: emailContains('x') }],
    ['an unknown processing type', { processingType: 'STATIC' }],
    ['an AND at the root', { processingType: 'DYNAMIC', filterBranch: { filterBranchType: 'AND', filterBranches: [], filters: [] } }],
    ['an empty root', { processingType: 'DYNAMIC', filterBranch: { filterBranchType: 'OR', filterBranches: [], filters: [] } }],
    ['an unknown property', { processingType: 'DYNAMIC', filterBranch: allOf({ property: 'emial', operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' } }) }],
    ['an unknown operator', { processingType: 'DYNAMIC', filterBranch: allOf({ property: 'email', operation: { operationType: 'MULTISTRING', operator: 'LIKE', values: ['x'] } }) }],
    ['an operation of another type', { processingType: 'DYNAMIC', filterBranch: allOf({ property: 'email', operation: { operationType: 'NUMBER', operator: 'IS_EQUAL_TO', value: 5 } }) }],
  ] as const) {
    test(`cannot be created with ${what}`, async () => {
      const answer = await sandbox.call('POST', lists, { name: 'X', objectTypeId: '0-1', ...body });
      assert.deepEqual([answer.status, refusalOf(answer).category], [400, 'VALIDATION_ERROR']);
    });
  }
});

describe('the filters of an active list', () => {
  const people = { a: { email: 'a@gmail.example', firstname: 'Ada', annualrevenue: '9', closedate: '2026-01-01', hs_lead_status: 'NEW' }, b: { email: 'b@work.example', firstname: 'Bo', annualrevenue: '10', closedate: '2026-06-01' }, c: { email: 'c@work.example' } };
  const who = async (...filters: { property: string; operation: Record<string, unknown> }[]): Promise<string> => {
    const ids = new Map<string, string>();
    for (const [name, properties] of Object.entries(people)) ids.set(await contact(properties), name);
    const made = await create('X', 'DYNAMIC', allOf(...filters));
    return (await members(made.listId)).map((id) => ids.get(id)).join('');
  };
  const text = (operator: string, values: string[], more: object = {}) => ({ property: 'firstname', operation: { operationType: 'MULTISTRING', operator, values, ...more } });
  for (const [expected, filter] of [
    ['a', text('IS_EQUAL_TO', ['ada'])],
    ['b', text('IS_NOT_EQUAL_TO', ['Ada'])],
    ['bc', text('IS_NOT_EQUAL_TO', ['Ada'], { includeObjectsWithNoValueSet: true })],
    ['ab', text('CONTAINS', ['D', 'o'])],
    ['b', text('DOES_NOT_CONTAIN', ['d'])],
    ['b', text('STARTS_WITH', ['B'])],
    ['a', text('ENDS_WITH', ['da'])],
    ['a', { property: 'firstname', operation: { operationType: 'STRING', operator: 'CONTAINS', value: 'AD' } }],
    ['ab', { property: 'firstname', operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' } }],
    ['c', { property: 'firstname', operation: { operationType: 'ALL_PROPERTY', operator: 'IS_UNKNOWN' } }],
    ['b', { property: 'annualrevenue', operation: { operationType: 'NUMBER', operator: 'IS_GREATER_THAN', value: 9 } }],
    ['ab', { property: 'annualrevenue', operation: { operationType: 'NUMBER_RANGED', operator: 'IS_BETWEEN', lowerBound: 9, upperBound: 10 } }],
    ['a', { property: 'hs_lead_status', operation: { operationType: 'ENUMERATION', operator: 'IS_ANY_OF', values: ['NEW', 'OPEN'] } }],
    ['bc', { property: 'hs_lead_status', operation: { operationType: 'ENUMERATION', operator: 'IS_NONE_OF', values: ['NEW'], includeObjectsWithNoValueSet: true } }],
    ['b', { property: 'closedate', operation: { operationType: 'DATETIME', operator: 'IS_AFTER', timestamp: Date.UTC(2026, 2, 1) } }],
    ['a', { property: 'closedate', operation: { operationType: 'TIME_POINT', operator: 'IS_BEFORE', timePoint: { timeType: 'DATE', zoneId: 'UTC', year: 2026, month: 3, day: 1 } } }],
  ] as const) {
    test(`${filter.property} ${filter.operation.operationType} ${filter.operation.operator} gives ${expected}`, async () => {
      assert.equal(await who(filter), expected);
    });
  }

  test('are joined by AND within a branch and by OR between branches', async () => {
    assert.equal(await who(text('CONTAINS', ['a', 'b']), { property: 'annualrevenue', operation: { operationType: 'NUMBER', operator: 'IS_EQUAL_TO', value: 10 } }), 'b');
    const and = (value: string) => ({ filterBranchType: 'AND', filterBranches: [], filters: [{ filterType: 'PROPERTY', property: 'email', operation: { operationType: 'MULTISTRING', operator: 'STARTS_WITH', values: [value] } }] });
    const made = await create('Either', 'DYNAMIC', { filterBranchType: 'OR', filters: [], filterBranches: [and('a@'), and('c@')] });
    assert.equal((await members(made.listId)).length, 2);
  });
});

describe('an active list', () => {
  test('is PROCESSING from its creation until the lag has passed, then COMPLETE with its members', async () => {
    const id = await contact({ email: 'a@gmail.example' });
    await sandbox.control('POST', 'settings', { segmentLagMs: 60_000 });
    const made = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    assert.equal(made.processingStatus, 'PROCESSING');
    assert.deepEqual(await members(made.listId), []);
    await sandbox.control('POST', 'clock', { advanceMs: 60_001 });
    const after = await read(made.listId);
    assert.deepEqual([after.processingStatus, after.size], ['COMPLETE', 1]);
    assert.deepEqual(await members(made.listId), [id]);
  });

  test('notices a change only after the lag, silently, and without moving lastmodifieddate', async () => {
    const id = await contact({ email: 'a@gmail.example' });
    const { listId } = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    assert.deepEqual(await members(listId), [id]);
    await sandbox.control('POST', 'settings', { segmentLagMs: 60_000 });
    await sandbox.client.crm.contacts.basicApi.update(id, { properties: { email: 'a@work.example' } });
    const modified = async () => (await sandbox.client.crm.contacts.basicApi.getById(id)).properties['lastmodifieddate'];
    const before = await modified();
    await sandbox.control('POST', 'clock', { advanceMs: 30_000 });
    assert.deepEqual(await members(listId), [id]);
    assert.equal((await read(listId)).processingStatus, 'COMPLETE');
    await sandbox.control('POST', 'clock', { advanceMs: 30_001 });
    assert.deepEqual(await members(listId), []);
    assert.equal(await modified(), before);
  });

  test('notices each of two changes when its own lag has passed', async () => {
    const { listId } = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    await sandbox.control('POST', 'settings', { segmentLagMs: 60_000 });
    const id = await contact({ email: 'a@gmail.example' });
    await sandbox.control('POST', 'clock', { advanceMs: 50_000 });
    await sandbox.client.crm.contacts.basicApi.update(id, { properties: { email: 'a@work.example' } });
    await sandbox.control('POST', 'clock', { advanceMs: 11_000 });
    assert.deepEqual(await members(listId), [id]);
    await sandbox.control('POST', 'clock', { advanceMs: 50_000 });
    assert.deepEqual(await members(listId), []);
    const { log } = z.object({ log: z.array(z.object({ listId: z.string(), recordId: z.string(), change: z.string(), at: z.string() })) }).parse(await sandbox.control('GET', `membership-log?listId=${listId}`));
    assert.deepEqual(log.map(({ change, recordId }) => [change, recordId]), [['joined', id], ['left', id]]);
    const [joined, left] = log.map(({ at }) => Date.parse(at));
    assert.ok(joined !== undefined && left !== undefined && left - joined >= 50_000);
  });

  test('processes again when its filters change, and keeps its members until then', async () => {
    const [a, b] = [await contact({ email: 'a@gmail.example' }), await contact({ email: 'b@work.example' })];
    const { listId } = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    await members(listId);
    await sandbox.control('POST', 'settings', { segmentLagMs: 60_000 });
    const answer = await sandbox.call('PUT', `${lists}/${listId}/update-list-filters`, { filterBranch: emailContains('@work.') });
    const { updatedList } = z.object({ updatedList: list }).parse(answer.body);
    assert.deepEqual([updatedList.processingStatus, updatedList.listVersion], ['PROCESSING', 2]);
    assert.deepEqual(await members(listId), [a]);
    await sandbox.control('POST', 'clock', { advanceMs: 60_001 });
    assert.deepEqual(await members(listId), [b]);
    assert.equal((await read(listId)).processingStatus, 'COMPLETE');
  });

  test('loses an archived contact at once and takes it back after a restore', async () => {
    const id = await contact({ email: 'a@gmail.example' });
    const { listId } = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    assert.deepEqual(await members(listId), [id]);
    await sandbox.client.crm.contacts.basicApi.archive(id);
    assert.deepEqual(await members(listId), []);
    await sandbox.control('POST', 'undelete', { id });
    assert.deepEqual(await members(listId), [id]);
  });

  test('holds the merged record instead of the two', async () => {
    const [a, b] = [await contact({ email: 'a@gmail.example' }), await contact({ email: 'b@gmail.example' })];
    const { listId } = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    const fair = await create('Fair', 'MANUAL');
    await sandbox.call('PUT', `${lists}/${fair.listId}/memberships/add`, [b]);
    const merged = await sandbox.client.crm.contacts.basicApi.merge({ primaryObjectId: a, objectIdToMerge: b });
    assert.deepEqual(await members(listId), [merged.id]);
    assert.deepEqual(await members(fair.listId), [merged.id]);
  });

  test('follows another list', async () => {
    const id = await contact({ email: 'a@gmail.example' });
    const first = await create('Webmail', 'DYNAMIC', emailContains('@gmail.'));
    const second = await create('Same', 'DYNAMIC', { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [{ filterType: 'IN_LIST', listId: first.listId, operator: 'IN_LIST' }] }] });
    assert.deepEqual(await members(second.listId), [id]);
  });
});

describe('a snapshot list', () => {
  test('is filled once and kept by people then', async () => {
    const a = await contact({ email: 'a@gmail.example' });
    const { listId } = await create('Snapshot', 'SNAPSHOT', emailContains('@gmail.'));
    assert.deepEqual(await members(listId), [a]);
    const b = await contact({ email: 'b@gmail.example' });
    assert.deepEqual(await members(listId), [a]);
    assert.equal((await sandbox.call('PUT', `${lists}/${listId}/memberships/add`, [b])).status, 200);
    assert.deepEqual(await members(listId), [a, b]);
    assert.equal((await sandbox.call('PUT', `${lists}/${listId}/update-list-filters`, { filterBranch: emailContains('x') })).status, 400);
  });
});
