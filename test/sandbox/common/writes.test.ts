import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { testSandbox } from '../hubspot/sandbox.ts';
import { API, control, login, startOrg } from '../salesforce/sandbox.ts';

const log = z.object({ writes: z.array(z.object({ sequence: z.number(), at: z.number(), object: z.string(), id: z.string(), kind: z.string(), by: z.string(), client: z.string().optional(), fields: z.record(z.string(), z.unknown()) })) });
const idOf = (body: unknown): string => z.looseObject({ id: z.string() }).parse(body).id;
const told = (body: unknown) => log.parse(body).writes.map(({ kind, by, fields }) => [kind, by, fields]);
const counts = z.looseObject({ events: z.number(), lost: z.number(), doubled: z.number(), late: z.number(), heldBack: z.number() });

describe('the log of writes in HubSpot', async () => {
  const { call, control: ask } = await testSandbox();

  test('says who changed which values, and nothing of writes that change none', async () => {
    const id = idOf(await ask('POST', 'create', { properties: { lastname: 'Lovelace', city: 'London' } }));
    const { writes } = log.parse(await ask('GET', 'writes'));
    const after = writes.at(-1)?.sequence ?? 0;
    assert.deepEqual(writes.map((one) => [one.kind, one.id, one.fields['lastname']]), [['create', id, 'Lovelace']]);
    await call('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { city: '', jobtitle: 'Countess' } });
    await call('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { jobtitle: 'Countess' } });
    await ask('POST', 'edit', { id, properties: { jobtitle: 'Engineer' } });
    await ask('POST', 'delete', { id });
    await ask('POST', 'undelete', { id });
    assert.deepEqual(told(await ask('GET', `writes?after=${after}`)), [
      ['update', 'api', { city: null, jobtitle: 'Countess' }], ['update', 'person', { jobtitle: 'Engineer' }], ['delete', 'person', {}], ['undelete', 'person', {}],
    ]);
    assert.equal(told(await ask('GET', `writes?after=${after}&limit=2`)).length, 2);
  });

  test('is forgotten at a reset, whose people nobody wrote', async () => {
    await ask('POST', 'reset', { seed: 'synthetic', count: 20 });
    assert.deepEqual(told(await ask('GET', 'writes')), []);
  });

  test('stands beside counts of what became of the events', async () => {
    await ask('POST', 'webhooks', { targetUrl: 'http://127.0.0.1:1/', delayMs: [60_000, 60_000], duplicate: 1, reorder: true, late: { probability: 1, ms: [0, 0] } });
    await ask('POST', 'create', { properties: { lastname: 'Hopper' } });
    const now = counts.parse(await ask('GET', 'webhooks'));
    assert.deepEqual([now.doubled, now.late, now.lost], [now.events, now.events, 0]);
    assert.ok(now.heldBack <= now.events);
    await ask('POST', 'webhooks', { targetUrl: null });
  });
});

describe('the log of writes in Salesforce', async () => {
  const { url } = await startOrg();
  const connection = await login(url, { callOptions: { client: 'sluice' } });

  test('says who changed which values, also of what makes no event', async () => {
    await control(url, 'POST', 'cdc', { enabled: false });
    const id = idOf(await control(url, 'POST', 'create', { object: 'Lead', fields: { LastName: 'Lovelace', Company: 'Engines' } }));
    await connection.sobject('Lead').update({ Id: id, Title: 'Countess', Company: 'Engines' });
    await control(url, 'POST', 'edit', { id, fields: { Title: null } });
    const { contactId } = z.looseObject({ contactId: z.string() }).parse(await control(url, 'POST', 'convert', { leadId: id }));
    const { writes } = log.parse(await control(url, 'GET', 'writes'));
    assert.deepEqual(writes.filter((one) => one.id === id).map(({ kind, by, client, fields }) => [kind, by, client, fields['Title']]), [
      ['create', 'person', undefined, undefined], ['update', 'api', 'sluice', 'Countess'], ['update', 'person', undefined, null], ['update', 'person', undefined, undefined],
    ]);
    assert.deepEqual(writes.filter((one) => one.id === contactId).map(({ object, kind }) => [object, kind]), [['Contact', 'create']]);
  });

  test('has nothing of what was rolled back', async () => {
    const before = log.parse(await control(url, 'GET', 'writes')).writes.length;
    const record = (LastName: string | null) => ({ attributes: { type: 'Lead' }, LastName, Company: 'Engines' });
    await connection.request({ method: 'POST', url: `${url}${API}/composite/sobjects`, body: JSON.stringify({ allOrNone: true, records: [record('Hopper'), record(null)] }), headers: { 'content-type': 'application/json' } });
    assert.equal(log.parse(await control(url, 'GET', 'writes')).writes.length, before);
  });
});
