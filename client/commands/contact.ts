import { Argument, Option, type Command } from 'commander';
import { contactStatuses, type ContactStatus } from '../../workflows/messages.ts';
import { contactsWords, contactWords, previewWords } from '../words/contact.ts';
import { contactId, contactName, countOf, examples, withSluice } from './context.ts';

/** `contact`, `preview` and `contacts`. */
export function addContactCommands(program: Command): void {
  const who = (): Argument => new Argument('<id or email>', 'HubSpot contact id, or an email address').argParser(contactName);

  examples(program.command('contact').description('say where a contact stands: what, since when, why, what next'), ['sluice contact 51', 'sluice contact ada@example.com --json'])
    .addArgument(who())
    .action((idOrEmail: string, _: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const id = await contactId(sluice, idOrEmail);
      const state = await sluice.contact(id);
      const history = await sluice.contactHistory(id);
      answer({ ...state, history }, () => contactWords(state, history));
    }));

  examples(program.command('preview').description('say what a sync of a contact would write now, and why; writes nothing'), ['sluice preview 51'])
    .addArgument(who())
    .action((idOrEmail: string, _: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const id = await contactId(sluice, idOrEmail);
      const preview = await sluice.preview(id);
      answer(preview, () => previewWords(id, preview));
    }));

  examples(program.command('contacts').description('list the contacts that Sluice knows'), ['sluice contacts --status error', 'sluice contacts --status email-only --limit 500', 'sluice contacts --locked-out'])
    .addOption(new Option('--status <status>', 'only those with this status').choices(contactStatuses.filter((status) => status !== 'syncing')))
    .option('--locked-out', 'only those that left the segment by a value which Sluice itself took over from Salesforce')
    .option('--limit <count>', 'at most so many', countOf, 50)
    .action(({ status, lockedOut, limit }: { status?: ContactStatus; lockedOut?: true; limit: number }, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const { contacts, total } = await sluice.listContacts({ limit, lockedOut: lockedOut ?? false, ...(status !== undefined && { status }) });
      answer({ contacts, total }, () => contactsWords(contacts, total));
    }));
}
