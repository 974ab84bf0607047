import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEvents } from '../../worker/webhooks/events.ts';

const at = (second: number): { occurredAt: number } => ({ occurredAt: Date.UTC(2026, 0, 5, 10, 0, second) });
const iso = (second: number): string => new Date(at(second).occurredAt).toISOString();

describe('the events of a webhook', () => {
  test('become ids and kinds, of contacts alone, whether they come as contact or as object events', () => {
    const types = { creation: 'creation', deletion: 'deletion', restore: 'restore', privacyDeletion: 'privacy-deletion' };
    const body = Object.keys(types).flatMap((type) => [
      { subscriptionType: `contact.${type}`, objectId: 51, ...at(1) },
      { subscriptionType: `object.${type}`, objectTypeId: '0-1', objectId: '52', ...at(2) },
      { subscriptionType: `object.${type}`, objectTypeId: '0-2', objectId: 53, ...at(2) },
      { subscriptionType: `object.${type}`, objectId: 54, ...at(2) },
      { subscriptionType: `company.${type}`, objectId: 55, ...at(2) },
    ]);
    assert.deepEqual(readEvents(body), Object.values(types).flatMap((kind) => [{ id: '51', kind, at: iso(1) }, { id: '52', kind, at: iso(2) }]));
  });

  test('tell once of several changes, with the latest time, and of no property that is not mapped', () => {
    const change = (propertyName: string, second: number, objectId = 51) => ({ subscriptionType: 'contact.propertyChange', objectId, propertyName, propertyValue: 'x', ...at(second) });
    const body = [change('email', 2), change('firstname', 9), change('email', 3), change('hs_score', 30), change('hs_score', 4, 52)];
    assert.deepEqual(readEvents(body, (name) => name !== 'hs_score'), [{ id: '51', kind: 'change', at: iso(9) }]);
    assert.deepEqual(readEvents(body).map(({ id, at }) => [id, at]), [['51', iso(30)], ['52', iso(4)]]);
  });

  test('say of a change who made it and of what, and of several of one contact what they share', () => {
    const change = (propertyName: string, sourceId: unknown, objectId = 51) => ({ subscriptionType: 'contact.propertyChange', objectId, propertyName, changeSource: 'CRM_UI', sourceId, ...at(1) });
    const one = { id: '51', kind: 'change', at: iso(1) };
    assert.deepEqual(readEvents([change('phone', 'userId:9')]), [{ ...one, by: 'CRM_UI userId:9', property: 'phone' }]);
    assert.deepEqual(readEvents([change('phone', 9), change('phone', 9)]), [{ ...one, by: 'CRM_UI 9', property: 'phone' }]);
    assert.deepEqual(readEvents([change('phone', 9), change('email', 9), change('phone', 9), change('phone', 9)]), [{ ...one, by: 'CRM_UI 9' }]);
    assert.deepEqual(readEvents([change('phone', 9), change('phone', 8)]), [one]);
    assert.deepEqual(readEvents([change('phone', {})]), [{ ...one, by: 'CRM_UI', property: 'phone' }]);
    const [long] = readEvents([change('p'.repeat(500), 's'.repeat(500))]);
    assert.deepEqual([long?.by?.length, long?.property?.length], [60, 60]);
    assert.deepEqual(readEvents([{ ...change('phone', 'enrollmentId:51;actionExecutionIndex:0'), changeSource: 'AUTOMATION_PLATFORM' }]), [{ ...one, by: 'AUTOMATION_PLATFORM', property: 'phone' }]);
  });

  test('of a merge name the new contact, and those that it was made of', () => {
    const merge = { subscriptionType: 'contact.merge', primaryObjectId: 51, mergedObjectIds: [52, 51, 53], ...at(1) };
    assert.deepEqual(readEvents([{ ...merge, newObjectId: 60 }]), [{ id: '60', kind: 'merge', at: iso(1), merged: ['51', '52', '53'] }]);
    assert.deepEqual(readEvents([{ ...merge, newObjectId: null, objectId: 99 }]), [{ id: '51', kind: 'merge', at: iso(1), merged: ['52', '53'] }]);
    const again = { ...merge, newObjectId: 60, primaryObjectId: 54, mergedObjectIds: [60], ...at(2) };
    assert.deepEqual(readEvents([{ ...merge, newObjectId: 60 }, again]), [{ id: '60', kind: 'merge', at: iso(2), merged: ['54', '51', '52', '53'] }]);
    const many = { ...merge, mergedObjectIds: Array.from({ length: 400 }, (_, index) => 1000 + index) };
    assert.equal(readEvents([many])[0]?.merged?.length, 250);
  });

  test('drop what our own app wrote, and only that', () => {
    const change = { subscriptionType: 'contact.propertyChange', objectId: 51, propertyName: 'email', ...at(1) };
    for (const own of [{ sourceId: '7', appId: 7 }, { sourceId: 7, appId: 7 }]) assert.deepEqual(readEvents([{ ...change, changeSource: 'INTEGRATION', ...own }]), []);
    for (const others of [
      { changeSource: 'INTEGRATION', sourceId: '8', appId: 7 }, { changeSource: 'CRM_UI', sourceId: '7', appId: 7 }, { changeSource: 'INTEGRATION' },
      { changeSource: 'INTEGRATION', sourceId: null, appId: null }, {},
    ]) assert.equal(readEvents([{ ...change, ...others }]).length, 1);
  });

  test('of unused kinds or unknown shapes are passed over, and the others of the request count', () => {
    const good = { subscriptionType: 'contact.creation', objectId: 51, ...at(1) };
    const odd = [
      null, 7, 'contact.creation', [], {}, [good], { ...good, subscriptionType: 'contact.associationChange' }, { ...good, subscriptionType: 'contact.constructor' },
      { ...good, subscriptionType: 'contact' }, { ...good, objectId: 0 }, { ...good, objectId: -1 }, { ...good, objectId: 1.5 }, { ...good, objectId: 2 ** 53 }, { ...good, objectId: '51/../52' },
      { ...good, objectId: undefined }, { ...good, occurredAt: 'now' }, { ...good, occurredAt: 8.64e15 }, { ...good, occurredAt: -1 }, { ...good, subscriptionType: 'contact.propertyChange' },
      { ...good, subscriptionType: 'contact.merge' }, { ...good, subscriptionType: 'contact.merge', primaryObjectId: 1, mergedObjectIds: 'all' },
    ];
    assert.deepEqual(readEvents([...odd, good, ...odd]), [{ id: '51', kind: 'creation', at: iso(1) }]);
  });
});
