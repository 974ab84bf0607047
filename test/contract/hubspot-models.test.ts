import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { emailContains, testSandbox } from '../sandbox/hubspot/sandbox.ts';
import { deviations } from './hubspot-models.ts';

const sandbox = await testSandbox();
const contacts = '/crm/v3/objects/contacts';
const lists = '/crm/v3/lists';
// HubSpot sends a link to the record with each contact, and `status` in each error; the models know neither.
const EXTRA = ['url', 'status'];

const answer = async (method: string, path: string, body?: unknown, status = 200): Promise<unknown> => {
  const reply = await sandbox.call(method, path, body);
  assert.equal(reply.status, status, JSON.stringify(reply.body));
  return reply.body;
};
const conforms = (family: string, name: string, body: unknown): void => assert.deepEqual(deviations(family, name, body, EXTRA), []);
const ids = z.looseObject({ results: z.array(z.looseObject({ id: z.string() })) });

describe('the answers of the HubSpot sandbox have the fields and types of the client\'s models', () => {
  test('contacts', async () => {
    const inputs = Array.from({ length: 12 }, (_, i) => ({ properties: { email: `n${i}@gmail.example`, jobtitle: 'Engineer' }, objectWriteTraceId: String(i) }));
    const created = await answer('POST', `${contacts}/batch/create`, { inputs }, 201);
    conforms('crm/contacts', 'BatchResponseSimplePublicObject', created);
    const [first, second, third] = ids.parse(created).results;
    conforms('crm/contacts', 'BatchResponseSimplePublicObjectWithErrors', await answer('POST', `${contacts}/batch/create`, { inputs }, 207));
    conforms('crm/contacts', 'SimplePublicObject', await answer('POST', contacts, { properties: { email: 'one@example.com' } }, 201));
    conforms('crm/contacts', 'SimplePublicObjectWithAssociations', await answer('GET', `${contacts}/${first?.id}?propertiesWithHistory=jobtitle`));
    conforms('crm/contacts', 'SimplePublicObject', await answer('PATCH', `${contacts}/${first?.id}`, { properties: { city: 'Rome' } }));
    conforms('crm/contacts', 'CollectionResponseSimplePublicObjectWithAssociationsForwardPaging', await answer('GET', contacts));
    conforms('crm/contacts', 'BatchResponseSimplePublicObjectWithErrors', await answer('POST', `${contacts}/batch/read`, { inputs: [{ id: first?.id }, { id: '9' }], propertiesWithHistory: ['jobtitle'] }, 207));
    conforms('crm/contacts', 'BatchResponseSimplePublicObject', await answer('POST', `${contacts}/batch/update`, { inputs: [{ id: first?.id, properties: { city: 'Bari' } }] }));
    conforms('crm/contacts', 'BatchResponseSimplePublicUpsertObject', await answer('POST', `${contacts}/batch/upsert`, { inputs: [{ id: 'new@example.com', idProperty: 'email', properties: { city: 'Bari' } }] }));
    conforms('crm/contacts', 'CollectionResponseWithTotalSimplePublicObject', await answer('POST', `${contacts}/search`, {}));
    conforms('crm/contacts', 'SimplePublicObject', await answer('POST', `${contacts}/merge`, { primaryObjectId: first?.id, objectIdToMerge: second?.id }));
    await answer('DELETE', `${contacts}/${third?.id}`, undefined, 204);
    conforms('crm/contacts', 'SimplePublicObjectWithAssociations', await answer('GET', `${contacts}/${third?.id}?archived=true`));
  });

  test('lists', async () => {
    const [contact] = ids.parse(await answer('GET', contacts)).results;
    const { list } = z.object({ list: z.looseObject({ listId: z.string(), filterBranch: z.unknown() }) }).parse(await answer('POST', lists, { name: 'Webmail', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch: emailContains('@gmail.') }));
    conforms('crm/lists', 'ListCreateResponse', { list });
    conforms('crm/lists', 'PublicOrFilterBranch', list.filterBranch);
    conforms('crm/lists', 'ListFetchResponse', await answer('GET', `${lists}/${list.listId}`));
    conforms('crm/lists', 'ListsByIdResponse', await answer('GET', `${lists}/?listIds=${list.listId}`));
    conforms('crm/lists', 'ListSearchResponse', await answer('POST', `${lists}/search`, {}));
    conforms('crm/lists', 'ListUpdateResponse', await answer('PUT', `${lists}/${list.listId}/update-list-name?listName=Mail`));
    conforms('crm/lists', 'ListUpdateResponse', await answer('PUT', `${lists}/${list.listId}/update-list-filters`, { filterBranch: emailContains('@gmail.') }));
    conforms('crm/lists', 'ApiCollectionResponseJoinTimeAndRecordId', await answer('GET', `${lists}/${list.listId}/memberships?limit=2`));
    conforms('crm/lists', 'ApiCollectionResponseJoinTimeAndRecordId', await answer('GET', `${lists}/${list.listId}/memberships/join-order?limit=2`));
    conforms('crm/lists', 'ApiCollectionResponseRecordListMembershipNoPaging', await answer('GET', `${lists}/records/0-1/${contact?.id}/memberships`));
    const inputs = [{ objectTypeId: '0-1', recordId: contact?.id }, { objectTypeId: '0-1', recordId: '9' }];
    conforms('crm/lists', 'BatchResponseRecordIdWithMembershipsWithErrors', await answer('POST', `${lists}/records/memberships/batch/read`, { inputs }, 207));
    const made = z.object({ list: z.looseObject({ listId: z.string() }) }).parse(await answer('POST', lists, { name: 'Fair', objectTypeId: '0-1', processingType: 'MANUAL' }));
    conforms('crm/lists', 'MembershipsUpdateResponse', await answer('PUT', `${lists}/${made.list.listId}/memberships/add`, [contact?.id, '9']));
  });

  test('properties and owners', async () => {
    conforms('crm/properties', 'CollectionResponsePropertyNoPaging', await answer('GET', '/crm/v3/properties/contacts'));
    conforms('crm/properties', 'Property', await answer('GET', '/crm/v3/properties/contacts/hs_lead_status'));
    conforms('crm/properties', 'CollectionResponsePropertyGroupNoPaging', await answer('GET', '/crm/v3/properties/contacts/groups'));
    conforms('crm/properties', 'BatchResponsePropertyWithErrors', await answer('POST', '/crm/v3/properties/contacts/batch/read', { archived: false, inputs: [{ name: 'email' }, { name: 'no' }] }, 207));
    conforms('crm/owners', 'CollectionResponsePublicOwnerForwardPaging', await answer('GET', '/crm/v3/owners?limit=2'));
  });

  test('tokens', async () => {
    const grant = (path: string) => sandbox.call('POST', path, new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'sandbox-refresh', client_id: 'sandbox', client_secret: 'sandbox' }).toString(), { 'content-type': 'application/x-www-form-urlencoded' });
    const { body } = await grant('/oauth/v1/token');
    conforms('oauth', 'TokenResponseIF', body);
    const { access_token: token } = z.looseObject({ access_token: z.string() }).parse(body);
    assert.deepEqual(deviations('oauth', 'AccessTokenInfoResponse', await answer('GET', `/oauth/v1/access-tokens/${token}`)), []);
    assert.deepEqual(deviations('oauth', 'RefreshTokenInfoResponse', await answer('GET', '/oauth/v1/refresh-tokens/sandbox-refresh')), []);
    assert.deepEqual(deviations('oauth', 'AccessTokenResponse', (await grant('/oauth/2026-03/token')).body), []);
  });

  test('errors', async () => {
    conforms('crm/contacts', 'ModelError', await answer('POST', contacts, { properties: { emial: 'x' } }, 400));
    conforms('crm/contacts', 'ModelError', await answer('GET', `${contacts}/9`, undefined, 404));
    conforms('crm/contacts', 'ModelError', await answer('POST', contacts, { properties: { email: 'n3@gmail.example' } }, 409));
    conforms('crm/lists', 'ModelError', await answer('GET', `${lists}/999`, undefined, 404));
  });

  test('and a wrong answer is noticed', () => {
    const found = deviations('crm/contacts', 'SimplePublicObject', { id: 5, properties: { email: 5 }, createdAt: 'yesterday', archived: 'no', extra: 1 });
    assert.equal(found.length, 6, found.join('\n'));
  });
});
