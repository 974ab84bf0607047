import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { collectingEarly, fewArenas } from './memory.ts';
import { freePort, requireFreePort } from './ports.ts';
import { startChild, untilReady } from './processes.ts';
import type { Child } from './processes.ts';
import { configuredTemporal } from './temporal/connect.ts';
import { findTemporalProgram } from './temporal/program.ts';
import { startTemporal } from './temporal/server.ts';

export interface StackOptions {
  /** Settings over those of this process; `undefined` takes one away. Reaches sandboxes and worker alike. */
  env?: NodeJS.ProcessEnv;
  /**
   * A stack that meets no other: free ports, a temporary data directory that `stop` removes, and neither accounts nor
   * Temporal server nor webhooks nor connection nor metrics nor keys from this process's settings. What `env` gives still counts.
   */
  isolated?: boolean;
  /** Gets what is going on and what the children print, each line with the part's name in front. */
  output?: (part: string, line: string) => void;
  /** Other scripts in the place of the sandboxes', the worker's or the console's. */
  scripts?: { sandbox?: string; worker?: string; console?: string };
  /** Whether the console belongs to it. */
  console?: boolean;
  /** Gives up the start, and ends what was started. */
  signal?: AbortSignal;
}

/** Temporal, the sandboxes and a worker, as far as the settings want them here. */
export interface Stack {
  environment: Environment;
  /** What the children got, for further programs of this stack such as the command line. */
  env: NodeJS.ProcessEnv;
  addresses: { temporal: string; /** Where the server is ours. */ temporalUi: string | undefined; /** Where something is encrypted and a token is set. */ codec: string | undefined; /** Where it was asked for and is not off. */ console: string | undefined; hubspot: string; salesforce: string };
  namespace: string;
  /** The worker that was started last: `worker.kill('SIGKILL')`, then `startWorker()`. */
  readonly worker: Child;
  /** Undefined where accounts are configured. */
  sandbox: Child | undefined;
  /** Starts a worker in the place of one that has ended, and waits until it polls. */
  startWorker(extraEnv?: NodeJS.ProcessEnv): Promise<Child>;
  /** Resolves with a sentence as soon as a part ends that nobody ended. */
  failed: Promise<string>;
  /** Ends worker, sandboxes and Temporal, in this order. Safe to repeat. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..');
const chosenOutside = /^(HUBSPOT|SALESFORCE|TEMPORAL|(SLUICE|SANDBOX)_WEBHOOK|SLUICE_CODEC|SLUICE_CONSOLE)_|^SLUICE_(CONNECTION|METRICS_PORT|LOG_LEVEL|LOG_FORMAT|TEMPORAL_UI_URL|ENCRYPTION_KEY)$/;

/**
 * Starts what `npm run dev` consists of, each part as a child, and waits for each to be ready. Where one fails, those
 * before it are ended.
 *
 * @throws UserError with one sentence that names the part and the remedy.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const steps: (() => Promise<unknown>)[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= (async () => {
    for (const step of steps.toReversed()) await step();
  })());
  try {
    return await start(options, steps, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: StackOptions, undo: (() => Promise<unknown>)[], stop: () => Promise<void>): Promise<Stack> {
  const output = options.output ?? (() => undefined);
  const given = await settings(options, undo);
  const environment = readEnvironment(given);
  await mkdir(environment.dataDir, { recursive: true });
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  const watch = (child: Child): Child => {
    void child.ended.then((sentence) => child.wanted || fail(sentence));
    return child;
  };
  const patience = options.signal === undefined ? {} : { signal: options.signal };

  const temporal = await provideTemporal(given, environment, options, undo, watch);
  const env = { ...given, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace };

  const codec = await provideCodecServer(env, environment, options, undo, watch);

  let sandbox: Child | undefined;
  if (environment.hubspot.sandbox) {
    await requireFreePort(environment.ports.hubspotSandbox, 'the HubSpot sandbox', 'SANDBOX_HUBSPOT_PORT');
    await requireFreePort(environment.ports.salesforceSandbox, 'the Salesforce sandbox', 'SANDBOX_SALESFORCE_PORT');
    const child = startChild({
      name: 'The sandbox',
      script: options.scripts?.sandbox ?? join(root, 'sandbox/main.ts'),
      args: ['--data', environment.dataDir],
      env: { SANDBOX_WEBHOOK_URL: environment.webhooks?.url ?? 'off', ...env },
      output: (line) => output('sandbox', line),
    });
    undo.push(() => child.stop());
    const urls = [environment.hubspot.baseUrl, environment.salesforce.loginUrl];
    await untilReady(child, async () => (await Promise.all(urls.map(answers))).every(Boolean), { seconds: 30, ...patience });
    sandbox = watch(child);
  }

  const workers: Child[] = [];
  // Longer than the worker's own grace time for activities.
  undo.push(() => Promise.all(workers.map((worker) => worker.stop(20))));
  const startWorker = async (extraEnv: NodeJS.ProcessEnv = {}): Promise<Child> => {
    const child = startChild({
      name: 'The worker',
      script: options.scripts?.worker ?? join(root, 'worker/main.ts'), nodeOptions: collectingEarly,
      // Its lines are passed on to this process's terminal.
      env: { ...fewArenas, ...(process.stdout.isTTY && { SLUICE_LOG_FORMAT: 'text' }), ...env, ...extraEnv },
      output: (line) => output('worker', line),
    });
    workers.push(child);
    await untilReady(child, () => Promise.resolve(child.printed(/^Worker ready/)), { seconds: 60, ...patience });
    return watch(child);
  };
  let worker = await startWorker();
  const console = await provideConsole(env, environment, options, undo, watch);
  return {
    environment,
    env,
    addresses: { temporal: temporal.address, temporalUi: temporal.uiUrl, codec, console, hubspot: environment.hubspot.baseUrl, salesforce: environment.salesforce.loginUrl },
    namespace: temporal.namespace,
    get worker() {
      return worker;
    },
    sandbox,
    startWorker: async (extraEnv) => (worker = await startWorker(extraEnv)),
    failed,
    stop,
  };
}

async function settings(options: StackOptions, undo: (() => Promise<unknown>)[]): Promise<NodeJS.ProcessEnv> {
  if (!options.isolated) return { ...process.env, ...options.env };
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !chosenOutside.test(name)));
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-'));
  undo.push(() => rm(dataDir, { recursive: true, force: true }));
  const ports: NodeJS.ProcessEnv = {};
  for (const name of ['SLUICE_TEMPORAL_PORT', 'SLUICE_TEMPORAL_UI_PORT', 'SANDBOX_HUBSPOT_PORT', 'SANDBOX_SALESFORCE_PORT', 'SLUICE_WEBHOOK_PORT', 'SLUICE_CODEC_PORT', 'SLUICE_CONSOLE_PORT']) {
    ports[name] = String(await freePort());
  }
  // A profile file of the person's `temporal` program may name a server and an API key.
  const noProfile = { TEMPORAL_CONFIG_FILE: join(dataDir, 'no-profile.toml') };
  return { ...inherited, ...ports, ...noProfile, SLUICE_DATA_DIR: dataDir, ...options.env };
}

type Watch = (child: Child) => Child;

async function provideTemporal(env: NodeJS.ProcessEnv, environment: Environment, options: StackOptions, undo: (() => Promise<unknown>)[], watch: Watch): Promise<{ address: string; namespace: string; uiUrl: string | undefined }> {
  const { address, namespace } = configuredTemporal(env);
  if (address !== undefined) return { address, namespace, uiUrl: undefined };
  const patience = options.signal === undefined ? {} : { signal: options.signal };
  const program = await findTemporalProgram({
    cacheDir: environment.cacheDir,
    env,
    log: (line) => options.output?.('temporal', line),
    ...patience,
  });
  const server = await startTemporal({
    program,
    port: environment.ports.temporal,
    uiPort: environment.ports.temporalUi,
    dbFile: join(environment.dataDir, 'temporal.db'),
    namespace,
    extraArgs: hasCodecServer(environment) ? ['--ui-codec-endpoint', `http://127.0.0.1:${environment.codec.port}`] : [],
    ...patience,
  });
  undo.push(() => server.stop());
  watch(server.process);
  return { address: server.address, namespace, uiUrl: server.uiUrl };
}

type WithCodec = Environment & { codec: NonNullable<Environment['codec']> };
const hasCodecServer = (environment: Environment): environment is WithCodec => environment.codec !== null && environment.encryptionKeys.length > 0;

async function provideCodecServer(env: NodeJS.ProcessEnv, environment: Environment, options: StackOptions, undo: (() => Promise<unknown>)[], watch: Watch): Promise<string | undefined> {
  if (!hasCodecServer(environment)) return undefined;
  await requireFreePort(environment.codec.port, 'the codec server', 'SLUICE_CODEC_PORT');
  const child = startChild({ name: 'The codec server', script: join(root, 'worker/codec/main.ts'), env, output: (line) => options.output?.('codec', line) });
  undo.push(() => child.stop());
  await untilReady(child, () => Promise.resolve(child.printed(/^The codec server is at /)), { seconds: 30, ...(options.signal && { signal: options.signal }) });
  watch(child);
  return `http://127.0.0.1:${environment.codec.port}`;
}

const consoleReady = /^The console is at (http\S*\w)/;

async function provideConsole(env: NodeJS.ProcessEnv, environment: Environment, options: StackOptions, undo: (() => Promise<unknown>)[], watch: Watch): Promise<string | undefined> {
  if (!options.console || environment.console === null) return undefined;
  let address: string | undefined;
  const child = startChild({
    name: 'The console', script: options.scripts?.console ?? join(root, 'console/main.ts'), env,
    output: (line) => {
      address ??= consoleReady.exec(line)?.[1];
      options.output?.('console', line);
    },
  });
  undo.push(() => child.stop());
  await untilReady(child, () => Promise.resolve(child.printed(consoleReady)), { seconds: 60, ...(options.signal && { signal: options.signal }) });
  watch(child);
  return address;
}

/** Both sandboxes answer on their control path as soon as their data is loaded. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/_sandbox/calls`, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.ok;
}
