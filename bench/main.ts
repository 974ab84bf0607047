import { Command } from 'commander';
import { runMain, UserError } from '../worker/user-error.ts';
import { allocation, type AllocationOptions } from './allocation.ts';
import { fill, fillDisturbed, fillWithFeeds } from './fill.ts';
import { idle, type IdleOptions } from './idle.ts';
import { latency, type LatencyOptions } from './latency.ts';
import { positive, whole } from './options.ts';

const program = new Command('npm run -s bench --')
  .description('Measures Sluice against its sandboxes and a real Temporal dev server; prints a table and, last, one JSON line.');

/** @throws UserError that names the first few problems. */
function demandNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(`The result is not what it should be: ${problems.slice(0, 5).join('; ')}${problems.length > 5 ? `; and ${problems.length - 5} more` : ''}.`);
}

interface FillFlags {
  contacts: number;
  segment?: boolean;
  segmentLagMs: number;
  rateLimit?: boolean;
  feeds?: boolean;
  failing?: number;
  draws: number;
  bulkAbove: number;
  random: number;
}

program.command('fill')
  .description('Imports and fills new contacts; then checks every one of them, and 20 edits a side.')
  .option('--contacts <n>', 'people in Salesforce, nobody in HubSpot', whole(), 500)
  .option('--segment', 'with an inclusion segment in force that all of them meet')
  .option('--segment-lag-ms <ms>', 'how long HubSpot takes to evaluate the segment', whole(), 200)
  .option('--rate-limit', "with both CRMs' rate limits on")
  .option('--feeds', 'once with the change feeds off and once with them on, for what they add')
  .option('--failing <part>', 'once undisturbed and once with this part of all calls failing, e.g. 0.2', positive)
  .option('--draws <n>', 'with --failing: how many such runs, each with other calls failing', whole(1), 1)
  .option('--bulk-above <n>', 'records of one type above which a bulk query job lists them', whole(), 10_000)
  .option('--random <seed>', 'the seed of the people, of the edits and of the first draws', whole(), 1)
  .action(async ({ segment = false, rateLimit = false, feeds = false, failing, draws, ...options }: FillFlags) => {
    const all = { ...options, segment, rateLimit };
    demandNone(await (failing !== undefined ? fillDisturbed(all, failing, draws) : feeds ? fillWithFeeds(all) : fill(all)));
  });

program.command('allocation')
  .description('Imports and fills under a small allocation of Salesforce calls, while somebody edits other contacts; with the rate limits on.')
  .option('--contacts <n>', 'people in Salesforce, nobody in HubSpot', whole(), 2_000)
  .option('--calls <n>', 'Salesforce calls allowed in the window', whole(1), 300)
  .option('--window <seconds>', 'the window', whole(10), 60)
  .option('--workers <n>', 'workers on the one account', whole(1), 3)
  .option('--edits-per-second <n>', 'live edits until the import had to wait; fewer then', positive, 3)
  .option('--random <seed>', 'the seed of the people', whole(), 1)
  .action(async (options: AllocationOptions) => { demandNone(await allocation(options)); });

program.command('latency')
  .description("Times single edits by people, from the one CRM's commit to the other's, with the feeds and all settings as they come.")
  .option('--edits <n>', 'edits, on alternating sides', whole(), 200)
  .option('--contacts <n>', 'contacts in sync and in the segment', whole(), 1_000)
  .option('--random <seed>', 'the seed of the people and of the edits', whole(), 1)
  .action(async (options: LatencyOptions) => { demandNone(await latency(options)); });

program.command('idle')
  .description('Counts API calls while nothing goes on, feeds on and a segment set, and what they come to in a day.')
  .option('--seconds <n>', 'how long; the slowest poll comes every 300 s', whole(), 300)
  .option('--contacts <n>', 'contacts in sync and in the segment', whole(), 200)
  .option('--random <seed>', 'the seed of the people', whole(), 1)
  .action(async (options: IdleOptions) => { await idle(options); });

await runMain(async () => { await program.parseAsync(); });
