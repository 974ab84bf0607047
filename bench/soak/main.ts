import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { runMain } from '../../worker/user-error.ts';
import { positive, whole } from '../options.ts';
import { report } from './report.ts';
import { soak } from './soak.ts';

const options = new Command('npm run -s soak --')
  .description('Edits both CRMs at random while events repeat, come late, out of order or not at all; then checks every value, every write and the end against a model of its own. Prints a report and, last, one JSON line; exit code 1 where something is wrong.')
  .option('--edits <n>', 'edits by people, on both sides', whole(), 10_000)
  .option('--contacts <n>', 'contacts; by default 3 of 10 edits, lest the loop guard holds those that are edited often', whole())
  .option('--seed <n>', 'the same edits in the same order for the same seed', whole(), 1)
  .option('--minutes <m>', 'spread the edits over so long; by default 20 are made a second', positive)
  .option('--watch <seconds>', 'how long nothing must be written at the end', positive, 30)
  .option('--story <file>', 'keep all that is known of the run there, as JSON')
  .parse()
  .opts<{ edits: number; contacts?: number; seed: number; minutes?: number; watch: number; story?: string }>();

await runMain(async () => {
  const { edits, seed, minutes, watch, story } = options;
  const contacts = options.contacts ?? Math.max(60, Math.round(edits * 0.3));
  const perSecond = minutes === undefined ? 20 : edits / (minutes * 60);
  const began = performance.now();
  const tell = (line: string): void => console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  const result = await soak({ seed, edits, contacts, perSecond, watchSeconds: watch }, tell);
  if (story !== undefined) await writeFile(story, JSON.stringify({ ...result.story, decisions: result.decisions, complaints: result.complaints }, null, 1));
  report({ ...result, seed, edits, contacts, total: (performance.now() - began) / 1000 });
  if (result.verdict.violations.length > 0) process.exitCode = 1;
});
