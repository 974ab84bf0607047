/** `npm run fuzz`: every invariant of a decision over millions of random pairs, on all cores. */
import { availableParallelism } from 'node:os';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { Command } from 'commander';
import { z } from 'zod';
import { whole } from '../../bench/options.ts';
import { runMain, UserError } from '../../worker/user-error.ts';
import { invariants } from './invariants.ts';

const job = z.object({ invariant: z.number().int(), cases: z.number().int(), seed: z.number().int() });
type Job = z.output<typeof job>;

/** One thread's share is cut so fine that all threads end at about the same time. */
const casesAtOnce = 50_000;

function jobsOf(cases: number, seed: number): Job[] {
  const each = Math.ceil(cases / invariants.length);
  return Array.from({ length: Math.ceil(each / casesAtOnce) }, (_, round) => invariants.map((_, invariant) => ({
    invariant, cases: Math.min(casesAtOnce, each - round * casesAtOnce), seed: seed + round,
  }))).flat();
}

/** Runs jobs one after another in a thread of its own; rejects with fast-check's report. */
async function work(take: () => Job | undefined, done: (job: Job) => void): Promise<void> {
  for (let next = take(); next !== undefined; next = take()) {
    const current = next;
    await new Promise<void>((resolve, reject) => {
      const thread = new Worker(import.meta.filename, { workerData: current });
      thread.once('error', reject).once('exit', () => resolve());
    }).catch((error: unknown) => { throw new UserError(`"${invariants[current.invariant]?.name}" does not hold (seed ${current.seed}):\n${error instanceof Error ? error.message : String(error)}`); });
    done(current);
  }
}

if (isMainThread) {
  const options = new Command('npm run -s fuzz --').description('Checks every invariant of a decision over random pairs of records. Prints the cases of each and, last, one JSON line; exit code 1 with the smallest pair for which one does not hold.')
    .option('--cases <n>', 'random pairs, over all invariants', whole(1), 10_000_000).option('--seed <n>', 'the same pairs for the same seed', whole(1), 1).parse().opts<{ cases: number; seed: number }>();
  await runMain(async () => {
    const jobs = jobsOf(options.cases, options.seed);
    const counts = invariants.map(() => 0);
    const began = performance.now();
    await Promise.all(Array.from({ length: availableParallelism() }, () => work(() => jobs.shift(), ({ invariant, cases }) => { counts[invariant] = (counts[invariant] ?? 0) + cases; })));
    invariants.forEach(({ name }, i) => console.log(`${String(counts[i]).padStart(10)}  ${name}`));
    console.log(JSON.stringify({ cases: counts.reduce((a, b) => a + b, 0), seed: options.seed, seconds: Math.round((performance.now() - began) / 1000), violations: 0 }));
  });
} else {
  const { invariant, cases, seed } = job.parse(workerData);
  invariants[invariant]?.check({ numRuns: cases, seed });
}
