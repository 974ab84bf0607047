import assert from 'node:assert/strict';
import { test } from 'node:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const modules = join(import.meta.dirname, '../../node_modules');
const manifest = z.object({ name: z.string(), version: z.string() });

function read(directory: string): z.infer<typeof manifest> {
  return manifest.parse(JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')));
}

const temporal = readdirSync(join(modules, '@temporalio')).map((name) => join(modules, '@temporalio', name));

test('every @temporalio package has the same version, since mixed ones fail with odd protobuf and native errors', () => {
  assert.deepEqual(new Set(temporal.map((directory) => read(directory).version)), new Set([read(join(modules, '@temporalio/common')).version]));
});

test('all @temporalio packages share one protobufjs 8, since with a copy each no history can be replayed', () => {
  assert.match(read(join(modules, 'protobufjs')).version, /^8\./);
  for (const directory of temporal) {
    for (const nested of ['protobufjs', '@temporalio']) assert.ok(!existsSync(join(directory, 'node_modules', nested)), `${directory} has its own ${nested}`);
  }
});
