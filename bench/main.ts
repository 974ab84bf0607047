import { Command, InvalidArgumentError } from 'commander';
import { runMain, UserError } from '../worker/user-error.ts';
import { fill } from './fill.ts';

const whole = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('A whole number is needed.');
  return Number(text);
};

const program = new Command('npm run -s bench --')
  .description('Measures Sluice against its sandboxes and a real Temporal dev server; prints a table and, last, one JSON line.');

program.command('fill')
  .description('Imports and fills new contacts; then checks every one of them, and 20 edits a side.')
  .option('--contacts <n>', 'people in Salesforce, nobody in HubSpot', whole, 500)
  .option('--segment', 'with an inclusion segment in force that all of them meet')
  .option('--segment-lag-ms <ms>', 'how long HubSpot takes to evaluate the segment', whole, 200)
  .option('--rate-limit', "with both CRMs' rate limits on")
  .option('--random <seed>', 'the seed of the people and of the edits', whole, 1)
  .action(async (options: { contacts: number; segment?: true; segmentLagMs: number; rateLimit?: true; random: number }) => {
    const problems = await fill({ ...options, segment: options.segment ?? false, rateLimit: options.rateLimit ?? false });
    if (problems.length > 0) throw new UserError(`The result is not what it should be: ${problems.slice(0, 5).join('; ')}${problems.length > 5 ? `; and ${problems.length - 5} more` : ''}.`);
  });

await runMain(async () => { await program.parseAsync(); });
