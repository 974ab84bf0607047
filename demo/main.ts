import { parseArgs } from 'node:util';
import { createSluiceClient } from '../client/sluice-client.ts';
import { freePort, requireFreePort } from '../worker/ports.ts';
import { startStack, type Stack } from '../worker/stack.ts';
import { connectTemporal } from '../worker/temporal/connect.ts';
import { runMain, UserError } from '../worker/user-error.ts';
import { hubspot, salesforce } from './crm.ts';
import { writeCalls } from './http.ts';
import { DidNotHold, runSteps } from './step.ts';
import { story } from './story.ts';

const print = (line: string): boolean => process.stdout.write(`${line}\n`);

/**
 * `npm run demo`: tells the story on sandboxes and a Temporal server of its own, with a fresh data directory. Then it stays until
 * Ctrl-C, or with `--once` ends: with code 1 where a step did not hold.
 */
async function main(): Promise<void> {
  const { once } = readArguments();
  const asked = Promise.withResolvers<'asked to end'>();
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      controller.abort();
      asked.resolve('asked to end');
    });
  }
  print(`Starting Temporal, both sandboxes${once ? ' and a worker' : ', a worker and the console'}, with fresh data.`);
  const output = (part: string, line: string): void => {
    if (part === 'temporal') print(line); // what is fetched for the first start
  };
  const stack = await startStack({ isolated: true, console: !once, env: await ports(), signal: controller.signal, output }).catch((error: unknown) => {
    if (controller.signal.aborted) process.exit(once ? 1 : 0); // ended by the person, not by what the start ran into then
    throw error;
  });
  try {
    const told = await Promise.race([tellStory(stack), asked.promise, stack.failed]);
    if (typeof told === 'string' && told !== 'asked to end') throw new UserError(`${told}, so the demo was stopped.`);
    if (told instanceof DidNotHold && once) throw new UserError(`\n${told.message}`);
    if (told instanceof DidNotHold) process.stderr.write(`\n${told.message}\n`);
    if (!once && told !== 'asked to end') {
      print('\nThe demo stays until Ctrl-C, for you to look around.');
      await Promise.race([asked.promise, stack.failed]);
    }
  } finally {
    await stack.stop();
  }
  process.exit(once && controller.signal.aborted ? 1 : 0);
}

function readArguments(): { once: boolean } {
  try {
    return { once: parseArgs({ options: { once: { type: 'boolean', default: false } } }).values.once };
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}. The demo takes --once alone: end after the story.`);
  }
}

const usualPorts = { SLUICE_TEMPORAL_PORT: 7233, SLUICE_TEMPORAL_UI_PORT: 8233, SANDBOX_HUBSPOT_PORT: 4010, SANDBOX_SALESFORCE_PORT: 4020, SLUICE_CONSOLE_PORT: 4000 };

/** The ports that the environment names, else the usual ones, else free ones: the demo may run beside `npm run dev`. */
async function ports(): Promise<NodeJS.ProcessEnv> {
  const chosen = Object.entries(usualPorts).map(async ([name, usual]) => {
    const given = process.env[name];
    const port = given !== undefined && given !== '' ? given : await requireFreePort(usual, 'the demo', name).then(() => usual, freePort);
    return [name, String(port)] as const;
  });
  return Object.fromEntries(await Promise.all(chosen));
}

/** Tells the story; resolves with what did not hold, or null. */
async function tellStory(stack: Stack): Promise<DidNotHold | null> {
  const { addresses, namespace, environment, env } = stack;
  const { connection, client } = await connectTemporal(env);
  try {
    const workflows = `${addresses.temporalUi}/namespaces/${namespace}/workflows`;
    print(`HubSpot ${addresses.hubspot}, Salesforce ${addresses.salesforce}\nWeb UI  ${workflows}${addresses.console === undefined ? '' : `\nConsole ${addresses.console}`}`);
    const world = {
      sluice: createSluiceClient({ client, connection: environment.connection }), temporal: client,
      hubspot: hubspot(addresses.hubspot), salesforce: await salesforce(addresses.salesforce),
      writeCalls: async () => ({ hubspot: await writeCalls(addresses.hubspot), salesforce: await writeCalls(addresses.salesforce) }),
      webUi: (workflowId: string) => `${workflows}/${encodeURIComponent(workflowId)}`,
    };
    await runSteps(story(world), print);
    print(`\nEvery step held. Look around: ${addresses.console === undefined ? '' : `${addresses.console} or `}${workflows}`);
    return null;
  } catch (error) {
    if (error instanceof DidNotHold) return error;
    throw error;
  } finally {
    await connection.close();
  }
}

await runMain(main);
