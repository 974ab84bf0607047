import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import type { Connection } from 'jsforce';
import { StreamingExtension, type Client } from 'jsforce/lib/api/streaming.js';
import { CONTACTS, LEADS, said, startCdc, type Event, type Message } from './cdcClient.ts';
import { control, login } from './sandbox.ts';

/** jsforce's types leave it out. */
type Closable = { disconnect(): void };

const { sandbox, url, connection, post, subscribed, kept, last, cdc, create } = await startCdc();
const { clock } = sandbox;

afterEach(async () => {
  await control(url, 'DELETE', 'faults');
  await cdc({ enabled: true, delayMs: [0, 0], holdMs: 5000, duplicate: 0, drop: 0, gap: 0, reorder: false, merge: false });
});

describe('through jsforce’s streaming client', () => {
  const follow = (through: Connection, channel: string, replayId: number, enough: (events: Event[]) => boolean): Promise<Event[]> => new Promise((resolve) => {
    const client = through.streaming.createClient([new StreamingExtension.Replay(channel, replayId)]) as Client & Closable;
    const events: Event[] = [];
    void client.subscribe(channel, (event: Event) => {
      events.push(event);
      if (!enough(events)) return;
      client.disconnect();
      resolve(events);
    });
  });

  test('kept events come first, then each change as it is made', async () => {
    const before = await create('Lead', { LastName: 'Hopper', Company: 'Navy' });
    let after: Promise<string> | undefined;
    const events = await follow(connection, LEADS, -2, (so) => {
      after ??= create('Lead', { LastName: 'Lovelace', Company: 'Engine' });
      return so.length === 2;
    });
    assert.deepEqual(events.map(said), [['CREATE', before], ['CREATE', await after]]);
  });

  test('a client that the server forgot shakes hands again and goes on after the last event', async () => {
    const from = await last(LEADS);
    const one = await create('Lead', { LastName: 'One', Company: 'x' });
    let two: Promise<string> | undefined;
    const events = await follow(connection, LEADS, from, (so) => {
      two ??= control(url, 'POST', 'cdc/disconnect').then(() => create('Lead', { LastName: 'Two', Company: 'x' }));
      return so.length === 2;
    });
    assert.deepEqual(events.map(said), [['CREATE', one], ['CREATE', await two]]);
  });

  test('its websocket is refused and no call is counted against the API', async () => {
    const used = async (): Promise<string | null> => (await fetch(`${url}/services/data/v67.0/limits`, { headers: { authorization: `Bearer ${connection.accessToken}` } })).headers.get('sforce-limit-info');
    const before = await used();
    const events = await follow(connection, LEADS, -2, (so) => so.length > 0);
    assert.ok(events.length > 0);
    const count = (text: string | null): number => Number(/=(\d+)\//.exec(text ?? '')?.[1]);
    assert.equal(count(await used()), count(before) + 1);
    assert.equal((await fetch(`${url}/cometd/67.0`)).status, 400);
  });
});

describe('Bayeux', () => {
  test('a connect waits for events and is answered at once when one is made; without any when its time is over', async () => {
    const { connect, next } = await subscribed(LEADS, -1);
    const waiting = next();
    const id = await create('Lead', { LastName: 'w', Company: 'c' });
    assert.deepEqual((await waiting).map(said), [['CREATE', id]]);
    await cdc({ holdMs: 1 });
    const [answer, ...more] = await connect();
    assert.deepEqual([answer?.successful, answer?.advice, more], [true, { reconnect: 'retry', interval: 0, timeout: 1 }, []]);
  });

  test('a token that is unknown or ends is told: at the handshake nested, at a connect even while it waits', async () => {
    const [denied] = await post({ channel: '/meta/handshake' }, 'stranger');
    assert.deepEqual(denied, {
      channel: '/meta/handshake', successful: false, error: '403::Handshake denied', ext: { sfdc: { failureReason: '401::Authentication invalid' }, replay: true }, advice: { reconnect: 'none', interval: 0 },
    });
    const own = await login(url);
    const { clientId } = await subscribed(LEADS, -1);
    const waiting = post({ channel: '/meta/connect', clientId }, own.accessToken ?? '');
    await control(url, 'POST', 'revoke', { token: own.accessToken });
    assert.deepEqual(await waiting, [{ channel: '/meta/connect', successful: false, error: '401::Authentication invalid', clientId, advice: { reconnect: 'none', interval: 0 } }]);
  });

  test('a client that is unknown, closed or forgotten is sent back to the handshake', async () => {
    const { clientId, connect } = await subscribed(LEADS, -1);
    const waiting = connect();
    await control(url, 'POST', 'cdc/disconnect');
    const unknown = (answer: Message[]): unknown[] => answer.map(({ error, advice }) => [error, advice]);
    const told = [['403::Unknown client', { reconnect: 'handshake', interval: 0 }]];
    assert.deepEqual(unknown(await waiting), told);
    assert.deepEqual(unknown(await post({ channel: '/meta/subscribe', clientId, subscription: LEADS })), told);
    const closed = await subscribed(LEADS, -1);
    assert.equal((await post({ channel: '/meta/disconnect', clientId: closed.clientId }))[0]?.successful, true);
    assert.deepEqual(unknown(await closed.connect()), told);
  });

  test('a channel that is unknown, not switched on or not visible is refused; an unsubscribed one is silent', async () => {
    assert.match((await subscribed('/data/NoChangeEvent', -1)).answer?.error ?? '', /^404::/);
    const denied = '403:denied_by_security_policy:create_denied';
    assert.equal((await subscribed('/data/AccountChangeEvent', -1)).answer?.error, denied);
    await cdc({ enabled: false, object: 'Lead' });
    assert.equal((await subscribed(LEADS, -1)).answer?.error, denied);
    assert.equal((await subscribed(CONTACTS, -1)).answer?.successful, true);
    const before = await last(CONTACTS);
    await cdc({ enabled: false });
    await create('Contact', { LastName: 'unheard' });
    await cdc({ enabled: true });
    assert.equal(await last(CONTACTS), before);
    await control(url, 'POST', 'permissions', { object: 'Lead', read: false });
    assert.equal((await subscribed(LEADS, -1)).answer?.error, denied);
    await control(url, 'POST', 'permissions', { object: 'Lead', read: true });
    const { clientId, next } = await subscribed(LEADS, -2);
    await create('Lead', { LastName: 'x', Company: 'c' });
    await post({ channel: '/meta/unsubscribe', clientId, subscription: LEADS });
    assert.deepEqual(await next({ advice: { timeout: 0 } }), []);
  });

  test('faults reach it: a cut answer takes its events along, a replay brings them back', async () => {
    const from = await last(LEADS);
    const { connect, next } = await subscribed(LEADS, from);
    const id = await create('Lead', { LastName: 'lost', Company: 'c' });
    await control(url, 'POST', 'faults', { path: '/cometd/*', method: 'POST', cut: true });
    await assert.rejects(connect());
    assert.deepEqual(await next({ advice: { timeout: 0 } }), []);
    assert.deepEqual((await kept(LEADS, from)).map(said), [['CREATE', id]]);
  });
});

describe('what a test can ask for', () => {
  const three = async (): Promise<{ from: number; ids: string[] }> => {
    const from = await last(LEADS);
    const rows = await connection.create('Lead', ['a', 'b', 'c'].map((City) => ({ LastName: 'x', Company: 'c', City })));
    return { from, ids: rows.map((row) => row.id ?? '') };
  };

  test('events can be delivered later than their commit, which moving the clock ends', async () => {
    await cdc({ delayMs: [3_600_000, 3_600_000] });
    const { from } = await three();
    assert.deepEqual(await kept(LEADS, from), []);
    clock.advance(3_600_001);
    assert.equal((await kept(LEADS, from)).length, 3);
  });

  test('events can be lost, doubled, shuffled or come as gaps', async () => {
    const { from, ids } = await three();
    const heard = async (change: object): Promise<unknown[][]> => {
      await cdc({ drop: 0, duplicate: 0, gap: 0, reorder: false, ...change, random: 7 });
      return (await kept(LEADS, from)).map(said);
    };
    const plain = ids.map((id) => ['CREATE', id]);
    assert.deepEqual(await heard({}), plain);
    assert.deepEqual(await heard({ drop: 1 }), []);
    assert.deepEqual(await heard({ duplicate: 1 }), plain.flatMap((one) => [one, one]));
    assert.deepEqual(await heard({ gap: 1 }), ids.map((id) => ['GAP_CREATE', id]));
    const shuffled = await heard({ reorder: true });
    assert.notDeepEqual(shuffled, plain);
    assert.deepEqual(new Set(shuffled.flat()), new Set(plain.flat()));
  });

  test('events that say the same come as one of several records; an overflow names none, or all of an object', async () => {
    const { ids } = await three();
    const from = await last(LEADS);
    await connection.update('Lead', ids.map((Id) => ({ Id, City: 'same' })));
    await cdc({ merge: true });
    const events = await kept(LEADS, from);
    assert.deepEqual(events.map(said), [['UPDATE', ...ids]]);
    await control(url, 'POST', 'cdc/gap', { object: 'Lead' });
    await control(url, 'POST', 'cdc/gap', { object: 'Lead', ids: ['00Q*'], changeType: 'GAP_UPDATE' });
    assert.deepEqual((await kept(LEADS, events[0]?.event.replayId ?? -2)).map(said), [['GAP_OVERFLOW', '000000000000000AAA'], ['GAP_UPDATE', '00Q*']]);
  });

  test('a record can be committed late, with a stamp of the past and any LastModifiedDate', async () => {
    const from = await last(LEADS);
    const { id } = (await control(url, 'POST', 'late', { object: 'Lead', fields: { LastName: 'l', Company: 'c' }, stampMsAgo: 600_000 })) as { id: string };
    const stamps = async (): Promise<number[]> => {
      const row = await connection.retrieve('Lead', id);
      return [row['SystemModstamp'], row['LastModifiedDate']].map((stamp) => Math.round((clock.now() - Date.parse(String(stamp))) / 60_000));
    };
    assert.deepEqual(await stamps(), [10, 10]);
    await control(url, 'POST', 'late', { object: 'Lead', id, fields: { City: 'x' }, lastModifiedMsAgo: 3_600_000 });
    assert.deepEqual(await stamps(), [0, 60]);
    assert.deepEqual((await kept(LEADS, from)).map(said), [['CREATE', id], ['UPDATE', id]]);
  });
});
