#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { runMain } from '../worker/user-error.ts';
import { addDecisionCommands } from './commands/decide.ts';
import { addConnectionCommands } from './commands/connection.ts';
import { addContactCommands } from './commands/contact.ts';
import { connectionName, examples } from './commands/context.ts';
import { addErrorCommands } from './commands/errors.ts';
import { addJobCommands } from './commands/jobs.ts';
import { addPauseCommands } from './commands/pause.ts';
import { addSegmentCommands } from './commands/segment.ts';
import { addWatchCommands } from './commands/watch.ts';

/** The command line. Exit codes: 0 done, 1 failed (one sentence on stderr), 2 not understood. */
function sluice(): Command {
  const program = new Command('sluice')
    .description('Contacts between HubSpot and Salesforce, through an inclusion segment. In the project: npm run -s sluice -- <command>')
    .addOption(new Option('--connection <name>', 'which HubSpot-Salesforce pair').env('SLUICE_CONNECTION').default('main').argParser(connectionName))
    .option('--json', 'answer in JSON on stdout')
    .showHelpAfterError('(see `sluice --help`)')
    .exitOverride();
  examples(program, [
    'sluice segments                              which segments can be selected',
    'sluice select-segment "Webmail prospects"    sync its members only',
    'sluice import --wait                         bring Leads and Contacts from Salesforce',
    'sluice contact ada@example.com               why this contact syncs, or does not',
    'sluice watch                                 see what flows, as it flows',
    'sluice resync --segment --wait               sync all members now',
    'sluice errors                                what needs attention, and the remedy',
  ]);
  for (const add of [addSegmentCommands, addJobCommands, addContactCommands, addDecisionCommands, addWatchCommands, addErrorCommands, addConnectionCommands, addPauseCommands]) add(program);
  return program;
}

await runMain(async () => {
  try {
    await sluice().parseAsync();
  } catch (error) {
    // Commander has printed the help, or what it did not understand.
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
});
