import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
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
