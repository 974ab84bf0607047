import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = join(import.meta.dirname, '..', '..', '.cache', 'python');

/** Runs a Python script with the packages at hand; answers what it printed. A failing script is an Error with its traceback. */
export type Python = { run: (script: string, environment?: Record<string, string>) => Promise<string> };

/**
 * Python with these packages (`name==version`), installed once into the project's cache. Where Python or the packages cannot be had, the reason
 * to skip; under CI=true that is an Error, so that nothing is skipped there unseen.
 */
export async function pythonWith(packages: string[]): Promise<Python | { skip: string }> {
  const target = join(cache, createHash('sha256').update([...packages].sort().join(' ')).digest('hex').slice(0, 12));
  try {
    if (!existsSync(target)) await install(packages, target);
  } catch (error) {
    const reason = `Python with ${packages.join(', ')} is not available: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    if (process.env['CI'] === 'true') throw new Error(reason, { cause: error });
    return { skip: reason };
  }
  return {
    run: async (script, environment = {}) => {
      const { stdout } = await run('python3', ['-c', script], { env: { ...process.env, PYTHONPATH: target, PYTHONDONTWRITEBYTECODE: '1', ...environment }, timeout: 60_000 });
      return stdout;
    },
  };
}

/** Into a directory beside the target first, so that an interrupted installation is not taken for a whole one. */
async function install(packages: string[], target: string): Promise<void> {
  const partial = `${target}.${process.pid}`;
  mkdirSync(cache, { recursive: true });
  rmSync(partial, { recursive: true, force: true });
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', partial, ...packages], { timeout: 300_000 });
  if (!existsSync(target)) renameSync(partial, target);
  else rmSync(partial, { recursive: true });
}
