import { Command, Option } from 'commander';
import { runMain, UserError } from '../worker/user-error.ts';
import { all } from './all.ts';
import { allocation, type AllocationOptions } from './allocation.ts';
import { behind, type BehindOptions } from './behind.ts';
import { data, type DataOptions } from './data.ts';
import { fillDisturbed, fillWithFeeds } from './fill-compared.ts';
import { fill, type FillFigureOptions } from './fill.ts';
import { growth, type GrowthOptions } from './growth.ts';
import { history, type HistoryOptions } from './history.ts';
import { idle, type IdleOptions } from './idle.ts';
import { latency, type LatencyOptions } from './latency.ts';
import { live, liveFloors, type LiveOptions } from './live.ts';
import { mass, type MassOptions } from './mass.ts';
import { positive, whole } from './options.ts';
import { resync, type ResyncOptions } from './resync.ts';
import { simulate, type SimulateOptions } from './simulate/simulate.ts';

const program = new Command('npm run -s bench --')
  .description('Measures Sluice against its sandboxes and a real Temporal dev server; each bench prints a table and, last, one JSON line.\nWhere speed is measured, the same is done in turn with it at the least cost there is (its floor), and the ratio is what counts.')
  .showHelpAfterError();

/** @throws UserError that names the first few problems. */
function demandNone(problems: readonly string[]): void {
  if (problems.length > 0) throw new UserError(`The result is not what it should be: ${problems.slice(0, 5).join('; ')}${problems.length > 5 ? `; and ${problems.length - 5} more` : ''}.`);
}

/** A bench with the options that most have. */
const bench = (name: string, description: string, contacts: number, of: string): Command => program.command(name).description(description)
  .option('--contacts <n>', of, whole(1), contacts)
  .option('--random <seed>', 'the seed of the people and of the edits', whole(), 1);
const limited = (command: Command, on: boolean): Command => command
  .option('--rate-limit', `with both CRMs' rate limits on${on ? ' (default)' : ''}`, on)
  .option('--no-rate-limit', `with them lifted, for throughput${on ? '' : ' (default)'}`);
const inRounds = (command: Command): Command => command.option('--rounds <n>', 'how often Sluice and its floor are run in turn; the best of each counts', whole(1), 2);

program.commandsGroup('Speed:');

interface FillFlags extends Omit<FillFigureOptions, 'segment' | 'peer'> {
  segment?: boolean;
  feeds?: boolean;
  failing?: number;
  draws: number;
  peer?: boolean;
}

inRounds(limited(bench('fill', 'Imports and fills new contacts; then checks every one of them, and 20 edits a side.', 500, 'people in Salesforce, nobody in HubSpot'), false))
  .option('--segment', 'with an inclusion segment in force that all of them meet')
  .option('--segment-lag-ms <ms>', 'how long HubSpot takes to evaluate the segment', whole(), 200)
  .option('--peer', "and by the script that a developer would write instead, with both vendors' clients")
  .option('--feeds', 'once with the change feeds off and once with them on, for what they add')
  .option('--failing <part>', 'once undisturbed and once with this part of all calls failing, e.g. 0.2', positive)
  .option('--draws <n>', 'with --failing: how many such runs, each with other calls failing', whole(1), 1)
  .option('--bulk-above <n>', 'records of one type above which a bulk query job lists them; 10,000', whole())
  .action(async ({ segment = false, peer = false, feeds = false, failing, draws, ...options }: FillFlags) => {
    const given = { ...options, segment };
    demandNone(await (failing !== undefined ? fillDisturbed(given, failing, draws) : feeds ? fillWithFeeds(given) : fill({ ...given, peer })));
  });

inRounds(limited(bench('data', 'The data of a fill alone, without the workflows behind it: a minute in place of ten.', 10_000, 'people in Salesforce, nobody in HubSpot'), false))
  .action(async (options: DataOptions) => { demandNone(await data(options)); });

inRounds(limited(bench('resync', 'Resyncs a segment that is in sync.', 1_000, 'contacts in the segment'), false))
  .option('--differing <part>', 'and once more where this part of them differs, e.g. 0.01', positive, 0)
  .action(async (options: ResyncOptions) => { demandNone(await resync(options)); });

inRounds(limited(bench('live', 'Changes contacts one by one, as many as there are, through the live lane.', 500, 'contacts in sync, each of which changes'), false))
  .addOption(new Option('--floor <kind>', "plain; listed: shows when it synced in the lists of workflows; eager: its activities go by its workflows' own queue, where the SDK hands them over at once").choices(liveFloors).default('plain'))
  .action(async (options: LiveOptions) => { demandNone(await live(options)); });

bench('behind', 'Creates the workflows behind the data of an import, while people edit other contacts.', 1_000, 'people in Salesforce, nobody in HubSpot')
  .option('--edits-per-second <n>', 'single edits meanwhile', positive, 2)
  .option('--idle-seconds <n>', 'how long the same edits are timed before it', whole(1), 30)
  .action(async (options: BehindOptions) => { await behind(options); });

program.commandsGroup('Time and load:');

bench('latency', "Times single edits by people, from the one CRM's commit to the other's, with the feeds and all settings as they come.", 1_000, 'contacts in sync and in the segment')
  .option('--edits <n>', 'edits, on alternating sides', whole(), 200)
  .action(async (options: LatencyOptions) => { demandNone(await latency(options)); });

limited(bench('mass', 'Changes all linked contacts at once with the feeds on: calls, and how long single edits take beside it.', 1_000, 'contacts in sync that change'), true)
  .option('--edits-per-second <n>', 'single edits beside it', positive, 2)
  .option('--idle-seconds <n>', 'how long the same edits are timed before it', whole(1), 30)
  .action(async (options: MassOptions) => { demandNone(await mass(options)); });

program.command('allocation')
  .description('Imports and fills under a small allocation of Salesforce calls, while somebody edits other contacts; with the rate limits on.')
  .option('--contacts <n>', 'people in Salesforce, nobody in HubSpot', whole(), 2_000)
  .option('--calls <n>', 'Salesforce calls allowed in the window', whole(1), 300)
  .option('--window <seconds>', 'the window', whole(10), 60)
  .option('--workers <n>', 'workers on the one account', whole(1), 3)
  .option('--edits-per-second <n>', 'live edits until the import had to wait; fewer then', positive, 3)
  .option('--random <seed>', 'the seed of the people', whole(), 1)
  .action(async (options: AllocationOptions) => { demandNone(await allocation(options)); });

program.commandsGroup('Standing costs and sizes:');

bench('idle', 'Counts what a day of nothing costs, feeds on and a segment set.', 200, 'contacts in sync and in the segment')
  .option('--seconds <n>', 'how long; the slowest poll comes every 300 s', whole(), 300)
  .action(async (options: IdleOptions) => { await idle(options); });

bench('history', "Syncs contacts again and again: how long their histories grow, and what a run hands to the next.", 5, 'contacts')
  .option('--syncs <n>', 'how often each is changed and synced', whole(1), 100)
  .option('--long-fields <n>', 'and others with so many mapped texts of 32 KB each; 0 for none', whole(), 10)
  .action(async (options: HistoryOptions) => { demandNone(await history(options)); });

limited(program.command('growth')
  .description('Imports and fills few contacts and many: what one costs must be the same.')
  .option('--small <n>', 'few', whole(1), 1_000)
  .option('--large <n>', 'many', whole(1), 50_000)
  .option('--random <seed>', 'the seed of the people', whole(), 1), false)
  .action(async (options: Pick<GrowthOptions, 'small' | 'large' | 'random' | 'rateLimit'>) => { demandNone(await growth({ ...options, segment: false, segmentLagMs: 200 })); });

program.command('simulate')
  .description('Simulates, in virtual time, a first fill under the limits of both APIs: how long it takes, and what holds it back. Measures nothing.')
  .option('--contacts <n>', 'people in Salesforce, nobody in HubSpot', whole(1), 1_000_000)
  .option('--hubspot-per-10-seconds <n>', "HubSpot's calls in 10 s, of Professional and Enterprise", whole(1), 190)
  .option('--hubspot-per-day <n>', "HubSpot's calls a day, of Professional", whole(1), 625_000)
  .option('--salesforce-per-day <n>', "Salesforce's calls in 24 h, of Enterprise Edition without licences", whole(1), 100_000)
  .option('--hubspot-allocation <n>', 'the setting allocation.hubspotPerDay; half of the above', whole(1))
  .option('--salesforce-allocation <n>', 'the setting allocation.salesforce; half of the above', whole(1))
  .option('--hubspot-ms <n>', 'how long a call of HubSpot takes, assumed', positive, 300)
  .option('--salesforce-ms <n>', 'how long a call of Salesforce takes, assumed', positive, 500)
  .option('--workers <n>', 'workers', whole(1), 1)
  .option('--workflows-per-second <n>', 'first tasks of new workflows that a worker does; as measured on 2 cores, the server among them', positive, 55)
  .option('--start-ms <n>', 'how long Temporal takes to start a workflow, assumed', positive, 25)
  .action(async (options: SimulateOptions) => { await simulate(options); });

program.commandsGroup('All of them:');

program.command('all')
  .description('One after the other, for hours; calls per contact and sizes are asserted, times are not.')
  .option('--quick', 'small, and without those that take long whatever their size: within 5 minutes', false)
  .option('--random <seed>', 'the seed of the people and of the edits', whole(), 1)
  .action(async (options: { quick: boolean; random: number }) => { demandNone(await all(options)); });

await runMain(async () => { await program.parseAsync(); });
