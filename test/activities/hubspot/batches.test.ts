import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { contactIdSchema } from '../../../activities/hubspot/ids.ts';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import { contactJson, startFakePortal } from './fakePortal.ts';
import type { FakePortal } from './fakePortal.ts';

const call = { lane: 'live' } as const;
const id = (n: number) => contactIdSchema.parse(n);

let portal: FakePortal;
afterEach(() => portal.server.close());

const readOne = () => portal.hubspot.readContacts([id(51)], ['email'], call);
const batch = (...results: object[]) => ({ status: 'COMPLETE', results });

describe('batches', () => {
  test('a 207 says which contacts are not there, and the others are read', async () => {
    portal = await startFakePortal((_request, response) => json(response, 207, { ...batch(contactJson('51')), numErrors: 1, errors: [{ category: 'OBJECT_NOT_FOUND', message: 'x', context: { ids: ['999'] } }] }));
    const answers = await portal.hubspot.readContacts([id(51), id(999)], ['email'], call);
    assert.deepEqual([...answers].map(([key, answer]) => [key, answer.kind]), [['51', 'live'], ['999', 'missing']]);
  });

  test('a row that could not be read for another reason is not missing', async () => {
    portal = await startFakePortal((_request, response) => json(response, 207, { ...batch(), numErrors: 1, errors: [{ category: 'INTERNAL_ERROR', message: 'x', context: { ids: ['51'] } }] }));
    assert.equal((await failureOf(readOne())).code, 'INTERNAL_ERROR');
  });

  test('a hundred go into a call, fifty with history', async () => {
    portal = await startFakePortal((request, response) => {
      const { inputs } = JSON.parse(request.body) as { inputs: { id: string }[] };
      json(response, 200, batch(...inputs.map((input) => contactJson(input.id))));
    });
    const ids = Array.from({ length: 250 }, (_, index) => id(index + 1));
    await portal.hubspot.readContacts(ids, ['email'], call);
    assert.equal(portal.server.heard.length, 3);
    await portal.hubspot.readContacts(ids.slice(0, 100), ['email'], { ...call, withHistory: ['email'] });
    assert.equal(portal.server.heard.length, 5);
  });

  test('an update whose batch is refused for one unnamed row is halved until that row stands alone', async () => {
    portal = await startFakePortal((request, response) => {
      const { inputs } = JSON.parse(request.body) as { inputs: { id: string; properties: Record<string, string> }[] };
      if (inputs.some((input) => input.id === '37')) json(response, 400, { category: 'VALIDATION_ERROR', message: 'no' });
      else json(response, 200, batch(...inputs.map((input) => contactJson(input.id, input.properties))));
    });
    const rows = Array.from({ length: 100 }, (_, index) => ({ id: id(index + 1), properties: { firstname: 'A' } }));
    const outcomes = await portal.hubspot.updateContacts(rows, call);
    assert.deepEqual(outcomes.flatMap((outcome, index) => (outcome.ok ? [] : [index + 1])), [37]);
    assert.deepEqual(outcomes[0], { ok: true, id: '1', confirmed: { firstname: 'A' } });
    assert.ok(portal.server.heard.length <= 15, `${portal.server.heard.length} calls`);
  });

  test('an update whose refusal names its rows costs one call for each and one for the rest', async () => {
    portal = await startFakePortal((request, response) => {
      const { inputs } = JSON.parse(request.body) as { inputs: { id: string; properties: Record<string, string> }[] };
      if (inputs.some((input) => input.id === '37')) json(response, 400, { category: 'VALIDATION_ERROR', message: 'no', context: { ids: ['37'] } });
      else json(response, 200, batch(...inputs.map((input) => contactJson(input.id, input.properties))));
    });
    const rows = Array.from({ length: 100 }, (_, index) => ({ id: id(index + 1), properties: { firstname: 'A' } }));
    const outcomes = await portal.hubspot.updateContacts(rows, call);
    assert.equal(outcomes.filter(({ ok }) => ok).length, 99);
    assert.equal(portal.server.heard.length, 3);
  });

  test('a property that is gone costs one call more, not one for each row that has it', async () => {
    portal = await startFakePortal((request, response) => {
      const { inputs } = JSON.parse(request.body) as { inputs: { id: string; properties: Record<string, string> }[] };
      const gone = { category: 'VALIDATION_ERROR', message: 'Property values were not valid: [{"isValid":false,"message":"Property \\"club\\" does not exist","error":"PROPERTY_DOESNT_EXIST","name":"club"}]', errors: [{ message: 'Property "club" does not exist', code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['club'] } }] };
      if (inputs.some(({ properties }) => 'club' in properties)) json(response, 400, gone);
      else json(response, 200, batch(...inputs.map((input) => contactJson(input.id, input.properties))));
    });
    const rows = Array.from({ length: 100 }, (_, index) => ({ id: id(index + 1), properties: { firstname: 'A', ...(index % 2 === 0 && { club: 'Chess' }) } }));
    const outcomes = await portal.hubspot.updateContacts(rows, call);
    assert.deepEqual(outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.failure.fields)), Array.from({ length: 50 }, () => 'club'));
    assert.equal(portal.server.heard.length, 2);
  });

  test('a server error is no row\'s fault: the batch is not taken apart', async () => {
    portal = await startFakePortal((_request, response) => json(response, 500, {}));
    await failureOf(portal.hubspot.updateContacts([1, 2, 3].map((n) => ({ id: id(n), properties: { firstname: 'A' } })), call));
    assert.ok(portal.server.heard.every(({ body }) => (JSON.parse(body) as { inputs: unknown[] }).inputs.length === 3));
  });

  test('each row of a create has a trace id, and its own outcome in a 207', async () => {
    portal = await startFakePortal((request, response) => {
      const [first, second] = (JSON.parse(request.body) as { inputs: { objectWriteTraceId: string }[] }).inputs;
      json(response, 207, {
        ...batch(contactJson('61', { email: 'new@b.example' }, { objectWriteTraceId: second?.objectWriteTraceId })),
        numErrors: 1,
        errors: [{ category: 'CONFLICT', message: 'Contact already exists. Existing ID: 51', context: { objectWriteTraceId: [first?.objectWriteTraceId] } }],
      });
    });
    const [known, fresh] = await portal.hubspot.createContacts([{ email: 'known@b.example' }, { email: 'new@b.example' }], call);
    assert.ok(known && !known.ok && fresh?.ok);
    assert.deepEqual([known.failure.status, known.failure.existingId, fresh.contact.id], [409, '51', '61']);
  });

  test('only what HubSpot answers counts as confirmed', async () => {
    portal = await startFakePortal((_request, response) => json(response, 200, batch(contactJson('51', { firstname: 'A', lastname: null }))));
    const [outcome] = await portal.hubspot.updateContacts([{ id: id(51), properties: { firstname: 'a', lastname: '', jobtitle: 'x' } }], call);
    assert.deepEqual(outcome, { ok: true, id: '51', confirmed: { firstname: 'A', lastname: null } });
  });

  test('a row that the answer does not speak of is no success', async () => {
    portal = await startFakePortal((_request, response) => json(response, 200, batch(contactJson('51'))));
    const outcomes = await portal.hubspot.updateContacts([51, 52].map((n) => ({ id: id(n), properties: { firstname: 'A' } })), call);
    assert.deepEqual(outcomes.map(({ ok }) => ok), [true, false]);
  });
});
