import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { afterEach, describe, test } from 'node:test';
import { fetch as undiciFetch } from 'undici';
import type { Timeouts } from '../../../activities/crm/exchange.ts';
import { openTransport, within } from '../../../activities/crm/transport.ts';
import { cut, json, stall, startFakeServer } from './fakeServer.ts';
import type { FakeServer } from './fakeServer.ts';

const SHORT: Timeouts = { headers: 150, body: 150, whole: 10_000 };

let server: FakeServer | undefined;
afterEach(() => server?.close());

const causeOf = (code: string) => (error: unknown) => error instanceof TypeError && error.cause instanceof Error && 'code' in error.cause && error.cause.code === code;

describe('the transport, under the global fetch that @hubspot/api-client uses', () => {
  test('rejects an answer that is cut in the middle before anything of it is passed on', async () => {
    server = await startFakeServer((_request, response) => cut(response));
    await assert.rejects(fetch(server.url), causeOf('UND_ERR_SOCKET'));
  });

  test('gives up on a server that never answers', async () => {
    server = await startFakeServer(() => {});
    const { url } = server;
    await assert.rejects(within({ timeouts: SHORT, answer: null }, () => fetch(url)), causeOf('UND_ERR_HEADERS_TIMEOUT'));
  });

  test('gives up on an answer that stops', async () => {
    server = await startFakeServer((_request, response) => stall(response));
    const { url } = server;
    await assert.rejects(within({ timeouts: SHORT, answer: null }, () => fetch(url)), causeOf('UND_ERR_BODY_TIMEOUT'));
  });

  test('gives up on an answer that drips without end', async () => {
    server = await startFakeServer((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 30);
      response.on('close', () => clearInterval(drip));
    });
    const { url } = server;
    await assert.rejects(within({ timeouts: { ...SHORT, whole: 300 }, answer: null }, () => fetch(url)), causeOf('WHOLE_ANSWER_TIMEOUT'));
  });

  test('ends the request when the signal is aborted, though the client library takes none', async () => {
    const stop = new AbortController();
    const closed = new Promise<void>((resolve) => {
      void startFakeServer((_request, response) => {
        response.on('close', resolve);
        stop.abort(new Error('cancelled'));
      }).then((started) => {
        server = started;
        return within({ timeouts: SHORT, signal: stop.signal, answer: null }, () => fetch(started.url)).catch(() => {});
      });
    });
    await closed;
  });

  test('passes large answers on whole, one after another on one connection', async () => {
    const body = 'x'.repeat(8 * 1024 * 1024);
    server = await startFakeServer((_request, response) => response.end(body));
    for (let i = 0; i < 3; i += 1) {
      const answer = await fetch(server.url);
      assert.equal((await answer.text()).length, body.length);
    }
  });

  test('notes status and headers of each answer for the operation that asked, though calls run side by side', async () => {
    server = await startFakeServer((request, response) => {
      const status = Number(request.url.slice(1));
      setTimeout(() => json(response, status, {}, { 'x-status': String(status) }), status === 200 ? 40 : 5);
    });
    const { url } = server;
    const statuses = [200, 404, 503, 429];
    const exchanges = await Promise.all(
      statuses.map(async (status) => {
        const exchange = { timeouts: SHORT, answer: null };
        await within(exchange, () => fetch(`${url}/${status}`));
        return exchange;
      }),
    );
    assert.deepEqual(exchanges.map(({ answer }: { answer: { status: number; headers: Record<string, string> } | null }) => [answer?.status, answer?.headers['x-status']]), statuses.map((status) => [status, String(status)]));
  });
});

describe('the transport behind a proxy', () => {
  test('goes through the proxy that the environment names, and rejects a cut answer there too', async () => {
    server = await startFakeServer((request, response, index) => (index === 0 ? json(response, 200, { asked: request.url }) : cut(response)));
    const dispatcher = openTransport({ HTTP_PROXY: server.url, HTTPS_PROXY: server.url });
    const answer = await undiciFetch('http://crm.invalid/services/data', { dispatcher });
    assert.deepEqual(await answer.json(), { asked: 'http://crm.invalid/services/data' });
    await assert.rejects(undiciFetch('http://crm.invalid/services/data', { dispatcher }), causeOf('UND_ERR_SOCKET'));
    await dispatcher.close();
  });

  test('reaches a sandbox on this machine without the proxy', async () => {
    server = await startFakeServer((_request, response) => json(response, 200, {}));
    const dispatcher = openTransport({ HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' });
    assert.equal((await undiciFetch(server.url, { dispatcher })).status, 200);
    await dispatcher.close();
  });
});

test('jsforce and Sluice share one copy of undici, or the dispatcher would not fit', () => {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('jsforce'));
  assert.equal(theirs.resolve('undici'), ours.resolve('undici'));
});
