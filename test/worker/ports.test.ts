import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort, requireFreePort } from '../../worker/ports.ts';

test('a free port is none that the system may give to an outgoing connection before it is used', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort));
  assert.ok(ports.every((port) => port >= 1_024 && port < 32_768), String(ports));
});

test('a port that somebody listens on is not given out as free', async (t) => {
  const taken = await freePort();
  const server = createServer().listen(taken, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.close(); });
  const { randomInt } = crypto;
  const chosen: number[] = [];
  // The first two choices fall on the taken one.
  t.mock.method(crypto, 'randomInt', (from: number, to: number) => {
    chosen.push(chosen.length < 2 ? taken : randomInt(from, to));
    return chosen.at(-1);
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const port = await freePort();
  assert.deepEqual(chosen.slice(0, 2), [taken, taken]);
  assert.equal(port, chosen.at(-1));
  assert.notEqual(port, taken);
});

test('a port that is in use is refused with its purpose and the variable that chooses another', async (t) => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.close(); });
  await assert.rejects(requireFreePort(port, 'the console', 'SLUICE_CONSOLE_PORT'), new RegExp(`^UserError: Port ${port} for the console is in use: end the program that holds it, or set SLUICE_CONSOLE_PORT to another port\\.$`));
});
