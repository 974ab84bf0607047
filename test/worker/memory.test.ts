import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const memory = join(import.meta.dirname, '../../worker/memory.ts');
/** How many MiB a thread gives to new objects while a process makes many and keeps none; the flags are those of a whole process, so it is one of its own. */
const newSpace = async (collecting: boolean): Promise<number> => {
  const inThread = "import { getHeapSpaceStatistics } from 'node:v8'; const kept = []; for (let i = 0; i < 2e6; i++) kept[i % 2e5] = { i }; const { space_size } = getHeapSpaceStatistics().find((s) => s.space_name === 'new_space'); console.log(space_size / 2 ** 20);";
  const code = `import { Worker } from 'node:worker_threads'; ${collecting ? `import { collectEarly } from ${JSON.stringify(memory)}; collectEarly();` : ''} new Worker(${JSON.stringify(inThread)}, { eval: true });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code]);
  return Number(stdout);
};

test('a process that collects early gives its threads a quarter of the space for new objects', async () => {
  assert.ok(await newSpace(false) > 16);
  assert.ok(await newSpace(true) <= 16);
});
