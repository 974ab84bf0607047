import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Clock } from '../../../sandbox/common/clock.ts';
import { openDatabase } from '../../../sandbox/common/database.ts';
import { SlidingWindow } from '../../../sandbox/common/limiter.ts';
import { listen } from '../../../sandbox/common/listen.ts';
import { Random } from '../../../sandbox/common/random.ts';
import { createSandbox } from '../../../sandbox/common/server.ts';
import { Tokens } from '../../../sandbox/common/tokens.ts';

test('the clock moves when it is told to, and stands still', async () => {
  const clock = new Clock();
  const before = clock.now();
  clock.advance(60_000);
  assert.ok(clock.now() - before >= 60_000);
  const { app } = createSandbox({ name: 'test', clock });
  const server = await listen(app, 0);
  await fetch(`${server.url}/_sandbox/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"advanceMs":3600000}' });
  assert.ok(clock.now() - before >= 3_660_000);
  await fetch(`${server.url}/_sandbox/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"stopped":true}' });
  const stopped = clock.now();
  clock.advance(5);
  assert.equal(clock.now(), stopped + 5);
  clock.stop(false);
  assert.ok(clock.now() >= stopped + 5);
  await server.close();
});

test('a sliding window admits its limit in any window, and a refused call does not count', () => {
  const clock = new Clock();
  const window = new SlidingWindow(clock, 2, 60_000);
  assert.deepEqual([window.take().remaining, window.take().remaining], [1, 0]);
  const refused = window.take();
  assert.equal(refused.allowed, false);
  assert.ok(refused.retryAfterMs > 50_000 && refused.retryAfterMs <= 60_000);
  clock.advance(30_000);
  assert.equal(window.take().allowed, false);
  clock.advance(30_001);
  assert.equal(window.take().allowed, true);
  assert.equal(window.used(), 1);
});

describe('a database', () => {
  test('undoes what a failed transaction wrote, nested ones alone', () => {
    const database = openDatabase();
    database.exec('CREATE TABLE t (n INTEGER)');
    database.transaction(() => {
      database.run('INSERT INTO t VALUES (1)');
      assert.throws(() => database.transaction(() => {
        database.run('INSERT INTO t VALUES (2)');
        throw new Error('inner');
      }), /inner/);
    });
    assert.throws(() => database.transaction(() => {
      database.run('INSERT INTO t VALUES (3)');
      throw new Error('outer');
    }), /outer/);
    assert.deepEqual(database.all('SELECT n FROM t').map((row) => row['n']), [1]);
    database.close();
  });
});

test('tokens are valid, expire on the clock, are revoked, or unknown', () => {
  const clock = new Clock();
  const tokens = new Tokens(clock, openDatabase());
  const lasting = tokens.issue({ kind: 'private', prefix: 'p-' });
  const brief = tokens.issue({ kind: 'oauth', prefix: 'o-', ttlMs: 1000, about: 'scopes' });
  assert.deepEqual([tokens.check(lasting), tokens.check(brief), tokens.check('x')], ['valid', 'valid', 'unknown']);
  assert.deepEqual([tokens.find(brief).kind, tokens.find(brief).about], ['oauth', 'scopes']);
  clock.advance(1001);
  assert.deepEqual([tokens.check(lasting), tokens.check(brief)], ['valid', 'expired']);
  tokens.revoke(lasting);
  assert.equal(tokens.check(lasting), 'revoked');
});

test('randomness repeats with its seed', () => {
  const sequence = (seed: number): number[] => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.int(1000));
  };
  assert.deepEqual(sequence(1), sequence(1));
  assert.notDeepEqual(sequence(1), sequence(2));
});

describe('the server', () => {
  test('keeps raw bodies, reads JSON, forms and CSV, and takes a path with or without its slash', async () => {
    const { app } = createSandbox({ name: 'test', clock: new Clock() });
    app.post('/echo', (request) => ({ body: request.body ?? null, raw: request.rawBody.toString() }));
    const server = await listen(app, 0);
    const send = async (type: string, body: string, path = '/echo'): Promise<unknown> => (await fetch(server.url + path, { method: 'POST', headers: { 'content-type': type }, body })).json();
    assert.deepEqual(await send('application/json;charset=UTF-8', '{"a": 1}'), { body: { a: 1 }, raw: '{"a": 1}' });
    assert.deepEqual(await send('application/x-www-form-urlencoded', 'a=1&b=x+y'), { body: { a: '1', b: 'x y' }, raw: 'a=1&b=x+y' });
    assert.deepEqual(await send('text/csv', 'a,b\n1,2\n', '/echo/'), { body: 'a,b\n1,2\n', raw: 'a,b\n1,2\n' });
    assert.deepEqual(await send('application/json', ''), { body: null, raw: '' });
    const broken = await fetch(`${server.url}/echo`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' });
    assert.equal(broken.status, 400);
    await server.close();
  });

  test('closes at once, even while an answer is withheld', async () => {
    const { app } = createSandbox({ name: 'test', clock: new Clock() });
    let handled = 0;
    app.get('/slow', () => {
      handled += 1;
      return {};
    });
    const server = await listen(app, 0);
    await fetch(`${server.url}/_sandbox/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"path":"/slow","delayMs":3600000}' });
    const waiting = fetch(`${server.url}/slow`).then(() => 'answered', () => 'cut off');
    const arrived = async (): Promise<boolean> => (await (await fetch(`${server.url}/_sandbox/calls`)).text()).includes('"total":1');
    for (let tries = 0; tries < 100 && !(await arrived()); tries++);
    await server.close();
    assert.equal(await waiting, 'cut off');
    assert.equal(handled, 0);
  });
});
