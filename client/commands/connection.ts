import { Argument, InvalidArgumentError, type Command } from 'commander';
import { changeSettingsInput, type ChangeSettings } from '../../workflows/messages.ts';
import { healthWords, settingsWords } from '../words/connection.ts';
import { contactCountsWords, viewsWords } from '../words/health.ts';
import { examples, withSluice } from './context.ts';

/** `settings`, `set` and `health`. */
export function addConnectionCommands(program: Command): void {
  examples(program.command('settings').description('show the settings: segment, mappings, accounts, last changes'), ['sluice settings', 'sluice settings --json'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const settings = await sluice.settings();
      answer(settings, () => settingsWords(settings));
    }));

  examples(program.command('set').description('change settings, given as one JSON object; see the README for all of them'), [
    `sluice set '{"createAs": "Contact"}'`, `sluice set '{"createInHubSpot": "on-create"}' --by ada`, `sluice set '{"deletes": {"inHubSpot": "delete", "graceHours": 48}}'`,
  ])
    .addArgument(new Argument('<json>', 'the settings to change, the others stay').argParser(settingsOf))
    .option('--by <name>', 'who changes them, as the settings will show')
    .action((change: ChangeSettings, { by }: { by?: string }, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const settings = await sluice.changeSettings({ ...change, ...(by !== undefined && { by }) });
      answer(settings, () => `Changed ${Object.keys(change).join(', ')}. Nothing was written; contacts follow at their next sync.`);
    }));

  examples(program.command('health').description('say whether the connection can sync, and how its contacts stand; exit code 1 where it cannot'), ['sluice health || echo "nothing syncs"'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, views, answer }) => {
      const [health, contacts] = await Promise.all([sluice.health(), sluice.contactCounts()]);
      answer({ ...health, contacts, views }, () => [healthWords(sluice.connection, health), contactCountsWords(contacts), viewsWords(views)].join('\n'));
      if (health.status === 'not-ready' || health.status === 'segment-unusable') process.exitCode = 1;
    }));
}

/** Only its form is looked at here: what the settings may be, the connection says. */
function settingsOf(text: string): ChangeSettings {
  try {
    const parsed = changeSettingsInput().safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`${parsed.error.issues[0]?.path.join('.') ?? ''}: ${parsed.error.issues[0]?.message ?? 'not understood'}.`);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError('Give one JSON object, for example {"createAs": "Contact"}.');
  }
}
