import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { contactIdSchema } from '../../../activities/hubspot/ids.ts';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import { startFakePortal } from './fakePortal.ts';
import type { FakePortal } from './fakePortal.ts';

const call = { lane: 'live' } as const;
const id = (n: number) => contactIdSchema.parse(n);

let portal: FakePortal;
afterEach(() => portal.server.close());

const createOne = () => portal.hubspot.createContacts([{ email: 'a@b.example' }], call);
const readOne = () => portal.hubspot.readContacts([id(51)], ['email'], call);

describe('refusals', () => {
  test('a validation error names the property, the reason and the request', async () => {
    const body = { status: 'error', message: 'Property values were not valid', correlationId: '0a1b', category: 'VALIDATION_ERROR', errors: [{ message: 'vip was not one of the allowed options', code: 'INVALID_OPTION', context: { propertyName: ['tier'] } }] };
    portal = await startFakePortal((_request, response) => json(response, 400, body));
    const [outcome] = await createOne();
    assert.ok(outcome && !outcome.ok);
    const { failure } = outcome;
    assert.deepEqual([failure.status, failure.code, failure.reason, failure.fields, failure.requestId], [400, 'VALIDATION_ERROR', 'INVALID_OPTION', ['tier'], '0a1b']);
    assert.equal(failure.message, 'HubSpot refused or failed to create contacts for tier (status 400, VALIDATION_ERROR, INVALID_OPTION).');
  });

  test('a known email answers with the contact that has it', async () => {
    portal = await startFakePortal((_request, response) => json(response, 409, { category: 'CONFLICT', message: 'Contact already exists. Existing ID: 51' }));
    const [outcome] = await createOne();
    assert.ok(outcome && !outcome.ok);
    assert.deepEqual([outcome.failure.code, outcome.failure.existingId], ['CONFLICT', '51']);
  });

  for (const [name, answer] of [
    ['HTML', (response: ServerResponse) => response.writeHead(502, { 'content-type': 'text/html' }).end('<html>a@b.example</html>')],
    ['no content type', (response: ServerResponse) => response.writeHead(502).end('a@b.example')],
    ['an empty body', (response: ServerResponse) => response.writeHead(502).end()],
  ] as const) {
    test(`a 502 with ${name} is a 502, and its message repeats nothing of the body`, async () => {
      portal = await startFakePortal((_request, response) => void answer(response));
      const failure = await failureOf(createOne());
      assert.equal(failure.status, 502);
      assert.doesNotMatch(failure.message, /a@b\.example|pat-secret/);
    });
  }

  test('no failure holds the token', async () => {
    portal = await startFakePortal((_request, response) => json(response, 401, { category: 'INVALID_AUTHENTICATION', message: 'Authentication credentials not found.' }));
    const failure = await failureOf(readOne());
    assert.equal(failure.status, 401);
    assert.doesNotMatch(JSON.stringify(failure) + failure.message + String(failure.stack), /pat-secret/);
    assert.equal(portal.server.heard.length, 1, 'another call would not help');
  });
});
