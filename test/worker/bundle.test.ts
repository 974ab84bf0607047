import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keptBundle } from '../../worker/bundle.ts';

const cacheDir = await mkdtemp(join(tmpdir(), 'sluice-bundle-'));
after(() => rm(cacheDir, { recursive: true, force: true }));
const directory = join(cacheDir, 'workflows');

test('a bundle is made once and taken from the cache from then on; what nobody uses goes', async () => {
  const { code } = await keptBundle(cacheDir);
  const [name = ''] = await readdir(directory);
  assert.equal(await readFile(join(directory, name), 'utf8'), code);
  await writeFile(join(directory, name), 'the kept one');
  assert.equal((await keptBundle(cacheDir)).code, 'the kept one');

  const old = join(directory, 'old.js');
  await writeFile(old, '');
  await utimes(old, new Date('2020-01-01'), new Date('2020-01-01'));
  await rm(join(directory, name));
  assert.equal((await keptBundle(cacheDir)).code.length, code.length);
  assert.deepEqual(await readdir(directory), [name]);
});

test('for workers that encrypt another one is made, which hides the messages of failures', async () => {
  const [plain, encrypted] = [await keptBundle(cacheDir), await keptBundle(cacheDir, { encrypted: true })];
  assert.doesNotMatch(plain.code, /encodeCommonAttributes: true/);
  assert.match(encrypted.code, /encodeCommonAttributes: true/);
});

test('where nothing can be kept it is made all the same', async () => {
  const file = join(cacheDir, 'no-directory');
  await writeFile(file, '');
  assert.match((await keptBundle(file)).code, /contactSync/);
});
