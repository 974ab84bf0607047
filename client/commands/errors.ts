import { Option, type Command } from 'commander';
import { attentionCategories, type AttentionCategory } from '../../workflows/messages.ts';
import { errorsCsv, errorsWords } from '../words/errors.ts';
import { countOf, examples, withSluice } from './context.ts';

interface ErrorsOptions {
  category?: AttentionCategory;
  export?: 'csv';
  limit?: number;
}

const defaultLimit = 200;

/** `errors`: what needs a person's attention. */
export function addErrorCommands(program: Command): void {
  examples(program.command('errors').description('list what needs attention, contacts in error and in review, by category with the remedy'), [
    'sluice errors', 'sluice errors --category property-value', 'sluice errors --export csv > errors.csv',
  ])
    .addOption(categoryOption('only these'))
    .addOption(new Option('--export <format>', 'all contacts on stdout as CSV, for a spreadsheet').choices(['csv']))
    .option('--limit <count>', `ask at most so many contacts (default ${defaultLimit}; of an export: all)`, countOf)
    .action(({ category, export: format, limit }: ErrorsOptions, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const report = await sluice.errors({ limit: limit ?? (format === undefined ? defaultLimit : Infinity), ...(category !== undefined && { category }) });
      if (format === 'csv') process.stdout.write(errorsCsv(report));
      else answer(report, () => errorsWords(report));
    }));
}

/** `--category`, of errors and of their resync. */
export const categoryOption = (description: string): Option => new Option('--category <category>', description).choices(attentionCategories);
