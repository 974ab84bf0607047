import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { Connection } from '@temporalio/client';
import { requireFreePort } from '../ports.ts';
import { startChild, untilReady } from '../processes.ts';
import type { Child } from '../processes.ts';
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
  /** Gives up the start, and ends what was started. */
  signal?: AbortSignal;
}

export interface TemporalServer {
  /** `127.0.0.1:7233` */
  address: string;
  /** `http://127.0.0.1:8233`; answers only with the Web UI on. */
  uiUrl: string;
  process: Child;
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

  const child = startChild({
    name: 'Temporal',
    script: join(import.meta.dirname, 'leash.ts'),
    args: [options.program, ...serverArguments(options, namespace)],
    ownLeash: true,
  });
  const address = `127.0.0.1:${options.port}`;
  const remedy = hadData
    ? `its data in ${options.dbFile} may be damaged or of another version of Temporal; move the file away to start afresh`
    : `try \`${options.program} server start-dev\` by hand to see why, or set TEMPORAL_ADDRESS to a running server`;
  await untilReady(child, () => prepareNamespace(address, namespace), { seconds: 30, remedy, ...(options.signal && { signal: options.signal }) });
  return { address, uiUrl: `http://127.0.0.1:${options.uiPort}`, process: child, stop: () => child.stop(5) };
}

function serverArguments(options: TemporalServerOptions, namespace: string): string[] {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(options.port), '--log-level', 'error', '--namespace', namespace];
  // One query may wait for a workflow's answer by default, and the next is refused: of settings activities and people ask at once.
  args.push('--dynamic-config-value', 'history.MaxBufferedQueryCount=20');
  if (options.headlessUi) args.push('--headless');
  else args.push('--ui-port', String(options.uiPort), '--ui-disable-news-fetch');
  // With SQLite's own settings for a file the server does half the work per second.
  if (options.dbFile !== undefined) {
    args.push('--db-filename', options.dbFile, '--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL');
  }
  for (const { name, type } of searchAttributes) args.push('--search-attribute', `${name}=${type}`);
  return [...args, ...(options.extraArgs ?? [])];
}

/** Makes the namespace Sluice's, once the frontend answers and knows it. */
async function prepareNamespace(address: string, namespace: string): Promise<boolean> {
  await knock(address);
  const connection = await Connection.connect({ address, connectTimeout: 2_000, interceptors: [] });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    await ensureSearchAttributes(connection, namespace);
    await ensureRetention(connection, namespace);
    return true;
  } finally {
    await connection.close();
  }
}

/** A gRPC channel that finds nobody waits a second before it looks again, so the port is tried first. */
async function knock(address: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: Number(address.split(':')[1]) });
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
