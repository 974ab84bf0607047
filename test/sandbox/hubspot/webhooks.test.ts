import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import { receive, until, type Event } from './receiver.ts';
import { refusalOf } from './sandbox.ts';
import { webhookSandbox } from './webhook-sandbox.ts';

const APP = 1_234_567;
const sandbox = await webhookSandbox();
const { now, set, advance, arrived, create, many, sentBy } = sandbox;
const types = (events: Event[]): string[] => events.map(({ subscriptionType }) => subscriptionType).sort();
const subscriptions = z.array(z.looseObject({ id: z.string(), eventType: z.string(), propertyName: z.string().optional() }));

describe('the events of a contact', () => {
  test('tell of its creation and of each value it begins with', async () => {
    const id = await create({ email: 'ada@example.com', firstname: 'Ada' });
    await arrived();
    const contact = await sandbox.client.crm.contacts.basicApi.getById(id);
    const [creation] = sandbox.receiver.events().filter(({ subscriptionType }) => subscriptionType === 'contact.creation');
    const { portalId } = z.looseObject({ portalId: z.number() }).parse((await sandbox.call('GET', '/account-info/v3/details')).body);
    assert.deepEqual({ ...creation, eventId: 0, subscriptionId: 0 }, {
      eventId: 0, subscriptionId: 0, portalId, appId: APP, occurredAt: contact.createdAt.getTime(), subscriptionType: 'contact.creation', attemptNumber: 0,
      objectId: Number(id), changeFlag: 'NEW', changeSource: 'INTEGRATION', sourceId: String(APP),
    });
    const values = sandbox.receiver.events().filter(({ subscriptionType }) => subscriptionType === 'contact.propertyChange').map(({ propertyName }) => String(propertyName));
    assert.deepEqual(values.sort(), ['createdate', 'email', 'firstname', 'hs_email_domain', 'hs_object_id', 'hs_object_source']);
    assert.equal(sandbox.receiver.forged, 0);
  });

  test('tell of each changed property, of a cleared one too, and of nothing where nothing changed', async () => {
    const id = await create({ email: 'ada@example.com', city: 'Rome' });
    const events = await sentBy(() => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: '', state: 'Lazio', email: 'ada@example.com' } }));
    assert.deepEqual(events.map(({ objectId, propertyName, propertyValue }) => `${objectId} ${propertyName}=${propertyValue}`).sort(), [`${id} city=`, `${id} state=Lazio`]);
    assert.deepEqual(await sentBy(() => sandbox.client.crm.contacts.basicApi.update(id, { properties: { state: 'Lazio' } })), []);
  });

  test('say who wrote: the app itself or a person', async () => {
    const id = await create({ lastname: 'Ada' });
    const [own] = await sentBy(() => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: 'Rome' } }));
    assert.deepEqual([own?.changeSource, own?.sourceId], ['INTEGRATION', String(APP)]);
    const [persons] = await sentBy(() => sandbox.control('POST', 'edit', { id, properties: { city: 'Paris' } }));
    assert.deepEqual([persons?.changeSource, persons?.sourceId, persons?.propertyValue], ['CRM_UI', 'userId:9', 'Paris']);
  });

  test('tell of deletion and restoration, and not of the bin being emptied', async () => {
    const id = await create({ lastname: 'Ada' });
    const [deletion, ...more] = await sentBy(() => sandbox.client.crm.contacts.basicApi.archive(id));
    assert.deepEqual([deletion?.subscriptionType, deletion?.changeFlag, deletion?.objectId, more], ['contact.deletion', 'DELETED', Number(id), []]);
    const [restore, ...others] = await sentBy(() => sandbox.control('POST', 'undelete', { id }));
    assert.deepEqual([restore?.subscriptionType, restore?.objectId, restore?.changeSource, others], ['contact.restore', Number(id), 'CRM_UI', []]);
    await sentBy(() => sandbox.control('POST', 'delete', { id }));
    assert.deepEqual(await sentBy(() => sandbox.control('POST', 'empty-bin')), []);
  });

  test('tell of a privacy deletion and of no deletion besides, whoever does it', async () => {
    const [one, other] = [await create({ lastname: 'Ada' }), await create({ email: 'bob@example.com' })];
    const byApp = await sentBy(() => sandbox.call('POST', '/crm/v3/objects/contacts/gdpr-delete', { objectId: one }));
    assert.deepEqual(byApp.map((event) => [event.subscriptionType, event.objectId, event.changeSource]), [['contact.privacyDeletion', Number(one), 'INTEGRATION']]);
    const byPerson = await sentBy(() => sandbox.control('POST', 'forget', { id: other }));
    assert.deepEqual(byPerson.map((event) => [event.subscriptionType, event.objectId, event.sourceId]), [['contact.privacyDeletion', Number(other), 'userId:9']]);
    assert.equal((await sandbox.call('POST', '/_sandbox/forget', { id: other })).status, 404);
    assert.equal((await sandbox.call('POST', '/crm/v3/objects/contacts', { properties: { email: 'bob@example.com' } })).status, 400);
  });

  test('tell of a merge once, of both old ids deleted, and of no property', async () => {
    const [primary, loser] = [await create({ email: 'ada@example.com' }), await create({ lastname: 'Byron', city: 'London' })];
    let merged = '';
    const events = await sentBy(async () => {
      merged = (await sandbox.client.crm.contacts.basicApi.merge({ primaryObjectId: primary, objectIdToMerge: loser })).id;
    });
    assert.deepEqual(types(events), ['contact.deletion', 'contact.deletion', 'contact.merge']);
    const [merge] = events.filter(({ subscriptionType }) => subscriptionType === 'contact.merge');
    assert.deepEqual([merge?.primaryObjectId, merge?.mergedObjectIds, merge?.newObjectId, merge?.numberOfPropertiesMoved], [Number(primary), [Number(loser)], Number(merged), 2]);
    assert.deepEqual(events.filter(({ changeFlag }) => changeFlag === 'DELETED').map(({ objectId }) => String(objectId)).sort(), [primary, loser]);

    await set({ mergeDeletions: false });
    const third = await create({ lastname: 'Byron' });
    assert.deepEqual(types(await sentBy(() => sandbox.control('POST', 'merge', { primary: merged, loser: third }))), ['contact.merge']);
  });
});

describe('what is sent', () => {
  test('is signed over its raw bytes and the configured address with only some escapes decoded', async () => {
    await sandbox.receiver.close();
    sandbox.receiver = await receive('/hooks/hubspot?to=a@b%20c%26d;e');
    await set({ targetUrl: `http://127.0.0.1:${sandbox.receiver.port}/hooks%2Fhubspot?to=a%40b%20c%26d%3be` });
    await create({ lastname: 'Ångström 😀', city: '"\\u00e9"' });
    await arrived();
    assert.match(sandbox.receiver.raw.join(''), /Ångström 😀/);
    assert.equal(sandbox.receiver.forged, 0);
  });

  test('waits for its time, then goes in batches of at most 100', async () => {
    await set({ delayMs: [60_000, 60_000] });
    await many(230);
    const waiting = await now();
    assert.deepEqual([waiting.events, waiting.pending, waiting.requests], [230 * 5, 230 * 5, 0]);
    assert.equal(sandbox.receiver.posts.length, 0);
    await advance(60_000);
    await arrived();
    const done = await now();
    assert.deepEqual([done.sent, done.requests, done.failed, done.lost], [1150, 12, 0, 0]);
    assert.deepEqual(sandbox.receiver.posts.map((post) => post.length).sort((a, b) => a - b), [50, ...Array.from({ length: 11 }, () => 100)]);
  });

  test('takes no more than the agreed number of requests at once', async () => {
    const held: ServerResponse[] = [];
    sandbox.receiver.respond = (response) => void held.push(response);
    await set({ delayMs: [60_000, 60_000] });
    await many(300);
    await advance(60_000);
    await until(() => held.length === 10);
    assert.equal((await now()).requests, 10);
    sandbox.receiver.respond = (response) => response.end();
    for (const response of held) response.end();
    await arrived();
    assert.equal((await now()).requests, 15);
  });

  test('is what the app subscribed to', async () => {
    const client = new Client({ developerApiKey: 'sandbox', basePath: sandbox.url });
    const { subscriptionsApi, settingsApi } = client.webhooks;
    const results = subscriptions.parse((await subscriptionsApi.getAll(APP)).results);
    const properties = results.filter(({ eventType }) => eventType === 'contact.propertyChange').map(({ propertyName }) => propertyName);
    assert.ok(properties.includes('email') && !properties.includes('lastmodifieddate') && !properties.includes(undefined));
    const find = (eventType: string, propertyName?: string) => results.find((one) => one.eventType === eventType && one.propertyName === propertyName)?.id ?? '';
    await subscriptionsApi.update(Number(find('contact.creation')), APP, { active: false });
    await subscriptionsApi.archive(Number(find('contact.propertyChange', 'city')), APP);
    const id = await create({ lastname: 'Ada' });
    const events = await sentBy(() => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: 'Rome', state: 'Lazio' } }));
    assert.deepEqual(events.map(({ propertyName }) => propertyName), ['state']);
    assert.ok(!types(sandbox.receiver.events()).includes('contact.creation'));

    const path = `/webhooks/2026-03/${APP}/subscriptions`;
    const again = z.looseObject({ id: z.string() }).parse((await sandbox.call('POST', path, { eventType: 'contact.propertyChange', active: true })).body);
    assert.deepEqual((await sentBy(() => sandbox.client.crm.contacts.basicApi.update(id, { properties: { city: 'Paris' } }))).map(({ subscriptionId }) => subscriptionId), [Number(again.id)]);
    for (const wrong of [{ eventType: 'contact.propertyChange', propertyName: 'hs_lastmodifieddate' }, { eventType: 'contact.propertyChange', propertyName: 'email' }, { eventType: 'contact.listMembership' }]) {
      assert.equal((await sandbox.call('POST', path, wrong)).status, 400);
    }
    await subscriptionsApi.update(Number(find('contact.creation')), APP, { active: true });
    assert.equal((await sandbox.call('DELETE', `${path}/${again.id}`)).status, 204);

    assert.equal((await settingsApi.getAll(APP)).throttling.maxConcurrentRequests, 10);
    const targetUrl = `http://127.0.0.1:${sandbox.receiver.port}/elsewhere`;
    const changed = await settingsApi.configure(APP, { targetUrl, throttling: { maxConcurrentRequests: 12 } });
    assert.deepEqual([changed.targetUrl, changed.throttling.maxConcurrentRequests], [targetUrl, 12]);
    assert.equal((await sandbox.call('PUT', `/webhooks/v3/${APP}/settings`, { targetUrl, throttling: { maxConcurrentRequests: 5 } })).status, 400);
    assert.equal(refusalOf(await sandbox.call('GET', `/webhooks/v3/${APP}/settings?hapikey=other`, undefined, { authorization: '' })).code, 401);
    assert.equal((await sandbox.call('GET', '/webhooks/v3/7/settings')).status, 404);
  });

  test('is nothing where there is no target', async () => {
    await set({ targetUrl: null });
    await create({ lastname: 'Ada' });
    const { targetUrl, events, pending, requests } = await now();
    assert.deepEqual([targetUrl, events, pending, requests], [null, 0, 0, 0]);
    assert.equal((await sandbox.call('GET', `/webhooks/v3/${APP}/settings`)).status, 404);
  });

  test('says nothing of a reset, which forgets what is pending and every mischief, and keeps the target', async () => {
    await set({ delayMs: [60_000, 60_000], drop: 0.5, duplicate: 0.5, reorder: true });
    await create({ lastname: 'Ada' });
    const before = await now();
    await sandbox.control('POST', 'reset', { seed: 'synthetic', count: 20 });
    await advance(120_000);
    const { targetUrl, delayMs, events, pending, requests, drop, duplicate, reorder } = await now();
    assert.deepEqual([targetUrl, delayMs, events, pending, requests, drop, duplicate, reorder], [before.targetUrl, [60_000, 60_000], 0, 0, 0, 0, 0, false]);
    assert.equal(sandbox.receiver.posts.length, 0);
  });
});
