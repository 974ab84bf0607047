import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { FilterOperatorEnum } from '@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js';
import { page, refusalOf, refused, testSandbox } from './sandbox.ts';

const sandbox = await testSandbox();
beforeEach(() => sandbox.control('POST', 'reset', { seed: 'empty' }));

const path = '/crm/v3/objects/contacts/search';
type Row = Record<string, string>;
const make = async (...rows: Row[]): Promise<void> => {
  await sandbox.client.crm.contacts.batchApi.create({ inputs: rows.map((properties) => ({ properties })) });
};
const emails = async (body: Record<string, unknown>): Promise<string[]> => {
  const answer = await sandbox.call('POST', path, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return page.parse(answer.body).results.map(({ properties }) => properties['email']?.split('@')[0] ?? '');
};
const filtered = (...filters: Record<string, unknown>[]): Promise<string[]> => emails({ filterGroups: [{ filters }] });

describe('the search', () => {
  test('answers through the client, with total, sort and paging', async () => {
    await make(...['c', 'a', 'b'].map((name) => ({ email: `${name}@example.com`, city: 'Rome' })));
    const first = await sandbox.client.crm.contacts.searchApi.doSearch({
      filterGroups: [{ filters: [{ propertyName: 'city', operator: FilterOperatorEnum.Eq, value: 'rome' }] }], sorts: ['-email'], properties: ['email'], limit: 2,
    });
    assert.equal(first.total, 3);
    assert.deepEqual(first.results.map(({ properties }) => properties['email']), ['c@example.com', 'b@example.com']);
    assert.equal(first.paging?.next?.after, '2');
    assert.deepEqual(await emails({ sorts: [{ propertyName: 'email', direction: 'DESCENDING' }], limit: 2, after: '2' }), ['a']);
  });

  test('knows every operator', async () => {
    await make(
      { email: 'a@one.example', firstname: 'Ada', annualrevenue: '9', closedate: '2026-01-01T00:00:00Z', hs_lead_status: 'NEW' },
      { email: 'b@two.example', firstname: 'Bo Ada', annualrevenue: '10', closedate: '2026-02-01T00:00:00Z', hs_lead_status: 'OPEN' },
      { email: 'c@two.example', annualrevenue: '100' },
    );
    const by = (propertyName: string, operator: string, more: object = {}) => filtered({ propertyName, operator, ...more });
    assert.deepEqual(await by('firstname', 'EQ', { value: 'ADA' }), ['a']);
    assert.deepEqual(await by('firstname', 'NEQ', { value: 'ada' }), ['b', 'c']);
    assert.deepEqual(await by('annualrevenue', 'LT', { value: '10' }), ['a']);
    assert.deepEqual(await by('annualrevenue', 'LTE', { value: '10' }), ['a', 'b']);
    assert.deepEqual(await by('annualrevenue', 'GT', { value: '10' }), ['c']);
    assert.deepEqual(await by('annualrevenue', 'GTE', { value: '10' }), ['b', 'c']);
    assert.deepEqual(await by('annualrevenue', 'BETWEEN', { value: '9', highValue: '10' }), ['a', 'b']);
    assert.deepEqual(await by('closedate', 'GTE', { value: String(Date.UTC(2026, 0, 15)) }), ['b']);
    assert.deepEqual(await by('hs_lead_status', 'IN', { values: ['NEW', 'OPEN'] }), ['a', 'b']);
    assert.deepEqual(await by('hs_lead_status', 'NOT_IN', { values: ['NEW'] }), ['b', 'c']);
    assert.deepEqual(await by('firstname', 'HAS_PROPERTY'), ['a', 'b']);
    assert.deepEqual(await by('firstname', 'NOT_HAS_PROPERTY'), ['c']);
    assert.deepEqual(await by('firstname', 'CONTAINS_TOKEN', { value: 'ada' }), ['a', 'b']);
    assert.deepEqual(await by('firstname', 'NOT_CONTAINS_TOKEN', { value: 'bo' }), ['a', 'c']);
    assert.deepEqual(await by('email', 'CONTAINS_TOKEN', { value: '*@two.example' }), ['b', 'c']);
    assert.deepEqual(await by('email', 'CONTAINS_TOKEN', { value: 'two' }), ['b', 'c']);
  });

  test('takes text for IN in lower case only', async () => {
    await make({ email: 'a@example.com', firstname: 'Ada' });
    assert.deepEqual(await filtered({ propertyName: 'firstname', operator: 'IN', values: ['ada'] }), ['a']);
    assert.deepEqual(await filtered({ propertyName: 'firstname', operator: 'IN', values: ['Ada'] }), []);
  });

  test('joins filters of a group by AND and groups by OR, beside a text query', async () => {
    await make({ email: 'a@example.com', firstname: 'Ada', city: 'Rome' }, { email: 'b@example.com', firstname: 'Bo', city: 'Rome' }, { email: 'c@example.com', firstname: 'Cy', city: 'Bari' });
    const is = (propertyName: string, value: string) => ({ propertyName, operator: 'EQ', value });
    const filterGroups = [{ filters: [is('city', 'Rome'), is('firstname', 'Ada')] }, { filters: [is('city', 'Bari')] }];
    assert.deepEqual(await emails({ filterGroups }), ['a', 'c']);
    assert.deepEqual(await emails({ filterGroups, query: 'cy' }), ['c']);
    assert.deepEqual(await emails({ query: 'bo exam' }), ['b']);
  });

  const some = { propertyName: 'city', operator: 'HAS_PROPERTY' };
  const groups = (count: number, filters: number) => ({ filterGroups: Array.from({ length: count }, () => ({ filters: Array.from({ length: filters }, () => some) })) });
  for (const [what, body] of [
    ['six groups', groups(6, 1)],
    ['seven filters in a group', groups(1, 7)],
    ['more than 18 filters', groups(4, 5)],
    ['two sorts', { sorts: ['email', 'city'] }],
    ['a page of 201', { limit: 201 }],
    ['a query of 3,001 characters', { query: 'x'.repeat(3001) }],
    ['what lies beyond 10,000 results', { limit: 200, after: '9900' }],
    ['an unknown property', { filterGroups: [{ filters: [{ propertyName: 'emial', operator: 'EQ', value: 'x' }] }] }],
    ['an unknown operator', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'LIKE', value: 'x' }] }] }],
    ['an operator without its value', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ' }] }] }],
    ['text against a number', { filterGroups: [{ filters: [{ propertyName: 'annualrevenue', operator: 'GT', value: 'much' }] }] }],
  ] as const) {
    test(`refuses ${what} with 400`, async () => {
      const refusal = refusalOf(await sandbox.call('POST', path, body));
      assert.deepEqual([refusal.code, refusal.category], [400, 'VALIDATION_ERROR']);
    });
  }

  test('reaches up to the 10,000th result', async () => {
    assert.equal((await sandbox.call('POST', path, { limit: 200, after: '9800' })).status, 200);
  });

  test('shows no archived contacts', async () => {
    await make({ email: 'a@example.com' });
    const { results } = await sandbox.client.crm.contacts.basicApi.getPage();
    await sandbox.client.crm.contacts.basicApi.archive(results[0]?.id ?? '');
    assert.deepEqual(await emails({}), []);
  });

  test('lags behind creates, changes and archiving by the time that is set', async () => {
    await make({ email: 'old@example.com', city: 'Rome' });
    await sandbox.control('POST', 'settings', { searchLagMs: 60_000 });
    const { results } = await sandbox.client.crm.contacts.basicApi.getPage();
    const id = results[0]?.id ?? '';
    const rome = () => filtered({ propertyName: 'city', operator: 'EQ', value: 'Rome' });
    await make({ email: 'new@example.com', city: 'Rome' });
    await sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: 'Bari' } });
    assert.deepEqual(await rome(), ['old']);
    assert.equal((await sandbox.client.crm.contacts.basicApi.getById(id, ['city'])).properties['city'], 'Bari');
    await sandbox.control('POST', 'clock', { advanceMs: 60_001 });
    assert.deepEqual(await rome(), ['new']);
    await sandbox.client.crm.contacts.basicApi.archive(id);
    assert.deepEqual(await emails({ sorts: ['email'] }), ['new', 'old']);
    await sandbox.control('POST', 'clock', { advanceMs: 60_001 });
    assert.deepEqual(await emails({}), ['new']);
    await sandbox.control('POST', 'settings', { searchLagMs: 0 });
  });

  test('has five calls a second for the account, and no limit headers', async () => {
    const limited = await testSandbox({ rateLimit: true });
    const statuses = [];
    for (let i = 0; i < 6; i++) statuses.push((await limited.call('POST', path, {})).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
    const refusal = await limited.call('POST', path, {});
    assert.equal(refusal.headers.get('x-hubspot-ratelimit-max'), null);
    assert.match(refusalOf(refusal).message, /secondly limit/);
    await limited.control('POST', 'clock', { advanceMs: 1001 });
    assert.equal((await limited.call('POST', path, {})).status, 200);
    assert.equal((await refused(Promise.all(Array.from({ length: 8 }, () => limited.client.crm.contacts.searchApi.doSearch({}))))).code, 429);
  });
});
