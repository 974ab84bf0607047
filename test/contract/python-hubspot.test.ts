import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { testSandbox } from '../sandbox/hubspot/sandbox.ts';
import { pythonWith } from './python.ts';

// A client that nobody of this project wrote judges the sandbox.
const python = await pythonWith(['hubspot-api-client==12.0.0']);

test('the Python package hubspot-api-client creates, reads, searches, updates, batches and archives', { skip: 'skip' in python ? python.skip : false }, async () => {
  assert.ok(!('skip' in python));
  const sandbox = await testSandbox();
  const script = await readFile(new URL('hubspot_contacts.py', import.meta.url), 'utf8');
  const told: unknown = JSON.parse(await python.run(script, { SANDBOX: sandbox.url, NO_PROXY: '127.0.0.1' }));
  assert.deepEqual(told, {
    created: 'ada@example.com',
    read: [true, null, 'INTEGRATION', false],
    updated: 'Countess',
    duplicate: [409, 'CONFLICT', true],
    found: [1, true],
    batch_created: 3,
    upserted: [false, 'Bari'],
    cities: ['Bari', 'Rome', 'Rome'],
    left: ['b2@example.com'],
    archived: 3,
    gone: 404,
  });
});
