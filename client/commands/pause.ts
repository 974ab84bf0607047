import { Option, type Command } from 'commander';
import { contactId, contactName, examples, withSluice } from './context.ts';

/** `pause` and `resume`: of one contact, one import or resync, or the whole connection. */
export function addPauseCommands(program: Command): void {
  for (const verb of ['pause', 'resume'] as const) {
    const description = verb === 'pause' ? 'stop the syncing of the connection, a contact or a job; what comes in is kept' : 'go on, once for all that came in meanwhile';
    examples(program.command(verb).description(description), [`sluice ${verb}`, `sluice ${verb} --contact ada@example.com`, `sluice ${verb} --job import/main/first`])
      .addOption(new Option('--contact <id or email>', 'this contact alone').argParser(contactName).conflicts('job'))
      .option('--job <workflow id>', 'this import or resync alone')
      .action(({ contact, job }: { contact?: string; job?: string }, command: Command) => withSluice(command, async ({ sluice, answer }) => {
        const paused = verb === 'pause';
        const id = contact === undefined ? null : await contactId(sluice, contact);
        if (id !== null) await sluice[paused ? 'pauseContact' : 'resumeContact'](id);
        else if (job !== undefined) await sluice[paused ? 'pauseJob' : 'resumeJob'](job);
        else await sluice[paused ? 'pauseConnection' : 'resumeConnection']();
        const what = id !== null ? `contact ${id}` : job ?? `connection ${sluice.connection}`;
        answer({ what, paused }, () => `${paused ? 'Paused' : 'Resumed'} ${what}.`);
      }));
  }
}
