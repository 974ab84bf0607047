import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup } from './process-group.ts';
import { UserError } from './user-error.ts';

export interface ChildOptions {
  /** As it stands in sentences: "The worker". */
  name: string;
  /** A TypeScript file that this Node runs. */
  script: string;
  args?: string[];
  /** Options of Node's own. */
  nodeOptions?: readonly string[];
  /** Default: this process's environment. */
  env?: NodeJS.ProcessEnv;
  /** Whether the script minds its leash itself (see `leash.ts`). */
  ownLeash?: boolean;
  /** Gets each line that the child prints, on stdout or stderr. */
  output?: (line: string) => void;
}

/** A process of ours. It runs in a group of its own: Ctrl-C reaches only the supervisor, which ends them in order. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended, wanted or not, with a sentence that lacks its full stop: "The worker ended with code 1 (why)". */
  readonly ended: Promise<string>;
  /** Whether it was ended by `kill` or `stop`. */
  readonly wanted: boolean;
  /** Whether a line that matches was printed so far. */
  printed(pattern: RegExp): boolean;
  /** Signals the child and whatever it started. */
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that does not end it within `seconds` (default 15). Safe to repeat. */
  stop(seconds?: number): Promise<void>;
}

/** Starts a script as a child that does not outlive this process. */
export function startChild(options: ChildOptions): Child {
  const child = fork(options.script, options.args ?? [], {
    env: options.env ?? process.env,
    execArgv: [...(options.nodeOptions ?? []), ...(options.ownLeash ? [] : ['--import', join(import.meta.dirname, 'leash.ts')])],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
  });
  if (child.pid === undefined || !child.stdout || !child.stderr) throw new Error(`${options.name} could not be started`);
  // Ready lines come early and reasons late, so both ends of the output are kept.
  const first: string[] = [];
  const errors: string[] = [];
  createInterface(child.stdout).on('line', (line) => {
    if (first.length < 200) first.push(line);
    options.output?.(line);
  });
  createInterface(child.stderr).on('line', (line) => {
    errors.push(line);
    if (errors.length > 50) errors.shift();
    options.output?.(line);
  });

  // Whatever it started goes with it, even where it was killed alone.
  child.once('exit', () => killGroup(child, 'SIGKILL'));
  let wanted = false;
  const ended = once(child, 'close').then(() => {
    const why = reason(errors);
    return `${options.name} ended with ${child.signalCode ?? `code ${child.exitCode}`}${why === '' ? '' : ` (${why})`}`;
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    wanted = true;
    killGroup(child, signal);
  };
  return {
    name: options.name,
    pid: child.pid,
    ended,
    get wanted() {
      return wanted;
    },
    printed: (pattern) => first.some((line) => pattern.test(line)),
    kill,
    async stop(seconds = 15) {
      kill('SIGTERM');
      const timer = setTimeout(() => kill('SIGKILL'), seconds * 1000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The last thing said on stderr that reads as a reason: no stack frames, no trailer of Node's, no line of a log. */
function reason(errors: string[]): string {
  const line = errors.findLast((text) => text.trim() !== '' && !/^(\s|[{}\]]|\d{4}-\d\d-\d\dT|Node\.js v)/.test(text)) ?? '';
  return line.slice(0, 500).replace(/\.$/, '');
}

/**
 * Waits until `ready` says true, asked every 50 ms. A rejection of `ready` counts as false, unless it is a `UserError`.
 * Where the child is not to be had it is stopped.
 *
 * @throws UserError where the child ends first, is not ready within `seconds`, or `signal` gives up on it.
 */
export async function untilReady(child: Child, ready: () => Promise<boolean>, options: { seconds: number; remedy?: string; signal?: AbortSignal }): Promise<void> {
  const remedy = options.remedy === undefined ? '' : `: ${options.remedy}`;
  let end: string | undefined;
  void child.ended.then((sentence) => (end = sentence));
  const deadline = Date.now() + options.seconds * 1000;
  let last = '';
  try {
    for (;;) {
      if (options.signal?.aborted) throw new UserError(`${child.name} was stopped before it was ready.`);
      if (end !== undefined) throw new UserError(`${end}${remedy}.`);
      if (Date.now() > deadline) throw new UserError(`${child.name} was not ready within ${options.seconds} s${last}${remedy}.`);
      try {
        if (await ready()) return;
      } catch (error) {
        if (error instanceof UserError) throw error;
        last = ` (${error instanceof Error ? error.message : String(error)})`;
      }
      await sleep(50);
    }
  } catch (error) {
    await child.stop();
    throw error;
  }
}
