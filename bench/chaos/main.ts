import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { runMain } from '../../worker/user-error.ts';
import { positive, whole } from '../options.ts';
import { chaos } from './chaos.ts';
import { repeat, report } from './report.ts';

const options = new Command('npm run -s chaos --')
  .description('Edits, merges, deletes and imports at random while calls fail, events go wrong, and the worker and Temporal are killed; then waits until all is well by itself, and checks it. Prints a report and, last, one JSON line; exit code 1 where something is wrong.')
  .option('--seed <n>', 'the same deeds, faults and kills for the same seed', whole(), 1)
  .option('--minutes <m>', 'how long things go on breaking', positive, 3)
  .option('--watch <seconds>', 'how long nothing must be written at the end', positive, 15)
  .option('--story <file>', 'keep all that is known of the run there, as JSON')
  .parse()
  .opts<{ seed: number; minutes: number; watch: number; story?: string }>();

await runMain(async () => {
  const { seed, minutes, watch, story } = options;
  const began = performance.now();
  const tell = (line: string): void => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  const result = await chaos({ seed, minutes, watchSeconds: watch }, tell).catch((error: unknown) => {
    console.log(repeat({ seed, minutes }));
    throw error;
  });
  if (story !== undefined) await writeFile(story, JSON.stringify({ ...result.story, violations: result.verdict.violations, wreaked: result.wreaked, complaints: result.complaints }, null, 1));
  report({ ...result, seed, minutes, total: (performance.now() - began) / 1000 });
  if (result.verdict.violations.length > 0) process.exitCode = 1;
});
