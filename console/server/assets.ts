import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { extname, join, relative, sep } from 'node:path';

const root = join(import.meta.dirname, '../..');
const web = join(root, 'console/web');
const unusedMs = 7 * 86_400_000;

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' };

export interface Asset {
  type: string;
  body: Buffer;
  gzip: Buffer;
}

/** What the console's pages are made of, by path: `/index.html`, `/assets/index-<hash>.js`. */
export type Assets = ReadonlyMap<string, Asset>;

/** The pages as Vite builds them, kept in `cacheDir` until a source of theirs changes: building takes a second or two of a start. */
export async function keptAssets(cacheDir: string): Promise<Assets> {
  const directory = join(cacheDir, 'console');
  const built = join(directory, await fingerprint());
  return read(built).catch(async () => {
    await build(directory, built);
    return read(built);
  });
}

/** Renamed into place, so that nobody reads half of it; what nobody made anew for a week goes. */
async function build(directory: string, target: string): Promise<void> {
  const { build: viteBuild } = await import('vite');
  await mkdir(directory, { recursive: true });
  const part = `${target}.${process.pid}`;
  await viteBuild({ root: web, configFile: join(web, 'vite.config.ts'), logLevel: 'error', build: { outDir: part, emptyOutDir: true } });
  await rename(part, target).catch(() => rm(part, { recursive: true, force: true })); // another process was quicker
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (Date.now() - (await stat(path)).mtimeMs > unusedMs) await rm(path, { recursive: true, force: true });
  }
}

async function read(directory: string): Promise<Assets> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const assets = await Promise.all(files.map(async (path) => {
    const body = await readFile(path);
    return [`/${relative(directory, path).split(sep).join('/')}`, { type: types[extname(path)] ?? 'application/octet-stream', body, gzip: gzipSync(body) }] as const;
  }));
  return new Map(assets);
}

/** Changes with everything that makes the pages. */
async function fingerprint(): Promise<string> {
  const paths = (await readdir(web, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  for (const path of [...paths.sort(), join(root, 'package-lock.json')]) hash.update(`\0${relative(root, path)}\0`).update(await readFile(path));
  return hash.digest('hex').slice(0, 32);
}
