import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { refused, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
beforeEach(() => sandbox.control('POST', 'reset', { seed: 'empty' }));

const batch = () => sandbox.client.crm.contacts.batchApi;
const make = async (...emails: string[]): Promise<string[]> => {
  const { results } = await batch().create({ inputs: emails.map((email) => ({ properties: { email } })) });
  return results.map(({ id }) => id);
};
const outcome = z.looseObject({
  status: z.string(), numErrors: z.number().default(0),
  results: z.array(z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string().nullable()), objectWriteTraceId: z.string().optional(), new: z.boolean().optional() })),
  errors: z.array(z.looseObject({ category: z.string(), message: z.string(), context: z.record(z.string(), z.array(z.string())) })).default([]),
});
const post = async (call: string, body: unknown) => {
  const answer = await sandbox.call('POST', `/crm/v3/objects/contacts/batch/${call}`, body);
  return { status: answer.status, body: outcome.parse(answer.body) };
};

describe('batch create', () => {
  test('makes 100 at once, in order', async () => {
    const emails = Array.from({ length: 100 }, (_, i) => `n${i}@example.com`);
    const { results, status } = await batch().create({ inputs: emails.map((email) => ({ properties: { email } })) });
    assert.equal(status, 'COMPLETE');
    assert.deepEqual(results.map(({ properties }) => properties['email']), emails);
  });

  test('refuses more than 100 rows, and none', async () => {
    const rows = (length: number) => Array.from({ length }, (_, i) => ({ properties: { email: `n${i}@example.com` } }));
    assert.equal((await refused(batch().create({ inputs: rows(101) }))).code, 400);
    assert.equal((await refused(batch().create({ inputs: [] }))).code, 400);
  });

  test('fails as a whole for one bad row without trace ids', async () => {
    await make('ada@example.com');
    const bad = await refused(batch().create({ inputs: [{ properties: { email: 'new@example.com' } }, { properties: { email: 'ADA@example.com' } }] }));
    assert.equal(bad.code, 409);
    assert.equal((await sandbox.client.crm.contacts.basicApi.getPage()).results.length, 1);
  });

  test('reports row by row where every input has its own trace id', async () => {
    const [ada] = await make('ada@example.com');
    const { status, body } = await post('create', { inputs: [
      { properties: { email: 'new@example.com' }, objectWriteTraceId: 'a' },
      { properties: { email: 'ADA@example.com' }, objectWriteTraceId: 'b' },
      { properties: { email: 'NEW@example.com' }, objectWriteTraceId: 'c' },
      { properties: { emial: 'x@example.com' }, objectWriteTraceId: 'd' },
    ] });
    assert.equal(status, 207);
    assert.deepEqual(body.results.map(({ objectWriteTraceId }) => objectWriteTraceId), ['a']);
    assert.equal(body.numErrors, 3);
    assert.deepEqual(body.errors.map(({ category, context }) => [category, context['objectWriteTraceId']]), [['CONFLICT', ['b']], ['CONFLICT', ['c']], ['VALIDATION_ERROR', ['d']]]);
    assert.match(body.errors[0]?.message ?? '', new RegExp(`Existing ID: ${ada}$`));
    assert.match(body.errors[1]?.message ?? '', new RegExp(`Existing ID: ${body.results[0]?.id}$`));
  });

  test('fails as a whole where two rows share a trace id', async () => {
    const inputs = [{ properties: { email: 'a@example.com' }, objectWriteTraceId: 'a' }, { properties: { emial: 'x' }, objectWriteTraceId: 'a' }];
    assert.equal((await sandbox.call('POST', '/crm/v3/objects/contacts/batch/create', { inputs })).status, 400);
  });
});

describe('batch read', () => {
  test('answers 207 with the ids that are missing', async () => {
    const [one, two] = await make('a@example.com', 'b@example.com');
    const { status, body } = await post('read', { inputs: [{ id: one }, { id: '999' }, { id: two }, { id: '998' }], properties: ['email'] });
    assert.equal(status, 207);
    assert.deepEqual(body.results.map(({ id }) => id), [one, two]);
    assert.deepEqual(body.errors.map(({ category, context }) => [category, context]), [['OBJECT_NOT_FOUND', { ids: ['999', '998'] }]]);
  });

  test('reads by email, with history, and archived ones', async () => {
    const [one] = await make('a@example.com');
    const found = await batch().read({ inputs: [{ id: 'A@example.com' }], idProperty: 'email', properties: ['email'], propertiesWithHistory: ['email'] });
    assert.equal(found.results[0]?.id, one);
    assert.equal(found.results[0]?.propertiesWithHistory?.['email']?.[0]?.sourceType, 'INTEGRATION');
    await batch().archive({ inputs: [{ id: one ?? '' }] });
    const archived = await batch().read({ inputs: [{ id: one ?? '' }], properties: [], propertiesWithHistory: [] }, true);
    assert.equal(archived.results[0]?.archived, true);
  });

  test('shows a merged record under its new id', async () => {
    const [one, two] = await make('a@example.com', 'b@example.com');
    const merged = await sandbox.client.crm.contacts.basicApi.merge({ primaryObjectId: one ?? '', objectIdToMerge: two ?? '' });
    const { body } = await post('read', { inputs: [{ id: two }] });
    assert.deepEqual(body.results.map(({ id }) => id), [merged.id]);
  });
});

describe('batch update', () => {
  test('changes the rows and answers 207 for ids that do not exist', async () => {
    const [one] = await make('a@example.com');
    const { status, body } = await post('update', { inputs: [{ id: one, properties: { city: 'Rome' } }, { id: '999', properties: { city: 'Rome' } }] });
    assert.equal(status, 207);
    assert.equal(body.results[0]?.properties['city'], 'Rome');
    assert.deepEqual(body.errors[0]?.context, { ids: ['999'] });
  });

  test('fails as a whole for a bad value, unless the sandbox is told to fail rows', async () => {
    const [one, two] = await make('a@example.com', 'b@example.com');
    const inputs: { id: string; properties: Record<string, string> }[] = [{ id: one ?? '', properties: { city: 'Rome' } }, { id: two ?? '', properties: { hs_lead_status: 'vip' } }];
    assert.equal((await refused(batch().update({ inputs }))).code, 400);
    assert.equal((await sandbox.client.crm.contacts.basicApi.getById(one ?? '', ['city'])).properties['city'], null);
    await sandbox.control('POST', 'settings', { batchErrors: 'rows' });
    const { status, body } = await post('update', { inputs });
    assert.deepEqual([status, body.results.length, body.errors[0]?.context], [207, 1, { ids: [two] }]);
  });

  test('updates by email and refuses an id given twice', async () => {
    await make('a@example.com');
    const { results } = await batch().update({ inputs: [{ id: 'A@example.com', idProperty: 'email', properties: { city: 'Rome' } }] });
    assert.equal(results[0]?.properties['city'], 'Rome');
    const twice = { id: 'a@example.com', idProperty: 'email', properties: { city: 'Bari' } };
    assert.equal((await refused(batch().update({ inputs: [twice, twice] }))).code, 400);
  });
});

describe('batch upsert', () => {
  test('creates or updates by email and says which', async () => {
    const [one] = await make('a@example.com');
    const { status, body } = await post('upsert', { inputs: [
      { id: 'A@example.com', idProperty: 'email', properties: { city: 'Rome' }, objectWriteTraceId: 'x' },
      { id: 'b@example.com', idProperty: 'email', properties: { city: 'Bari' } },
    ] });
    assert.equal(status, 200);
    assert.deepEqual(body.results.map((row) => [row.id === one, row.new, row.properties['city'], row.objectWriteTraceId]), [[true, false, 'Rome', 'x'], [false, true, 'Bari', undefined]]);
    const again = await batch().upsert({ inputs: [{ id: 'b@example.com', idProperty: 'email', properties: { city: 'Pisa' } }] });
    const [row] = again.results;
    assert.ok(row);
    const { _new: isNew } = row;
    assert.equal(isNew, false);
  });

  test('matches on a custom unique property, which stays unique', async () => {
    const unique = { name: 'customer_number', label: 'Customer number', type: 'string', fieldType: 'text', groupName: 'contactinformation', hasUniqueValue: true };
    assert.equal((await sandbox.call('POST', '/crm/v3/properties/contacts', unique)).status, 201);
    const row = (id: string, email: string) => ({ id, idProperty: 'customer_number', properties: { email } });
    const first = await batch().upsert({ inputs: [row('K1', 'a@example.com'), row('K2', 'b@example.com')] });
    assert.deepEqual(first.results.map(({ _new: isNew }) => isNew), [true, true]);
    const second = await batch().upsert({ inputs: [row('K1', 'c@example.com')] });
    assert.deepEqual(second.results.map(({ id, _new: isNew }) => [id, isNew]), [[first.results[0]?.id, false]]);
    assert.equal((await refused(sandbox.client.crm.contacts.basicApi.update(first.results[1]?.id ?? '', { properties: { customer_number: 'K1' } }))).code, 409);
    assert.equal((await refused(batch().upsert({ inputs: [{ id: 'x', idProperty: 'city', properties: { email: 'd@example.com' } }] }))).code, 400);
  });
});

describe('batch archive', () => {
  test('answers 204, for unknown ids too', async () => {
    const [one] = await make('a@example.com');
    await batch().archive({ inputs: [{ id: one ?? '' }, { id: '999' }] });
    assert.equal((await sandbox.client.crm.contacts.basicApi.getPage()).results.length, 0);
  });

  test('answers 207 for a row that a fault refuses', async () => {
    const [one, two] = await make('a@example.com', 'b@example.com');
    await sandbox.control('POST', 'faults', { path: '/crm/v3/objects/contacts/batch/archive', row: { match: `"${two}"`, code: 'LOCKED', fields: [] } });
    const { status, body } = await post('archive', { inputs: [{ id: one }, { id: two }] });
    assert.deepEqual([status, body.errors[0]?.category, body.errors[0]?.context['ids']], [207, 'LOCKED', [two]]);
    assert.deepEqual((await sandbox.client.crm.contacts.basicApi.getPage()).results.map(({ id }) => id), [two]);
  });
});

test('a row fault fails its rows in create, read, update and upsert, and nothing else', async () => {
  const [one, two] = await make('a@example.com', 'b@example.com');
  const fault = (match: string) => sandbox.control('POST', 'faults', { row: { match, code: 'MEAN_ROW', fields: ['email'] } });
  await fault('mean@');
  const created = await post('create', { inputs: ['mean@example.com', 'kind@example.com'].map((email) => ({ properties: { email }, objectWriteTraceId: email })) });
  assert.deepEqual([created.status, created.body.results.length, created.body.errors[0]?.category], [207, 1, 'MEAN_ROW']);
  await fault(`"${one}"`);
  assert.deepEqual((await post('read', { inputs: [{ id: one }, { id: two }] })).body.results.map(({ id }) => id), [two]);
  for (const call of ['update', 'upsert']) {
    await fault('Mean');
    const { body } = await post(call, { inputs: [{ id: one, properties: { city: 'Mean' } }, { id: two, properties: { city: 'Kind' } }] });
    assert.deepEqual([body.results.map(({ id }) => id), body.errors.map(({ category }) => category)], [[two], ['MEAN_ROW']]);
  }
});
