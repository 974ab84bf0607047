import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { testWorkflowBundle } from '../support/temporal.ts';

const { code: file } = await testWorkflowBundle();
/** What a worker runs; the rest of the file is the source map behind it, for stack traces. */
const code = file.slice(0, file.lastIndexOf('//# sourceMappingURL='));
/** The modules of the bundle, by the names that the bundler gives them. */
const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)":?/gm)].map((match) => match[1] ?? '');

test('the workflow bundle is smaller than 2.5 MB', (t) => {
  t.diagnostic(`${(code.length / 1_000_000).toFixed(2)} MB of ${modules.length} modules, ${(file.length / 1_000_000).toFixed(2)} MB with its source map`);
  assert.ok(code.length > 0 && code.length < 2_500_000);
});

test('it holds the workflows and the rules, no CRM client, no activity and no module of Node', () => {
  assert.ok(modules.some((name) => name.endsWith('workflows/contact.ts')) && modules.some((name) => name.endsWith('sync/decide.ts')));
  const foreign = modules.filter((name) => /jsforce|@hubspot|undici|@temporalio\/(client|worker|activity)|fastify|dataloader|^node:|\/(activities|worker|client|sandbox)\//.test(name.replace(/.*node_modules\//, '')) || /^\.\/(activities|worker|client|sandbox)\//.test(name));
  assert.deepEqual(foreign, []);
  assert.doesNotMatch(code, /require\(["']node:/);
});

test('all of it that is ours lies where changes have it bundled anew', () => {
  const ours = modules.filter((name) => name.startsWith('./') && !name.includes('node_modules'));
  assert.ok(ours.length > 30);
  assert.deepEqual(ours.filter((name) => !/^\.\/(workflows|sync)\//.test(name)), []);
});

test('no schema is made while it is loaded: Temporal freezes what its modules hold, and a frozen schema does not parse', async () => {
  const sources = modules.filter((name) => /^\.\/(workflows|sync)\/.*\.ts$/.test(name));
  assert.ok(sources.length > 30);
  for (const name of sources) assert.doesNotMatch(await readFile(new URL(`../../${name}`, import.meta.url), 'utf8'), /^(export )?const [^=]*= z\./m, name);
});
