import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { contactIdSchema } from '../../../activities/hubspot/ids.ts';
import { failureOf } from '../crm/failureOf.ts';
import { cut, json, stall } from '../crm/fakeServer.ts';
import { contactJson, startFakePortal } from './fakePortal.ts';
import type { FakePortal } from './fakePortal.ts';

const call = { lane: 'live' } as const;
const id = (n: number) => contactIdSchema.parse(n);

let portal: FakePortal;
afterEach(() => portal.server.close());

const createOne = () => portal.hubspot.createContacts([{ email: 'a@b.example' }], call);
const readOne = () => portal.hubspot.readContacts([id(51)], ['email'], call);
const batch = (...results: object[]) => ({ status: 'COMPLETE', results });

describe('an answer of HubSpot that does not come whole', () => {
  const broken: [string, (response: ServerResponse) => void, string, string | null][] = [
    ['cut in the middle', cut, 'NETWORK', 'UND_ERR_SOCKET'],
    ['silence', () => {}, 'NETWORK', 'UND_ERR_HEADERS_TIMEOUT'],
    ['an answer that stops', stall, 'NETWORK', 'UND_ERR_BODY_TIMEOUT'],
    ['broken JSON', (response) => response.end('{"results":[{'), 'INVALID_RESPONSE', null],
    ['HTML with status 200, which the typed client makes {} of', (response) => response.end('<html>'), 'INVALID_RESPONSE', null],
    ['a 200 of another shape', (response) => json(response, 200, { contacts: [] }), 'INVALID_RESPONSE', null],
    ['properties that are no texts', (response) => json(response, 200, batch({ ...contactJson('51'), properties: { email: 5 } })), 'INVALID_RESPONSE', null],
    ['properties in a list', (response) => json(response, 200, batch({ ...contactJson('51'), properties: ['a@b.example'] })), 'INVALID_RESPONSE', null],
    ['nothing at all', (response) => response.writeHead(204).end(), 'INVALID_RESPONSE', null],
  ];
  for (const [name, answer, code, reason] of broken) {
    test(`${name}: a create fails and is not repeated, for the first may have taken effect`, async () => {
      portal = await startFakePortal((_request, response) => answer(response));
      const failure = await failureOf(createOne());
      assert.deepEqual([failure.code, failure.reason], [code, reason]);
      assert.equal(portal.server.heard.length, 1);
    });
  }

  test('cut once, a read is asked again', async () => {
    portal = await startFakePortal((_request, response, index) => (index === 0 ? cut(response) : json(response, 200, batch(contactJson('51')))));
    assert.equal((await readOne()).get(id(51))?.kind, 'live');
    assert.equal(portal.server.heard.length, 2);
  });

  test('an aborted signal ends the call with its reason, and the request with it', async () => {
    const stop = new AbortController();
    portal = await startFakePortal(() => stop.abort(new Error('cancelled')));
    await assert.rejects(portal.hubspot.readContacts([id(51)], ['email'], { ...call, signal: stop.signal }), /^Error: cancelled$/);
  });
});

describe('repeats', () => {
  test('a create that meets a 503 goes out once: the client\'s own retries would make two contacts', async () => {
    portal = await startFakePortal((_request, response) => json(response, 503, {}));
    assert.equal((await failureOf(createOne())).status, 503);
    assert.equal(portal.server.heard.length, 1);
  });

  test('a read that meets 503 goes out four times', async () => {
    portal = await startFakePortal((_request, response) => json(response, 503, {}));
    await failureOf(readOne());
    assert.equal(portal.server.heard.length, 4);
  });

  test('a second client changes nothing for the first', async () => {
    portal = await startFakePortal((_request, response) => json(response, 503, {}));
    const first = portal;
    const second = await startFakePortal((_request, response) => json(response, 200, batch(contactJson('51'))));
    await second.hubspot.readContacts([id(51)], ['email'], call);
    await failureOf(first.hubspot.createContacts([{ email: 'a@b.example' }], call));
    assert.equal(first.server.heard.length, 1);
    await second.server.close();
  });
});

describe('limits', () => {
  const rolling = { status: 'error', message: 'You have reached your ten_secondly_rolling limit.', errorType: 'RATE_LIMIT', correlationId: 'c-1', policyName: 'TEN_SECONDLY_ROLLING' };

  test('a 429 of the rolling window is waited out', async () => {
    portal = await startFakePortal((_request, response, index) => (index === 0 ? json(response, 429, rolling, { 'retry-after': '3' }) : json(response, 200, batch(contactJson('51')))));
    await readOne();
    assert.equal(portal.server.heard.length, 2);
    assert.ok(portal.clock.waits.includes(3000), `waits: ${portal.clock.waits.join(', ')}`);
  });

  test('the daily limit is told at once', async () => {
    portal = await startFakePortal((_request, response) => json(response, 429, { ...rolling, policyName: 'DAILY' }));
    const failure = await failureOf(readOne());
    assert.deepEqual([failure.code, failure.reason, failure.requestId], ['RATE_LIMIT', 'DAILY', 'c-1']);
    assert.equal(portal.server.heard.length, 1);
  });

  test('a migration of hours is thrown with its Retry-After', async () => {
    portal = await startFakePortal((_request, response) => json(response, 477, {}, { 'retry-after': '86400' }));
    assert.equal((await failureOf(readOne())).retryAfterMs, 86_400_000);
  });

  test('the headers of every answer say what is left, of errors too', async () => {
    const headers = { 'x-hubspot-ratelimit-max': '190', 'x-hubspot-ratelimit-remaining': '150', 'x-hubspot-ratelimit-interval-milliseconds': '10000', 'x-hubspot-ratelimit-daily': '650000', 'x-hubspot-ratelimit-daily-remaining': '600000' };
    portal = await startFakePortal((_request, response) => json(response, 404, {}, headers));
    await failureOf(readOne());
    assert.deepEqual(portal.hubspot.usage(), { max: 190, remaining: 150, intervalMs: 10_000, daily: 650_000, dailyRemaining: 600_000 });
    assert.deepEqual(portal.hubspot.calls(), { live: 1, retry: 0, backfill: 0, total: 1 });
  });
});

describe('pages', () => {
  test('owners come from all pages, archived ones after the active', async () => {
    portal = await startFakePortal((request, response) => {
      const { searchParams } = new URL(request.url, 'http://x');
      const archived = searchParams.get('archived') === 'true';
      const second = searchParams.get('after') === '2';
      const owner = { id: archived ? '3' : second ? '2' : '1', email: 'o@b.example', userId: 9, archived };
      json(response, 200, { results: [owner], ...(archived || second ? {} : { paging: { next: { after: '2', link: '' } } }) });
    });
    assert.deepEqual((await portal.hubspot.owners(call)).map((owner) => [owner.id, owner.archived]), [['1', false], ['2', false], ['3', true]]);
  });
});

describe('URLs', () => {
  test('arrays are repeated keys, and no path ends in a slash', async () => {
    portal = await startFakePortal((_request, response) => json(response, 200, contactJson('51')));
    await portal.hubspot.readContact(id(51), ['email', 'firstname'], call);
    const { pathname, searchParams } = new URL(portal.server.heard[0]?.url ?? '', portal.server.url);
    assert.equal(pathname, '/crm/v3/objects/contacts/51');
    assert.ok(['email', 'firstname'].every((name) => searchParams.getAll('properties').includes(name)));
  });

  test('a single read that answers another id says that the contact was merged into it', async () => {
    portal = await startFakePortal((_request, response) => json(response, 200, contactJson('77', { hs_merged_object_ids: '51;52' })));
    const answer = await portal.hubspot.readContact(id(51), ['email'], call);
    assert.ok(answer.kind === 'merged');
    assert.deepEqual([answer.into.id, answer.into.mergedIds], ['77', ['51', '52']]);
  });
});
