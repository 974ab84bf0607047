import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, test } from 'node:test';
import { failureOf } from '../crm/failureOf.ts';
import { json } from '../crm/fakeServer.ts';
import type { Heard } from '../crm/fakeServer.ts';
import { startFakeOrg } from './fakeOrg.ts';
import type { FakeOrg } from './fakeOrg.ts';
import { follow } from './follow.ts';

type Asked = { channel: string; id: string; subscription?: string; ext?: { replay: Record<string, number> } };
type Answers = Record<string, (asked: Asked, response: ServerResponse, nth: number) => unknown>;

let org: FakeOrg;
afterEach(() => org.server.close());
const asked = (): Asked[] => org.calls().flatMap(({ body }) => JSON.parse(body) as Asked[]);

/** An org that takes part in everything and holds connects for ever, but for what the test answers; what it answers with undefined, nobody answers. */
async function start(answers: Answers = {}): Promise<void> {
  const times: Record<string, number> = {};
  org = await startFakeOrg((request: Heard, response) => {
    const messages = JSON.parse(request.body) as Asked[];
    assert.equal(messages.length, 1);
    const [message] = messages;
    if (!message) return;
    const name = message.channel.replace('/meta/', '');
    const nth = (times[name] = (times[name] ?? 0) + 1);
    const usual: Answers = {
      handshake: () => ({ clientId: 'c', supportedConnectionTypes: ['long-polling'], version: '1.0' }),
      subscribe: () => ({ subscription: message.subscription }),
      disconnect: () => ({}),
    };
    const own = (answers[name] ?? usual[name])?.(message, response, nth);
    if (own !== undefined && !response.headersSent) json(response, 200, Array.isArray(own) ? own : [{ channel: message.channel, id: message.id, successful: true, ...own }]);
  });
}
const refusing = (error: string, more: object = {}) => () => ({ successful: false, error, ...more });

describe('the Bayeux client', () => {
  test('asks each channel for its own replay, by POST alone, with the session’s token and the cookies it was given', async () => {
    await start({
      handshake: (_asked, response) => {
        response.setHeader('set-cookie', ['BAYEUX_BROWSER=abc; Path=/; Expires=Wed, 21 Oct 2099 07:28:00 GMT', 'second=2']);
        return { clientId: 'c', supportedConnectionTypes: ['long-polling'], version: '1.0' };
      },
    });
    const stream = follow(org.salesforce, { replay: { Lead: 5, Contact: null } });
    await stream.connected();
    await stream.stop();
    const subscriptions = asked().filter(({ channel }) => channel === '/meta/subscribe');
    const replays = Object.fromEntries(subscriptions.map(({ subscription, ext }) => [subscription, ext?.replay]));
    assert.deepEqual(replays, { '/data/LeadChangeEvent': { '/data/LeadChangeEvent': 5 }, '/data/ContactChangeEvent': { '/data/ContactChangeEvent': -1 } });
    assert.deepEqual(new Set(org.calls().map(({ method, url, headers }) => `${method} ${url} ${headers.authorization}`)), new Set(['POST /cometd/67.0 Bearer token-0']));
    assert.deepEqual(org.calls().slice(1).map(({ headers }) => headers.cookie), org.calls().slice(1).map(() => 'BAYEUX_BROWSER=abc; second=2'));
  });

  test('sends nothing twice and ends at what is refused, by the words that Salesforce documents', async () => {
    const ends: [Answers, string, number | null, string | null][] = [
      [{ subscribe: refusing('403:denied_by_security_policy:create_denied') }, 'STREAM_UNAVAILABLE', 403, null],
      [{ subscribe: refusing('403::Organization total events daily limit exceeded') }, 'STREAM_UNAVAILABLE', 403, null],
      [{ subscribe: refusing('400::The replayId {5} you provided was invalid.  Please provide a valid ID') }, 'REPLAY_TOO_OLD', 400, null],
      [{ subscribe: refusing('403::Unknown client', { advice: { reconnect: 'handshake' } }) }, 'NETWORK', null, 'UNKNOWN_CLIENT'],
      [{ handshake: refusing('403::Handshake denied', { advice: { reconnect: 'none' } }) }, 'STREAM_UNAVAILABLE', 403, null],
      [{ handshake: refusing('403::Handshake denied', { ext: { sfdc: { failureReason: '401::Authentication invalid' } } }) }, 'INVALID_SESSION_ID', 401, null],
      [{ handshake: refusing('503::Server is too busy') }, 'NETWORK', null, 'BAYEUX_503'],
      [{ connect: refusing('401::Authentication invalid', { advice: { reconnect: 'none' } }) }, 'INVALID_SESSION_ID', 401, null],
      [{ connect: refusing('402::Client is behind') }, 'NETWORK', null, 'BAYEUX_402'],
      [{ connect: refusing('') }, 'NETWORK', null, null],
      [{ connect: () => ({ advice: { reconnect: 'handshake' } }) }, 'NETWORK', null, 'CLIENT_FORGOTTEN'],
      [{ connect: () => [] }, 'INVALID_RESPONSE', null, null],
      [{ connect: () => ['text'] }, 'INVALID_RESPONSE', null, null],
    ];
    for (const [answers, code, status, reason] of ends) {
      await start(answers);
      const failure = await failureOf(follow(org.salesforce).ended.then((error) => {
        throw error;
      }));
      assert.deepEqual([failure.code, failure.status, failure.reason], [code, status, reason]);
      const ids = asked().map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      await org.server.close();
    }
    await start();
  });

  test('reads a status of refusal: of the session, of the server, of the org, and messages under one', async () => {
    const ends: [number, unknown, string][] = [
      [401, [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }], 'INVALID_SESSION_ID'],
      [503, 'busy', 'NETWORK'],
      [403, [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'x' }], 'API_DISABLED_FOR_ORG'],
      [404, [{ errorCode: 'NOT_FOUND', message: 'x' }], 'STREAM_UNAVAILABLE'],
      [403, [{ channel: '/meta/handshake', successful: false, error: '403::Handshake denied', ext: { sfdc: { failureReason: '401::Authentication invalid' } } }], 'INVALID_SESSION_ID'],
    ];
    for (const [status, body, code] of ends) {
      await start({ handshake: (_asked, response) => json(response, status, body) });
      assert.equal((await failureOf(follow(org.salesforce).ended.then((error) => {
        throw error;
      }))).code, code);
      await org.server.close();
    }
    await start();
  });

  test('waits as long for a connect as the server says that it holds one, and no longer', async () => {
    await start({ connect: (message, _response, nth) => (nth === 1 ? { id: message.id, advice: { reconnect: 'retry', timeout: 300 } } : undefined) });
    const stream = follow(org.salesforce);
    const failure = await failureOf(stream.ended.then((error) => {
      throw error;
    }));
    assert.deepEqual([failure.code, failure.reason, asked().filter(({ channel }) => channel === '/meta/connect').length], ['NETWORK', 'UND_ERR_HEADERS_TIMEOUT', 2]);
  });

  test('events that nobody can read are a gap; those beside them are told', async () => {
    const header = { recordIds: ['00Q000000000001AAA'], changeType: 'CREATE', changeOrigin: '', commitTimestamp: 1 };
    await start({
      connect: ({ id }, _response, nth) => (nth > 1 ? undefined : [
        { channel: '/data/LeadChangeEvent', data: { surprise: true } },
        { channel: '/data/LeadChangeEvent', data: { payload: { ChangeEventHeader: header }, event: { replayId: 9 } } },
        { channel: '/data/SomethingElse', data: {} },
        { channel: '/meta/connect', id, successful: true, advice: { reconnect: 'retry', interval: 0, timeout: 110_000 } },
      ]),
    });
    const stream = follow(org.salesforce);
    await stream.until(() => stream.calls.length > 0);
    await stream.stop();
    assert.deepEqual([stream.said(), stream.calls[0]?.gap, stream.read], [['create 00Q000000000001AAA'], true, { Lead: 9, Contact: null }]);
  });
});
