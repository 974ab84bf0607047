import type { Command } from 'commander';
import { healthWords, settingsWords } from '../words/connection.ts';
import { examples, withSluice } from './context.ts';

/** `settings` and `health`. */
export function addConnectionCommands(program: Command): void {
  examples(program.command('settings').description('show the settings: segment, mappings, accounts, last changes'), ['sluice settings', 'sluice settings --json'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const settings = await sluice.settings();
      answer(settings, () => settingsWords(settings));
    }));

  examples(program.command('health').description('say whether the connection can sync; exit code 1 where it cannot'), ['sluice health || echo "nothing syncs"'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const health = await sluice.health();
      answer(health, () => healthWords(sluice.connection, health));
      if (health.status === 'not-ready' || health.status === 'segment-unusable') process.exitCode = 1;
    }));
}
