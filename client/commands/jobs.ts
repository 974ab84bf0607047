import { Option, type Command } from 'commander';
import type { AttentionCategory, ImportInput } from '../../workflows/messages.ts';
import type { Progress, StartedJob } from '../sluice-client.ts';
import { contactWords } from '../words/contact.ts';
import { resultWords } from '../words/job.ts';
import { progressBar } from '../words/progress-bar.ts';
import { contactId, contactName, examples, withSluice, type Context } from './context.ts';
import { categoryOption } from './errors.ts';

interface ResyncOptions {
  contact?: string;
  segment?: true;
  all?: true;
  errors?: true;
  category?: AttentionCategory;
  dryRun?: true;
  wait?: true;
}

/** `import` and `resync`. */
export function addJobCommands(program: Command): void {
  examples(program.command('import').description('import Leads and Contacts from Salesforce, then fill those who may sync'), [
    'sluice import --wait', "sluice import --object Lead --where \"LeadSource = 'Web'\" --label web --wait",
  ])
    .addOption(new Option('--object <type>', 'what to import').choices(['Lead', 'Contact', 'both']).default('both'))
    .option('--where <SOQL>', 'only records that meet this condition', '')
    .option('--label <label>', 'tells several imports apart; the last part of import/<connection>/<label>', 'first')
    .option('--wait', 'show the progress until it has ended')
    .action(({ wait, ...input }: Required<ImportInput> & { label: string; wait?: true }, command: Command) => withSluice(command, async (context) => {
      const started = await context.sluice.startImport(input);
      await follow(context, started, wait === true);
    }));

  examples(program.command('resync').description('sync again, by the same gate and rules: a contact, the segment, everything, or what is in error'), [
    'sluice resync --contact ada@example.com --wait', 'sluice resync --segment --wait', 'sluice resync --all --dry-run', 'sluice resync --errors --category property-value --wait',
  ])
    .addOption(new Option('--contact <id or email>', 'one contact').argParser(contactName).conflicts(['segment', 'all', 'errors', 'dryRun']))
    .addOption(new Option('--segment', 'the members of the segment in force').conflicts(['contact', 'all', 'errors']))
    .addOption(new Option('--all', 'every contact that may sync').conflicts(['contact', 'segment', 'errors']))
    .addOption(new Option('--errors', 'the contacts in error or in review, as `sluice errors` lists them').conflicts(['contact', 'segment', 'all']))
    .addOption(categoryOption('of --errors: only these').implies({ errors: true }).conflicts(['contact', 'segment', 'all']))
    .option('--dry-run', 'count what would be written, and write nothing (for one contact: `sluice preview`)')
    .option('--wait', 'show the progress until it has ended; a dry run always does')
    .action((options: ResyncOptions, command: Command) => {
      const { contact, segment, all, errors, category, dryRun = false, wait } = options;
      if (contact === undefined && segment === undefined && all === undefined && errors === undefined) command.error('error: say what to resync: --contact <id or email>, --segment, --all or --errors');
      return withSluice(command, async (context) => {
        if (contact !== undefined) return resyncContact(context, contact, wait === true);
        const started = await context.sluice.startResync(segment === true ? 'segment' : all === true ? 'all' : 'errors', { dryRun, ...(category !== undefined && { category }) });
        await follow(context, started, wait === true || dryRun, dryRun);
      });
    });
}

async function follow({ sluice, json, answer, note }: Context, started: StartedJob, wait: boolean, dryRun?: boolean): Promise<void> {
  const { workflowId, alreadyRunning } = started;
  const first = await sluice.progress(workflowId);
  if (alreadyRunning) note(`${workflowId} runs already, as it was started; nothing new was started.`);
  if (alreadyRunning && dryRun !== undefined && first.job === 'resync' && first.dryRun !== dryRun) note(`It is ${first.dryRun ? 'a' : 'no'} dry run.`);
  if (!wait) {
    answer({ ...started, progress: first }, () => `${alreadyRunning ? 'Running' : 'Started'} ${workflowId}. \`--wait\` shows its progress; \`sluice pause --job ${workflowId}\` holds it.`);
    return;
  }
  const bar = progressBar(process.stderr);
  let last: Progress = first;
  try {
    for await (const progress of sluice.watch(workflowId)) {
      last = progress;
      if (!json && progress.finishedAt === null) bar.show(progress);
    }
  } finally {
    bar.end();
  }
  answer({ ...started, progress: last }, () => resultWords(workflowId, last));
}

async function resyncContact({ sluice, answer }: Context, idOrEmail: string, wait: boolean): Promise<void> {
  const id = await contactId(sluice, idOrEmail);
  await sluice.resyncContact(id, 'command line');
  if (!wait) {
    answer({ hubspotId: id, signalled: true }, () => `Told contact ${id} to sync. \`sluice contact ${id}\` says what came of it.`);
    return;
  }
  const state = await sluice.settledContact(id);
  answer(state, () => contactWords(state, []));
  if (state.status === 'error') process.exitCode = 1;
}
