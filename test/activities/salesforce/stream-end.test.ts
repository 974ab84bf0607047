import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { follow } from './follow.ts';
import { startStreamOrg } from './streamOrg.ts';

const call = { lane: 'live' } as const;
const { control, newClient, revoke, lead, failureOf } = await startStreamOrg();
const salesforce = newClient();

describe('the end of a subscription', () => {
  test('by the signal is the signal’s reason, with the client closed in the org', async () => {
    const stream = follow(salesforce);
    await stream.connected();
    assert.equal((await control('cdc', {}))['clients'], 1);
    const reason = { why: 'the worker ends' };
    stream.abort(reason);
    assert.equal(await stream.ended, reason);
    assert.deepEqual([(await control('cdc', {}))['clients'], (await control('cdc', {}))['held']], [0, 0]);
  });

  test('by a signal that was aborted before, or while a handler hangs, comes at once', async () => {
    const early = AbortSignal.abort('never begun');
    await assert.rejects(salesforce.changes({ replay: { Lead: null, Contact: null }, signal: early, onEvents: async () => {} }), (reason) => reason === 'never begun');
    const entered = Promise.withResolvers<void>();
    const stream = follow(salesforce, {
      handle: async () => {
        entered.resolve();
        await new Promise(() => {});
      },
    });
    await stream.connected();
    await lead();
    await entered.promise;
    await stream.stop();
  });

  test('by an org that does not capture changes, or hides them, says so', async () => {
    await control('cdc', { enabled: false, object: 'Contact' });
    const off = await failureOf(follow(salesforce).ended);
    assert.deepEqual([off.code, off.status, off.detail], ['STREAM_UNAVAILABLE', 403, 'denied_by_security_policy:create_denied']);
    await control('cdc', { enabled: true });
    await control('permissions', { object: 'Lead', read: false });
    assert.equal((await failureOf(follow(salesforce).ended)).code, 'STREAM_UNAVAILABLE');
    await control('permissions', { object: 'Lead', read: true });
    await control('faults', { path: '/cometd/*', status: 404, body: 'nothing here' });
    assert.equal((await failureOf(follow(salesforce).ended)).code, 'STREAM_UNAVAILABLE');
  });

  test('by a server that restarts is one of the network; what came meanwhile is replayed', async () => {
    const stream = follow(salesforce);
    await stream.connected();
    await lead();
    await stream.until(() => stream.read.Lead !== null);
    await control('cdc/disconnect', {});
    const failure = await failureOf(stream.ended);
    assert.deepEqual([failure.code, failure.reason], ['NETWORK', 'UNKNOWN_CLIENT']);
    const missed = await lead();
    const again = follow(salesforce, { replay: stream.read });
    await again.until(() => again.events().length > 0);
    await again.stop();
    assert.deepEqual(again.said(), [`create ${missed}`]);
  });

  test('by a session that ended comes only where a new one does not help, and loses nothing', async () => {
    const own = newClient();
    const stream = follow(own);
    await stream.connected();
    const one = await lead();
    await stream.until(() => stream.events().length === 1);
    await revoke({ old: true });
    await stream.connected(2);
    const two = await lead();
    await stream.until(() => stream.events().length === 2);
    assert.deepEqual(stream.said(), [`create ${one}`, `create ${two}`]);
    await revoke({ old: false });
    const failure = await failureOf(stream.ended);
    assert.deepEqual([failure.status, failure.code], [401, 'INVALID_SESSION_ID']);
  });

  test('by a session refused at the handshake is cured the same way', async () => {
    const own = newClient();
    await own.identity(call);
    await revoke({ old: true });
    const stream = follow(own);
    await stream.connected();
    await stream.stop();
    assert.equal(stream.connections(), 1);
  });

  for (const [what, fault, code] of [
    ['a cut answer', { cut: true }, 'NETWORK'],
    ['a reset connection', { reset: true, when: 'after' }, 'NETWORK'],
    ['a silent peer', { delayMs: 1e9, when: 'after' }, 'NETWORK'],
    ['an unavailable server', { status: 503, when: 'after' }, 'NETWORK'],
    ['half an answer', { truncate: true }, 'INVALID_RESPONSE'],
    ['an answer to something else', { body: [], when: 'after' }, 'INVALID_RESPONSE'],
    ['an answer in HTML', { body: '<html></html>', when: 'after' }, 'INVALID_RESPONSE'],
  ] as const) {
    test(`by ${what} is noticed, and the events it took along are replayed`, async () => {
      const stream = follow(salesforce);
      await stream.connected();
      const first = await lead();
      await stream.until(() => stream.read.Lead !== null);
      await control('faults', { path: '/cometd/*', method: 'POST', ...fault });
      const failure = failureOf(stream.ended);
      const lost = await lead();
      assert.equal((await failure).code, code);
      const again = follow(salesforce, { replay: stream.read });
      await again.connected();
      const next = await lead();
      await again.until(() => again.said().includes(`create ${next}`));
      await again.stop();
      assert.deepEqual([...stream.said(), ...again.said()], [first, lost, next].map((id) => `create ${id}`));
    });
  }

  test('by a login that is refused is that refusal', async () => {
    assert.equal((await failureOf(follow(newClient('wrong')).ended)).code, 'invalid_client');
  });
});
