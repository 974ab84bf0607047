import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '../../worker/stack.ts';
import { UserError } from '../../worker/user-error.ts';
import { alive } from '../support/processes.ts';
import { cacheDir } from '../support/suite.ts';

const support = join(import.meta.dirname, '../support');
const scripts = { sandbox: join(support, 'fake-sandbox.ts'), worker: join(support, 'fake-worker.ts') };

describe('the stack', () => {
  test('starts every part on free ports, restarts a killed worker with further settings, and leaves nothing', async () => {
    const lines: string[] = [];
    const stack = await startStack({ isolated: true, scripts, env: { SLUICE_CACHE_DIR: cacheDir }, output: (part, line) => lines.push(`${part}: ${line}`) });
    const first = stack.worker;
    try {
      assert.deepEqual(lines, [`worker: Worker ready: ${stack.addresses.temporal} main`]);
      assert.equal((await fetch(`${stack.addresses.temporalUi}`)).status, 200);
      assert.equal((await fetch(`${stack.addresses.hubspot}/_sandbox/calls`)).status, 200);
      assert.ok(existsSync(join(stack.environment.dataDir, 'temporal.db')));

      stack.worker.kill('SIGKILL');
      assert.match(await stack.worker.ended, /^The worker ended with SIGKILL/);
      await stack.startWorker({ SLUICE_CONNECTION: 'other' });
      assert.equal(lines.at(-1), `worker: Worker ready: ${stack.addresses.temporal} other`);
      assert.notEqual(stack.worker.pid, first.pid);
    } finally {
      await stack.stop();
    }
    for (const child of [first, stack.worker, stack.sandbox]) assert.ok(child && !alive(child.pid));
    for (const url of [`http://${stack.addresses.temporal}`, stack.addresses.hubspot, stack.addresses.salesforce]) await assert.rejects(fetch(url));
    assert.ok(!existsSync(stack.environment.dataDir));
  });

  test('uses a given Temporal server, and reports a part that ends by itself', async () => {
    const stack = await startStack({ isolated: true, scripts, env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } });
    try {
      assert.equal(stack.addresses.temporal, '127.0.0.1:1');
      assert.equal(stack.addresses.temporalUi, undefined);
      process.kill(stack.sandbox?.pid ?? 0, 'SIGKILL');
      assert.equal(await stack.failed, 'The sandbox ended with SIGKILL');
    } finally {
      await stack.stop();
    }
  });

  test('passes on why the worker does not start, and ends what was started before it', async () => {
    const parts: string[] = [];
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', FAKE_WORKER: 'HubSpot refuses the token: set another HUBSPOT_ACCESS_TOKEN.' };
    const started = startStack({ isolated: true, scripts, env, output: (part) => parts.push(part) });
    await assert.rejects(started, (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, 'The worker ended with code 1 (HubSpot refuses the token: set another HUBSPOT_ACCESS_TOKEN).');
      return true;
    });
    assert.deepEqual(parts, ['worker']);
  });
});
