import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';
import { failureConverterPath } from './encryption/data-converter.ts';

const root = join(import.meta.dirname, '..');
const workflowsPath = join(root, 'workflows/index.ts');
/** Whatever is in a bundle: the rules and the workflows are all that workflows may import of ours, the lock file names the rest. */
const sources = ['workflows', 'sync'];
const others = ['package-lock.json', 'worker/bundle.ts'];
const unusedMs = 7 * 86_400_000;

/**
 * The workflow code as the worker runs it; needs nothing that is built before. All runs share its modules, which hold no state but what
 * is made lazily and is the same for each: evaluating them anew, and their schemas, was most of the CPU time of a short run.
 */
const bundleWorkflows = (encrypted: boolean): Promise<WorkflowBundle> => bundleWorkflowCode({
  workflowsPath,
  preloadModules: [workflowsPath],
  payloadConverterPath: join(root, 'workflows/payload-converter.ts'),
  ...(encrypted && { failureConverterPath }),
  logger: new DefaultLogger('WARN'),
});

/**
 * The same, kept in `cacheDir` until something that it is made of changes: to bundle takes 2-3 s of a worker's start. For workers that
 * encrypt, `encrypted` makes it hide the messages of failures too.
 */
export async function keptBundle(cacheDir: string, { encrypted = false } = {}): Promise<WorkflowBundle> {
  const directory = join(cacheDir, 'workflows');
  const file = join(directory, `${await fingerprint()}${encrypted ? '-encrypted' : ''}.js`);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return { code: kept };
  const { code } = await bundleWorkflows(encrypted);
  // Where nothing can be kept, the next start takes its time again.
  await keep(directory, file, code).catch(() => undefined);
  return { code };
}

/** Changes with everything that makes the bundle, and with the Node that made it. */
async function fingerprint(): Promise<string> {
  const listed = await Promise.all(sources.map(async (directory) => (await readdir(join(root, directory), { recursive: true })).map((path) => join(directory, path))));
  const hash = createHash('sha256').update(process.version);
  for (const path of [...listed.flat().filter((name) => name.endsWith('.ts')).sort(), ...others]) hash.update(`\0${path}\0`).update(await readFile(join(root, path)));
  return hash.digest('hex').slice(0, 32);
}

/** Renamed into place, so that no worker reads half a bundle; what nobody made anew for a week goes. */
async function keep(directory: string, file: string, code: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const part = `${file}.${process.pid}`;
  await writeFile(part, code);
  await rename(part, file);
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (Date.now() - (await stat(path)).mtimeMs > unusedMs) await rm(path, { force: true });
  }
}
