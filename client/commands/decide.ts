import { Argument, type Command } from 'commander';
import { contactWords } from '../words/contact.ts';
import { contactId, contactName, examples, withSluice } from './context.ts';

/** What a person decides about one contact: `resolve`, `keep` and `forget`. */
export function addDecisionCommands(program: Command): void {
  const who = (): Argument => new Argument('<id or email>', 'HubSpot contact id, or an email address').argParser(contactName);

  examples(program.command('resolve').description('answer a review: which Salesforce record is meant'), [
    'sluice resolve 51 003000000000001AAA', 'sluice resolve 51 new       make a record of its own', 'sluice resolve 51 ignore    leave it out of the sync',
  ])
    .addArgument(who())
    .argument('<record>', 'the id of a Lead or Contact (18 characters), "new" or "ignore"')
    .action((idOrEmail: string, record: string, _: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const state = await sluice.resolveContact(await contactId(sluice, idOrEmail), record);
      answer(state, () => contactWords(state, []));
    }));

  examples(program.command('keep').description('cancel the delete that is pending for a contact'), ['sluice keep 51'])
    .addArgument(who())
    .action((idOrEmail: string, _: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const id = await contactId(sluice, idOrEmail);
      await sluice.keepContact(id);
      const state = await sluice.contact(id);
      answer(state, () => contactWords(state, []));
    }));

  examples(program.command('forget').description('end the sync of a contact for good and delete its values from Temporal; both CRMs are left as they are'), ['sluice forget 51 --by ada'])
    .addArgument(who())
    .option('--by <name>', 'who has it forgotten')
    .action((idOrEmail: string, { by }: { by?: string }, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const id = await contactId(sluice, idOrEmail);
      const { forgotten } = await sluice.forgetContact(id, by);
      answer({ hubspotId: id, forgotten }, () => `Contact ${id} is forgotten. ${forgotten}`);
    }));
}
