import type { Command } from 'commander';
import { segmentsWords } from '../words/connection.ts';
import { examples, withSluice } from './context.ts';

/** `segments`, `select-segment` and `clear-segment`. */
export function addSegmentCommands(program: Command): void {
  examples(program.command('segments').description('list the active segments that can be selected'), ['sluice segments', 'sluice segments --json'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const [segments, { segment }] = await Promise.all([sluice.listSegments(), sluice.settings()]);
      const marked = segments.map((s) => ({ ...s, selected: s.id === segment?.id }));
      answer(marked, () => segmentsWords(marked));
    }));

  examples(program.command('select-segment').description('limit the sync to an active segment; writes nothing in either CRM'), ['sluice select-segment "Webmail prospects"', 'sluice select-segment 12 --by ada'])
    .argument('<id or name>', 'the id of the segment, or its name in HubSpot')
    .option('--by <name>', 'who chooses it, as the settings will show')
    .action((idOrName: string, { by }: { by?: string }, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const settings = await sluice.selectSegment(idOrName, by);
      answer(settings, () => `Selected "${settings.segment?.name}" (${settings.segment?.id}). Nothing was written; members sync at their next change, or by \`sluice resync --segment\`.`);
    }));

  examples(program.command('clear-segment').description('let every contact sync again; writes nothing in either CRM'), ['sluice clear-segment'])
    .option('--by <name>', 'who clears it, as the settings will show')
    .action(({ by }: { by?: string }, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const settings = await sluice.clearSegment(by);
      answer(settings, () => 'Cleared the inclusion segment: every contact may sync, at its next change or by `sluice resync --all`. Nothing was written.');
    }));
}
