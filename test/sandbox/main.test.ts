import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Agent, fetch } from 'undici';

const script = join(import.meta.dirname, '../../sandbox/main.ts');
const directory = mkdtempSync(join(tmpdir(), 'sandbox-main-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const start = (args: string[], environment: Record<string, string>) => {
  const child = spawn(process.execPath, [script, ...args], { env: { ...process.env, SANDBOX_HUBSPOT_PORT: '0', SANDBOX_SALESFORCE_PORT: '0', ...environment } });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString()));
  const ended = once(child, 'exit').then(([code]: unknown[]) => code);
  return { child, text, ended };
};
/** Both addresses, once they are printed. */
const addresses = async ({ child, text }: ReturnType<typeof start>): Promise<string[]> => {
  for (;;) {
    const urls = text.out.match(/https?:\/\/\S+/g) ?? [];
    if (urls.length >= 2) return urls;
    if (child.exitCode !== null) throw new Error(text.err);
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  }
};
const occupied = async (): Promise<{ port: number; server: Server }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
};

describe('npm run sandbox', () => {
  for (const variable of ['SANDBOX_HUBSPOT_PORT', 'SANDBOX_SALESFORCE_PORT']) {
    test(`says in one sentence that the port of ${variable} is in use, and ends with code 1`, async () => {
      const { port, server } = await occupied();
      const run = start([], { [variable]: String(port) });
      assert.equal(await run.ended, 1);
      assert.match(run.text.err.trim(), new RegExp(`^Port ${port} [^\\n]*${variable}\\.$`));
      server.close();
    });
  }

  test('refuses a setting or a file that cannot be, in one sentence', async () => {
    for (const [args, environment, expected] of [
      [[], { SANDBOX_SEGMENT_LAG_MS: 'soon' }, /^The environment variable SANDBOX_SEGMENT_LAG_MS [^\n]*\.$/],
      [['--tls-cert', 'nowhere.pem'], {}, /^Give both --tls-cert and --tls-key, or neither\.$/],
      [['--tls-cert', 'nowhere.pem', '--tls-key', 'nowhere.pem'], {}, /^The file nowhere\.pem cannot be read: [^\n]*\.$/],
    ] as const) {
      const run = start([...args], environment);
      assert.equal(await run.ended, 1);
      assert.match(run.text.err.trim(), expected);
    }
  });

  test('serves both over TLS, keeps their state, and ends with code 0 on SIGTERM', async () => {
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
      '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    const portals = [];
    for (let round = 0; round < 2; round++) {
      const run = start(['--tls-cert', cert, '--tls-key', key, '--no-rate-limit', '--data', join(directory, 'data')], {});
      const [hubspot, salesforce] = await addresses(run);
      assert.match(hubspot ?? '', /^https:/);
      const details = await fetch(`${hubspot}/account-info/v3/details`, { dispatcher, headers: { authorization: 'Bearer pat-sandbox' } });
      assert.equal(details.status, 200);
      assert.ok(Number(details.headers.get('x-hubspot-ratelimit-max')) > 1_000_000);
      portals.push(await details.text());
      assert.equal((await fetch(`${salesforce}/_sandbox`, { dispatcher })).status, 200);
      run.child.kill('SIGTERM');
      assert.equal(await run.ended, 0);
    }
    assert.equal(portals[0], portals[1]);
    await dispatcher.close();
  });
});
