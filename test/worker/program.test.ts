import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findTemporalProgram } from '../../worker/temporal/program.ts';
import { UserError } from '../../worker/user-error.ts';

const directory = await mkdtemp(join(tmpdir(), 'sluice-program-'));
after(() => rm(directory, { recursive: true, force: true }));

const recent = 'temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)';

describe('finding the Temporal program', () => {
  test('takes the one on the PATH before the one in the cache, and fetches nothing', async () => {
    const [bin, cacheDir] = [await place('path'), await place('cache')];
    const onPath = await program(bin, recent);
    await program(join(cacheDir, 'bin'), recent);
    assert.equal(await findTemporalProgram({ cacheDir, env: { PATH: `/nowhere${delimiter}${bin}` }, sources: [refuse] }), onPath);
  });

  test('takes the one in the cache', async () => {
    const cacheDir = await place('cache');
    const cached = await program(join(cacheDir, 'bin'), recent);
    assert.equal(await findTemporalProgram({ cacheDir, env: {}, sources: [refuse] }), cached);
  });

  for (const [what, output, code] of [
    ['is another program of that name', 'TemporalDB 7', 0],
    ['has too old a server', 'temporal version 1.1.2 (Server 1.25.2, UI 2.31.2)', 0],
    ['does not run', recent, 1],
  ] as const) {
    test(`passes over one that ${what}`, async () => {
      const [bin, cacheDir] = [await place('path'), await place('cache')];
      await program(bin, output, code);
      const cached = await program(join(cacheDir, 'bin'), recent);
      assert.equal(await findTemporalProgram({ cacheDir, env: { PATH: bin }, sources: [refuse] }), cached);
    });
  }

  test('fetches one where there is none, by the first way that gives a program that runs, and keeps only that', async () => {
    const cacheDir = await place('cache');
    const said: string[] = [];
    const asked: string[] = [];
    const sources = [
      async () => { asked.push('fails'); throw new Error('no network'); },
      async (into: string) => { asked.push('gives a broken one'); return program(into, recent, 1); },
      async (into: string) => { asked.push('works'); return program(join(into, 'bin'), recent); },
      refuse,
    ];
    const options = { cacheDir, env: {}, sources, log: (line: string) => said.push(line) };
    assert.equal(await findTemporalProgram(options), join(cacheDir, 'bin', 'temporal'));
    assert.deepEqual(asked, ['fails', 'gives a broken one', 'works']);
    assert.equal(said.length, 1);
    assert.deepEqual(await readdir(cacheDir), ['bin'], 'nothing half-done stays');

    await findTemporalProgram(options);
    assert.equal(asked.length, 3, 'the second time it is in the cache');
  });

  test('says what to install where nothing gives one, and asks again the next time', async () => {
    const cacheDir = await place('cache');
    let asked = 0;
    const sources = [async (): Promise<string> => { asked++; throw new Error('no network'); }];
    for (const _ of [1, 2]) {
      await assert.rejects(findTemporalProgram({ cacheDir, env: {}, sources }), (error) => error instanceof UserError && /docs\.temporal\.io\/cli.*TEMPORAL_ADDRESS/.test(error.message));
    }
    assert.equal(asked, 2);
  });
});

async function place(name: string): Promise<string> {
  return mkdtemp(join(directory, `${name}-`));
}

async function program(into: string, output: string, code = 0): Promise<string> {
  await mkdir(into, { recursive: true });
  const file = join(into, 'temporal');
  await writeFile(file, `#!/bin/sh\necho '${output}'\nexit ${code}\n`);
  await chmod(file, 0o755);
  return file;
}

async function refuse(): Promise<string> {
  assert.fail('must not be asked');
}
