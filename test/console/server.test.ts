import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CrmFailure } from '../../activities/crm/failure.ts';
import type { createLooks } from '../../activities/looks/index.ts';
import { SluiceFailure, type SluiceClient } from '../../client/sluice-client.ts';
import { startConsole, type ConsoleOptions } from '../../console/server/server.ts';
import { UserError } from '../../worker/user-error.ts';

type Test = { after(end: () => Promise<void>): void };

/** A server over a client and looks that answer what a test says; whatever else they are asked is a defect. */
async function serve(t: Test, options: { sluice?: Partial<SluiceClient>; looks?: Partial<ReturnType<typeof createLooks>>; console?: Partial<ConsoleOptions['console']> } = {}) {
  const server = await startConsole({
    console: { host: '127.0.0.1', port: 0, portChosen: true, url: null, token: null, ...options.console },
    sluice: { connection: 'main', ...options.sluice } as SluiceClient, looks: { ...options.looks } as ReturnType<typeof createLooks>,
    assets: new Map([['/index.html', { type: 'text/html; charset=utf-8', body: Buffer.from('the page'), gzip: gzipSync('the page') }]]), workflowPage: () => null, hubspotSegments: async () => null,
  });
  t.after(() => server.close());
  return server;
}

const same = { 'x-sluice-console': '1', 'content-type': 'application/json' };

/** By `node:http`, which sends whatever Host and Origin it is told to. */
async function ask(address: string, method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { hostname, port } = new URL(address);
  const sent = request({ hostname, port, method, path, headers });
  sent.end(body);
  const [response] = await once(sent, 'response') as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

describe('the console\'s server', () => {
  test('answers a page for any path, with a strict policy for what it may load', async (t) => {
    const { address } = await serve(t);
    const answer = await ask(address, 'GET', '/settings/integrations/connected-apps/salesforce/contacts');
    assert.equal(answer.body, 'the page');
    assert.match(String(answer.headers['content-security-policy']), /default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    for (const path of ['/assets/../../package.json', '/assets/%2e%2e/package.json']) assert.equal((await ask(address, 'GET', path)).status, 404, 'no file but those that were built');
  });

  test('refuses another Host, whatever is asked: a name of another site that points to this machine', async (t) => {
    const { address } = await serve(t);
    for (const host of ['evil.example', `evil.example:${new URL(address).port}`, '127.0.0.1']) {
      const { status, body } = await ask(address, 'GET', '/', { host });
      assert.equal(status, 421);
      assert.match(body, /answers under no other name: open it there/);
    }
    assert.equal((await ask(address, 'GET', '/', { host: `localhost:${new URL(address).port}` })).status, 200);
  });

  test('refuses what another site has sent, and what comes without its own header (CSRF)', async (t) => {
    let cleared = 0;
    const settings = { segment: null };
    const { address } = await serve(t, { sluice: { settings: async () => settings, clearSegment: async () => { cleared += 1; return settings; } } as unknown as Partial<SluiceClient> });
    const refused: [why: string, headers: Record<string, string>][] = [
      ['no header', {}], ['another origin', { ...same, origin: 'http://evil.example' }], ['a sandboxed frame', { ...same, origin: 'null' }],
      ['another port of this machine', { ...same, origin: 'http://127.0.0.1:1' }], ['another site by the browser\'s word', { ...same, 'sec-fetch-site': 'cross-site' }],
    ];
    for (const [why, headers] of refused) assert.equal((await ask(address, 'DELETE', '/api/connection/segment', headers)).status, 403, why);
    assert.equal(cleared, 0);
    assert.equal((await ask(address, 'DELETE', '/api/connection/segment', { 'x-sluice-console': '1', origin: address })).status, 200);
    assert.equal(cleared, 1);
  });

  test('with a token lets in who shows it, once by a form, and gives nothing to anybody else', async (t) => {
    const token = 'a-token-of-the-console';
    const { address } = await serve(t, { console: { token }, looks: { segments: async () => [] } });
    const page = await ask(address, 'GET', '/');
    assert.equal(page.status, 401);
    assert.match(page.body, /<form method="post" action="\/sign-in">/);
    assert.equal((await ask(address, 'GET', '/api/segments')).status, 401);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal((await ask(address, 'POST', '/sign-in', form, 'token=guess')).status, 401);
    assert.equal((await ask(address, 'POST', '/sign-in', { ...form, origin: 'http://evil.example' }, `token=${token}`)).status, 403);
    const signedIn = await ask(address, 'POST', '/sign-in', { ...form, origin: address }, `token=${token}`);
    assert.equal(signedIn.status, 303);
    const [cookie = ''] = signedIn.headers['set-cookie'] as string[];
    assert.match(cookie, /^sluice-console=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=\//);
    assert.ok(!cookie.includes(token));
    assert.equal((await ask(address, 'GET', '/api/segments', { cookie: cookie.split(';')[0] ?? '' })).status, 200);
    assert.equal((await ask(address, 'GET', '/', { cookie: cookie.split(';')[0] ?? '' })).body, 'the page');
  });

  test('says in a sentence what is not as it must be, and what is down', async (t) => {
    const down = new CrmFailure({ system: 'hubspot', operation: 'list the segments', code: 'NETWORK', reason: 'ECONNREFUSED' });
    const { address } = await serve(t, {
      sluice: {
        settings: () => Promise.reject(new SluiceFailure('no-worker', 'No worker serves the connection "main": start one with `npm run dev`.')),
        startImport: () => Promise.reject(new Error('a defect with a secret in it')),
      },
      looks: { segments: () => Promise.reject(down), createSegment: async () => ({ fault: 'Criterion 1 of group 1 ("City") has no value: enter one.' }), segment: async (id) => ({ id, unfit: `HubSpot has no segment ${id}: it was deleted or never existed.` }) },
    });
    const cases: [method: string, path: string, body: unknown, status: number, sentence: RegExp][] = [
      ['PUT', '/api/connection/segment', { segmentId: '1' }, 503, /^No worker serves the connection "main": start one/],
      ['PUT', '/api/connection/segment', { segmentId: 'one' }, 400, /^segmentId: expected the id of a segment\.$/],
      ['GET', '/api/segments', undefined, 502, /HubSpot/],
      ['GET', '/api/segments/999', undefined, 404, /^HubSpot has no segment 999: it was deleted or never existed\. Choose another segment in the settings\.$/],
      ['POST', '/api/segments', { name: 'A', groups: [[{ property: 'city', operator: 'CONTAINS', values: [''] }]] }, 400, /has no value: enter one\.$/],
      ['POST', '/api/segments', { name: '  ', groups: [[{ property: 'city', operator: 'IS_KNOWN', values: [] }]] }, 400, /a segment needs a name: enter one/],
      ['POST', '/api/segments', { name: 'A', groups: [] }, 400, /^groups: /],
      ['POST', '/api/jobs/compare', { segmentId: '999' }, 404, /no segment 999/],
      ['POST', '/api/jobs/pause', { id: 'contact/main/1' }, 400, /^id: expected the id of an import or a resync/],
      ['POST', '/api/jobs/import', { object: 'both', where: '' }, 500, /^Something went wrong in the console: see its output, and try again\.$/],
      ['GET', '/api/nothing', undefined, 404, /^There is nothing here\.$/],
    ];
    for (const [method, path, body, status, sentence] of cases) {
      const answer = await ask(address, method, path, same, body === undefined ? undefined : JSON.stringify(body));
      assert.equal(answer.status, status, `${method} ${path}: ${answer.body}`);
      assert.match((JSON.parse(answer.body) as { message: string }).message, sentence);
    }
  });

  test('takes another port where 4000 is in use, unless one was chosen', async (t) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    const moved = await serve(t, { console: { port, portChosen: false } });
    assert.ok(moved.moved);
    assert.notEqual(new URL(moved.address).port, String(port));
    await assert.rejects(serve(t, { console: { port, portChosen: true } }), (error) => error instanceof UserError && error.message.endsWith('set SLUICE_CONSOLE_PORT to another port.'));
    holder.close();
  });
});
