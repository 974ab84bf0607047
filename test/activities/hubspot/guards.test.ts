import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import { contactIdSchema } from '../../../activities/hubspot/ids.ts';
import { cut, json, stall } from '../crm/fakeServer.ts';
import { contactJson, startFakePortal } from './fakePortal.ts';
import type { FakePortal } from './fakePortal.ts';

const call = { lane: 'live' } as const;
const id = (n: number) => contactIdSchema.parse(n);

let portal: FakePortal;
afterEach(() => portal.server.close());

async function failureOf(promise: Promise<unknown>): Promise<CrmFailure> {
  const error: unknown = await promise.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof CrmFailure, `a CrmFailure, not ${String(error)}`);
  return error;
}

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

describe('OAuth', () => {
  const oauth = (onRotate?: (token: string) => void) => ({ kind: 'oauth', clientId: 'client', clientSecret: 'secret', refreshToken: 'refresh-0', ...(onRotate ? { onRotate } : {}) }) as const;
  const isToken = (url: string) => url.endsWith('/token');
  let tokens = 0;
  const answerToken = (response: ServerResponse, more: object = {}) => json(response, 200, { access_token: `access-${++tokens}`, expires_in: 1800, token_type: 'bearer', ...more });

  test('concurrent calls share one renewal, and the token goes out with each', async () => {
    tokens = 0;
    portal = await startFakePortal((request, response) => (isToken(request.url) ? answerToken(response) : json(response, 200, batch(contactJson('51')))), oauth());
    await Promise.all([1, 2, 3].map(readOne));
    assert.equal(tokens, 1);
    assert.ok(portal.server.heard.filter(({ url }) => !isToken(url)).every(({ headers }) => headers.authorization === 'Bearer access-1'));
    assert.equal(portal.server.heard[0]?.headers.authorization, undefined);
    assert.equal(new URLSearchParams(portal.server.heard[0]?.body).get('refresh_token'), 'refresh-0');
  });

  test('the token is renewed before it expires, and the next call carries the new one', async () => {
    tokens = 0;
    portal = await startFakePortal((request, response) => (isToken(request.url) ? answerToken(response) : json(response, 200, batch(contactJson('51')))), oauth());
    await readOne();
    portal.clock.pass(1_700_000);
    await readOne();
    assert.equal(tokens, 2);
    assert.equal(portal.server.heard.at(-1)?.headers.authorization, 'Bearer access-2');
  });

  test('a rotated refresh token is kept before the new access token is used', async () => {
    tokens = 0;
    const order: string[] = [];
    portal = await startFakePortal((request, response) => {
      order.push(isToken(request.url) ? 'renewal' : 'read');
      if (isToken(request.url)) answerToken(response, { refresh_token: `refresh-${tokens}` });
      else json(response, 200, batch(contactJson('51')));
    }, oauth((token) => void order.push(token)));
    await readOne();
    portal.clock.pass(1_790_000);
    await readOne();
    assert.deepEqual(order, ['renewal', 'read', 'renewal', 'refresh-1', 'read']);
  });

  test('a 401 in spite of a good expiry costs one renewal, not a loop', async () => {
    tokens = 0;
    portal = await startFakePortal((request, response) => (isToken(request.url) ? answerToken(response) : json(response, 401, { category: 'EXPIRED_AUTHENTICATION' })), oauth());
    await failureOf(readOne());
    portal.clock.pass(120_000);
    assert.equal((await failureOf(readOne())).code, 'EXPIRED_AUTHENTICATION');
    assert.equal(tokens, 2);
  });

  test('a revoked grant is told with HubSpot\'s code', async () => {
    portal = await startFakePortal((_request, response) => json(response, 400, { error: 'invalid_grant', status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token' }), oauth());
    const failure = await failureOf(readOne());
    assert.deepEqual([failure.status, failure.code], [400, 'invalid_grant']);
  });
});

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
