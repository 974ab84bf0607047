import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { collectingEarly } from '../../worker/memory.ts';

/** How many MiB a process gives to new objects while it makes many and keeps few. */
const newSpace = async (options: readonly string[]): Promise<number> => {
  const code = "const kept = []; for (let i = 0; i < 2e6; i++) kept[i % 2e5] = { i }; console.log(require('node:v8').getHeapSpaceStatistics().find((s) => s.space_name === 'new_space').space_size / 2 ** 20);";
  const { stdout } = await promisify(execFile)(process.execPath, [...options, '--input-type=commonjs', '--eval', code]);
  return Number(stdout);
};

test('a worker gives a quarter of the usual space to new objects', async () => {
  assert.ok(await newSpace([]) > 16);
  assert.ok(await newSpace(collectingEarly) <= 16);
});

test('the worker is started with the same options by itself', async () => {
  const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')) as { scripts: Record<string, string> };
  assert.equal(scripts['worker'], `node ${collectingEarly.join(' ')} worker/main.ts`);
});
