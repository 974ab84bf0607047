import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { webUiLinks } from './links.ts';
import { startStack } from './stack.ts';
import type { Stack, StackOptions } from './stack.ts';
import { runMain, UserError } from './user-error.ts';

/**
 * `npm run dev`: starts everything on this machine, says where it is, and stays until it is asked to end. Exits with 0.
 *
 * @throws UserError where a part does not start, or ends by itself; the others are ended first.
 */
export async function runDev(options: StackOptions = {}): Promise<never> {
  const asked = askedToEnd();
  const stack = await startStack({ ...options, console: true, output: print, signal: asked }).catch((error: unknown) => {
    if (asked.aborted) process.exit(0); // ended by the person, not by what the start ran into then
    throw error;
  });
  process.stdout.write(`\n${overview(stack)}\n`);
  const failure = await Promise.race([stack.failed, aborted(asked)]);
  await stack.stop();
  if (failure !== undefined) throw new UserError(`${failure}, so the rest was stopped too.`);
  process.exit(0);
}

if (import.meta.main) await runMain(() => runDev());

function print(part: string, line: string): void {
  process.stdout.write(`${part.padEnd(8)} | ${line}\n`);
}

/**
 * Aborts at Ctrl-C, SIGTERM, a closed terminal, or when npm is gone by SIGKILL and so could pass nothing on. The
 * signals stay caught: one that comes again (Ctrl-C reaches us from the terminal and from npm) must not cut the end short.
 */
function askedToEnd(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => controller.abort());
  if (process.env['npm_lifecycle_event'] !== undefined) {
    const parents = parentAndGrandparent();
    setInterval(() => parentAndGrandparent() === parents || controller.abort(), 1_000).unref();
  }
  // A terminal that has closed takes no more output.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => controller.abort());
  return controller.signal;
}

/** npm is our parent, or, where a shell stays in between, our grandparent, which only Linux tells without a program. */
function parentAndGrandparent(): string {
  try {
    const status = readFileSync(`/proc/${process.ppid}/status`, 'utf8');
    return `${process.ppid} ${/^PPid:\s*(\d+)/m.exec(status)?.[1]}`;
  } catch {
    return String(process.ppid);
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  while (!signal.aborted) await sleep(2 ** 30, undefined, { signal }).catch(() => undefined);
}

function overview(stack: Stack): string {
  const { environment, addresses, namespace } = stack;
  const kind = environment.hubspot.sandbox ? ' (sandbox)' : '';
  const rows: [string, string][] = [
    ...(addresses.console === undefined ? [] : [['Console', addresses.console] satisfies [string, string]]),
    ['Temporal', `${addresses.temporal}, namespace ${namespace}`],
    ...(addresses.temporalUi === undefined ? [] : [['Web UI', addresses.temporalUi] satisfies [string, string]]),
    ['HubSpot', `${addresses.hubspot}${kind}`],
    ['Salesforce', `${addresses.salesforce}${kind}`],
    ['Webhooks', environment.webhooks?.url ?? 'off: polling notices changes'],
    ...(environment.encryptionKeys.length === 0 ? [] : [['Codec server', addresses.codec === undefined ? 'off: SLUICE_CODEC_TOKEN is not set' : `${addresses.codec}, sign in there for the Web UI`] satisfies [string, string]]),
    ['Connection', environment.connection],
    ['Data', relative('', environment.dataDir) || '.'],
  ];
  const lines = ['Sluice is running. Ctrl-C ends it.', ...table(rows)];
  if (addresses.temporalUi !== undefined) {
    const { start, look, views } = webUiLinks(addresses.temporalUi, namespace, environment.connection);
    lines.push('', 'Start in the Web UI, with {} as input:', ...table(start.map(({ title, url }) => [title, url])));
    lines.push('', 'Look at:', ...table([...look, ...views].map(({ title, url }) => [title, url])));
  }
  lines.push('', 'On the command line: npm run -s sluice -- --help');
  return lines.join('\n');
}

function table(rows: [string, string][]): string[] {
  return rows.map(([name, value]) => `  ${name.padEnd(23)}${value}`);
}
