import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, test } from 'node:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../worker/ports.ts';
import { alive, descendants } from '../support/processes.ts';
import { cacheDir } from '../support/suite.ts';

const fakeDev = join(import.meta.dirname, '../support/fake-dev.ts');
const directory = await mkdtemp(join(tmpdir(), 'sluice-dev-'));
after(() => rm(directory, { recursive: true, force: true }));

describe('npm run dev', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const) {
    test(`leaves no process behind after ${signal}`, async () => {
      const dev = await startDev();
      await dev.printed(/^Sluice is running/);
      assert.match(dev.output(), /workflowId=import\/main\/first&taskQueue=sluice&workflowType=salesforceImport/);
      for (const url of dev.urls) assert.ok((await fetch(url)).status < 500);
      const pids = descendants(dev.pid);
      assert.ok(pids.length >= 5, 'the leash, Temporal, the sandbox, the worker and the console');
      dev.child.kill(signal);
      await dev.ended;
      if (signal !== 'SIGKILL') assert.equal(dev.child.exitCode, 0, dev.errors());
      await gone(pids);
    });
  }

  test('leaves no process behind when npm alone is killed', async () => {
    const project = await mkdtemp(join(directory, 'project-'));
    await writeFile(join(project, 'package.json'), JSON.stringify({ scripts: { dev: `"${process.execPath}" "${fakeDev}"` } }));
    const dev = await startDev({}, 'npm', ['run', '--prefix', project, 'dev']);
    await dev.printed(/^Sluice is running/);
    const pids = descendants(dev.pid);
    assert.ok(pids.length >= 5, 'the supervisor and its parts');
    dev.child.kill('SIGKILL');
    await gone(pids);
  });

  test('ends in order when it is interrupted while it starts', async () => {
    const dev = await startDev({ FAKE_WORKER: 'silent' });
    await dev.printed(/Not ready yet/);
    const pids = descendants(dev.pid);
    dev.child.kill('SIGINT');
    await dev.ended;
    assert.equal(dev.child.exitCode, 0, dev.errors());
    assert.equal(dev.errors(), '');
    await gone(pids);
  });

  test('says in one sentence which port is in use, and ends with 1', async () => {
    const first = await startDev();
    await first.printed(/^Sluice is running/);
    const second = await startDev({ SANDBOX_HUBSPOT_PORT: first.env['SANDBOX_HUBSPOT_PORT'] });
    await second.ended;
    assert.equal(second.child.exitCode, 1);
    assert.match(second.errors(), /^Port \d+ for the HubSpot sandbox is in use: end the program that holds it, or set SANDBOX_HUBSPOT_PORT to another port\.\n$/);
    first.child.kill('SIGTERM');
    await first.ended;
  });

  test('ends the rest when a part fails, says which, and ends with 1', async () => {
    const dev = await startDev({ FAKE_WORKER: 'Salesforce refuses the login: set SALESFORCE_CLIENT_SECRET.' });
    await dev.ended;
    assert.equal(dev.child.exitCode, 1);
    assert.equal(dev.errors(), 'The worker ended with code 1 (Salesforce refuses the login: set SALESFORCE_CLIENT_SECRET).\n');
    for (const url of dev.urls) await assert.rejects(fetch(url));
  });
});

interface Dev {
  child: ChildProcess;
  pid: number;
  env: NodeJS.ProcessEnv;
  urls: string[];
  ended: Promise<unknown>;
  output(): string;
  errors(): string;
  printed(pattern: RegExp): Promise<void>;
}

async function startDev(extra: NodeJS.ProcessEnv = {}, program = process.execPath, args = [fakeDev]): Promise<Dev> {
  const names = ['SLUICE_TEMPORAL_PORT', 'SLUICE_TEMPORAL_UI_PORT', 'SANDBOX_HUBSPOT_PORT', 'SANDBOX_SALESFORCE_PORT', 'SLUICE_CONSOLE_PORT'];
  const ports = await Promise.all(names.map(async (name) => [name, String(await freePort())] as const));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    SLUICE_CACHE_DIR: cacheDir,
    SLUICE_DATA_DIR: await mkdtemp(join(directory, 'data-')),
    TEMPORAL_CONFIG_FILE: join(directory, 'none.toml'),
    ...Object.fromEntries(ports),
    ...extra,
  };
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors]: [string[], string[]] = [[], []];
  createInterface(child.stdout).on('line', (line) => output.push(line));
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  const all = (lines: string[]): string => lines.map((line) => `${line}\n`).join('');
  return {
    child,
    pid: child.pid ?? 0,
    env,
    urls: names.map((name) => `http://127.0.0.1:${ports.find(([known]) => known === name)?.[1]}`).filter((_, index) => index > 0),
    ended: once(child, 'close'),
    output: () => all(output),
    errors: () => all(errors),
    printed: async (pattern) => {
      for (let turn = 0; turn < 600; turn++) {
        if (output.some((line) => pattern.test(line))) return;
        assert.equal(child.exitCode, null, all(errors));
        await sleep(50);
      }
      assert.fail(`"${String(pattern)}" was never printed: ${all(output)}${all(errors)}`);
    },
  };
}

/** After a SIGKILL the parts notice by themselves, a moment later. */
async function gone(pids: number[]): Promise<void> {
  for (let turn = 0; pids.some(alive) && turn < 400; turn++) await sleep(50);
  assert.deepEqual(pids.filter(alive), []);
}
