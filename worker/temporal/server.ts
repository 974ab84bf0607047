import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { requireFreePort } from '../ports.ts';
import { killGroup } from '../process-group.ts';
import { UserError } from '../user-error.ts';
import { ensureRetention, ensureSearchAttributes, searchAttributes } from './search-attributes.ts';

export interface TemporalServerOptions {
  /** The `temporal` program, from `findTemporalProgram`. */
  program: string;
  /** gRPC, on 127.0.0.1. */
  port: number;
  uiPort: number;
  /** Where workflows are kept; made where it is missing. Default: in memory. */
  dbFile?: string;
  /** Without the Web UI. */
  headlessUi?: boolean;
  /** Default: `default`. */
  namespace?: string;
  /** Further arguments of `temporal server start-dev`, such as `--dynamic-config-value`. */
  extraArgs?: string[];
}

export interface TemporalServer {
  /** `127.0.0.1:7233` */
  address: string;
  /** `http://127.0.0.1:8233`; answers only with the Web UI on. */
  uiUrl: string;
  /** Resolves with a sentence when the server ends, wanted or not. */
  ended: Promise<string>;
  /** Ends the server: SIGTERM, after 5 s SIGKILL. Safe to repeat. */
  stop(): Promise<void>;
}

/**
 * Starts Temporal's dev server and waits until it answers, with Sluice's search attributes and a retention of 30
 * days. It runs in a process group of its own, so that Ctrl-C reaches only the process that decides the order of the
 * end, and on a leash, so that it does not outlive that process.
 *
 * @throws UserError where a port is in use, the data file cannot be opened, or nothing answers within 30 s.
 */
export async function startTemporal(options: TemporalServerOptions): Promise<TemporalServer> {
  const namespace = options.namespace ?? 'default';
  await requireFreePort(options.port, 'Temporal', 'SLUICE_TEMPORAL_PORT');
  if (!options.headlessUi) await requireFreePort(options.uiPort, "Temporal's Web UI", 'SLUICE_TEMPORAL_UI_PORT');
  const hadData = options.dbFile !== undefined && existsSync(options.dbFile);
  if (options.dbFile !== undefined) await mkdir(dirname(options.dbFile), { recursive: true });

  const child = fork(join(import.meta.dirname, 'leash.ts'), [options.program, ...serverArguments(options, namespace)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
  });
  const stderr = lastLines(child);
  const ended = once(child, 'exit').then(() => {
    const said = stderr();
    return `Temporal ended with ${child.signalCode ?? `code ${child.exitCode}`}${said === '' ? '' : ` (${said})`}`;
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    killGroup(child, 'SIGTERM');
    if (await Promise.race([ended.then(() => false), sleep(5_000, true, { ref: false })])) killGroup(child, 'SIGKILL');
    await ended;
  };

  const address = `127.0.0.1:${options.port}`;
  const gaveUp = new AbortController();
  try {
    const early = ended.then((sentence) => {
      const remedy = hadData
        ? `its data in ${options.dbFile} may be damaged or of another version of Temporal; move the file away to start afresh`
        : `try \`${options.program} server start-dev\` by hand to see why`;
      throw new UserError(`${sentence}: ${remedy}.`);
    });
    await Promise.race([early, prepareNamespace(address, namespace, gaveUp.signal)]);
  } catch (error) {
    gaveUp.abort();
    await stop();
    throw error;
  }
  return { address, uiUrl: `http://127.0.0.1:${options.uiPort}`, ended, stop };
}

function serverArguments(options: TemporalServerOptions, namespace: string): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--log-level', 'error', '--namespace', namespace];
  if (options.headlessUi) args.push('--headless');
  else args.push('--ui-port', String(options.uiPort), '--ui-disable-news-fetch');
  // With SQLite's own settings for a file the server does half the work per second.
  if (options.dbFile !== undefined) {
    args.push('--db-filename', options.dbFile, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  for (const [name, type] of Object.entries(searchAttributes)) args.push('--search-attribute', `${name}=${type}`);
  return [...args, ...(options.extraArgs ?? [])];
}

async function knock(address: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}

/** Waits until the frontend knows the namespace, then makes it Sluice's. The reason of the last failure is in the error. */
async function prepareNamespace(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      // A gRPC channel that finds nobody waits a second before it looks again, so knock first.
      await knock(address);
      const connection = await Connection.connect({ address, connectTimeout: 2_000, interceptors: [] });
      try {
        await connection.workflowService.describeNamespace({ namespace });
        await ensureSearchAttributes(connection, namespace);
        await ensureRetention(connection, namespace);
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof UserError) throw error;
      if (Date.now() > deadline) {
        throw new UserError(`Temporal was started but did not answer at ${address} within 30 s (${String(error)}): try again, or set TEMPORAL_ADDRESS to a running server.`);
      }
      await sleep(50);
    }
  }
}

/** Keeps the end of what a child says on stderr, for the sentence that reports its end. */
function lastLines(child: ChildProcess): () => string {
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    tail = (tail + chunk).slice(-500);
  });
  return () => tail.trim().split('\n').at(-1) ?? '';
}
