import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Clock } from '../../../sandbox/common/clock.ts';
import { listen, type Listening } from '../../../sandbox/common/listen.ts';
import { createSandbox } from '../../../sandbox/common/server.ts';

describe('fault injection', () => {
  let effects = 0;
  const clock = new Clock();
  const { app, faults } = createSandbox({ name: 'test', clock, errorAnswer: (status) => ({ body: { own: status }, headers: { 'x-own': 'yes' } }) });
  app.post('/things/:id', (request) => {
    effects += 1;
    return { ok: true, body: request.body ?? null, text: 'x'.repeat(2000) };
  });
  app.post('/rows', (request) => {
    const rows = Array.isArray(request.body) ? request.body : [];
    return rows.map((row: unknown) => faults.rowFault(request, JSON.stringify(row)) ?? 'done');
  });
  let server: Listening;
  before(async () => {
    server = await listen(app, 0);
  });
  after(() => server.close());
  beforeEach(async () => {
    effects = 0;
    await fetch(`${server.url}/_sandbox/faults`, { method: 'DELETE' });
    await fetch(`${server.url}/_sandbox/calls`, { method: 'DELETE' });
  });

  const post = (path: string, body: unknown = {}) => fetch(server.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const fault = async (rule: unknown): Promise<void> => {
    const answer = await post('/_sandbox/faults', rule);
    assert.equal(answer.status, 200, await answer.text());
  };

  test('a status before the effect hits once, in the sandbox\'s own words, and leaves no effect', async () => {
    await fault({ method: 'POST', path: '/things/1', status: 503 });
    const first = await post('/things/1');
    assert.equal(first.status, 503);
    assert.deepEqual(await first.json(), { own: 503 });
    assert.equal(first.headers.get('x-own'), 'yes');
    assert.equal(effects, 0);
    assert.equal((await post('/things/1')).status, 200);
    assert.equal(effects, 1);
  });

  test('a status after the effect keeps the effect', async () => {
    await fault({ path: '/things/*', status: 500, when: 'after', body: '<html>oops</html>', times: 2 });
    for (const id of ['1', '2']) {
      const answer = await post(`/things/${id}`);
      assert.equal(answer.status, 500);
      assert.match(answer.headers.get('content-type') ?? '', /text\/html/);
      assert.equal(await answer.text(), '<html>oops</html>');
    }
    assert.equal(effects, 2);
    assert.equal((await post('/things/3')).status, 200);
  });

  test('an empty contentType sends none', async () => {
    await fault({ path: '/^\\/things\\/\\d+$/', status: 502, body: 'bad gateway', contentType: '' });
    const answer = await post('/things/77');
    assert.equal(answer.status, 502);
    assert.equal(answer.headers.get('content-type'), null);
  });

  test('a cut sends the headers and half the body, after the effect', async () => {
    await fault({ path: '/things/1', cut: true });
    const answer = await post('/things/1');
    assert.equal(answer.status, 200);
    await assert.rejects(answer.text());
    assert.equal(effects, 1);
  });

  test('a cut before the effect has no effect', async () => {
    await fault({ path: '/things/1', cut: true, when: 'before' });
    const answer = await post('/things/1');
    await assert.rejects(answer.text());
    assert.equal(effects, 0);
  });

  test('a reset answers nothing, before or after the effect', async () => {
    await fault({ path: '/things/1', reset: true });
    await assert.rejects(post('/things/1'));
    assert.equal(effects, 0);
    await fault({ path: '/things/1', reset: true, when: 'after' });
    await assert.rejects(post('/things/1'));
    assert.equal(effects, 1);
  });

  test('a truncated answer is complete HTTP with half the JSON', async () => {
    await fault({ path: '/things/1', truncate: true });
    const answer = await post('/things/1');
    const text = await answer.text();
    assert.equal(answer.headers.get('content-length'), String(text.length));
    assert.throws(() => JSON.parse(text) as unknown, SyntaxError);
  });

  test('a withheld answer comes after its effect, or never', async () => {
    await fault({ path: '/things/1', delayMs: 1e9, when: 'after' });
    await assert.rejects(fetch(`${server.url}/things/1`, { method: 'POST', signal: AbortSignal.timeout(150) }));
    assert.equal(effects, 1);
    await fault({ path: '/things/1', delayMs: 5 });
    assert.equal((await post('/things/1')).status, 200);
  });

  test('a dripping answer arrives whole', async () => {
    await fault({ path: '/things/1', dripMs: 1 });
    const answer: unknown = await (await post('/things/1', { a: 1 })).json();
    assert.deepEqual(answer, { ok: true, body: { a: 1 }, text: 'x'.repeat(2000) });
  });

  test('a body of the wrong shape replaces the answer after the effect', async () => {
    await fault({ path: '/things/1', body: { surprise: [] }, when: 'after' });
    const answer = await post('/things/1');
    assert.deepEqual([answer.status, await answer.json(), effects], [200, { surprise: [] }, 1]);
  });

  test('a rate hits the same requests for the same seed', async () => {
    const pattern = async (): Promise<number[]> => {
      await fetch(`${server.url}/_sandbox/faults`, { method: 'DELETE' });
      await fault({ path: '/things/1', status: 429, rate: 0.4, random: 7 });
      const answers = [];
      for (let i = 0; i < 20; i++) answers.push((await post('/things/1')).status);
      return answers;
    };
    const first = await pattern();
    assert.deepEqual(await pattern(), first);
    assert.ok(first.includes(429) && first.includes(200));
  });

  test('a row fault fails only the rows whose JSON contains the match, in the given number of requests', async () => {
    await fault({ path: '/rows', row: { match: '"b"', code: 'BAD_ROW', fields: ['Email'] } });
    const rows = [{ n: 'a' }, { n: 'b' }, { n: 'b' }];
    const hit = { code: 'BAD_ROW', fields: ['Email'], message: 'BAD_ROW: injected by the sandbox' };
    assert.deepEqual(await (await post('/rows', rows)).json(), ['done', hit, hit]);
    assert.deepEqual(await (await post('/rows', rows)).json(), ['done', 'done', 'done']);
  });

  test('a rule that would do nothing, or says something unknown, is refused', async () => {
    for (const rule of [{ path: '/things/1' }, { path: '/things/1', status: 500, tims: 2 }, { status: 'many' }]) {
      assert.equal((await post('/_sandbox/faults', rule)).status, 400);
    }
  });

  test('calls are counted by route pattern, and the log keeps faulted requests without tokens', async () => {
    await post('/things/1?access_token=secret-thing');
    await fault({ path: '/things/2', status: 500 });
    await post('/things/2');
    await post('/nowhere');
    const counted: unknown = await (await fetch(`${server.url}/_sandbox/calls`)).json();
    assert.deepEqual(counted, { total: 3, byRoute: { 'POST /things/:id': 2, 'POST (no such route)': 1 } });
    const text = await (await fetch(`${server.url}/_sandbox/requests`)).text();
    assert.ok(!text.includes('secret-thing'));
    const log = JSON.parse(text) as { requests: { status: number | null; fault?: string }[] };
    assert.deepEqual(log.requests.map(({ status }) => status), [200, 500, 404]);
    assert.match(log.requests[1]?.fault ?? '', /^fault \d+$/);
  });
});
