import { check, type Verdict } from './check.ts';
import { checkValues } from './check-values.ts';
import { summed } from './complaints.ts';
import { WrittenLog } from './crms.ts';
import { beginMischief, mischiefDone } from './mischief.ts';
import { perform, type Performed } from './perform.ts';
import { planSoak } from './plan.ts';
import { openStage } from './stage.ts';
import type { Story } from './story.ts';
import { contactsSynced, decisionsOf, explain, snapshot, tellStory } from './telling.ts';
import { untilQuiet, watchEnd } from './watch.ts';

export interface SoakOptions {
  seed: number;
  edits: number;
  contacts: number;
  perSecond: number;
  /** How long the end is watched. */
  watchSeconds: number;
}

export interface SoakResult {
  verdict: Verdict;
  counts: Performed['counts'];
  mischief: Record<string, Record<string, number>>;
  seconds: { edits: number; untilQuiet: number };
  behind: number;
  statuses: Record<string, number>;
  complaints: string[];
  story: Story;
  /** What the product says of the contacts with violations, by contact. */
  decisions: Record<string, unknown>;
}

const nothingWatched = { callsInWatch: 0, watched: { from: Infinity, until: Infinity } };

/** Plans a run from its seed, performs it on a real stack with events going wrong, and checks what came of it. */
export async function soak(options: SoakOptions, tell: (line: string) => void): Promise<SoakResult> {
  const plan = planSoak(options);
  tell('starting Temporal, the sandboxes and a worker');
  const stage = await openStage(plan.people, tell);
  try {
    const { urls } = stage;
    const written = new WrittenLog(urls);
    await written.read();
    written.forget();
    const before = await snapshot(stage);
    const synced = await contactsSynced(stage);
    await beginMischief(urls, options.seed);
    tell(`${plan.deeds.length} deeds, ${options.perSecond} edits a second`);
    const done = await perform(stage, plan.deeds, tell);
    tell('waiting until nothing is under way');
    const now = async () => ({ ...await tellStory(stage, plan, done, before, synced), writes: written.writes });
    const quiet = await untilQuiet(stage, written, done.endedAt, async () => checkValues({ ...await now(), ...nothingWatched }).violations.length > 0);
    const quietAt = Date.now();
    tell(`watching the end for ${options.watchSeconds} s`);
    const watch = await watchEnd(stage, options.watchSeconds);
    await written.read();
    const story: Story = { ...await now(), ...watch };
    await explain(stage, story);
    const verdict = check(story);
    if (!quiet) verdict.violations.push({ invariant: 'rest', hubspotId: '', what: 'it did not come to rest within 5 minutes' });
    return {
      verdict, story, decisions: await decisionsOf(stage, story, verdict), counts: done.counts, mischief: await mischiefDone(urls), behind: done.behind, complaints: stage.complaints,
      seconds: { edits: (done.endedAt - done.startedAt) / 1000, untilQuiet: (quietAt - done.endedAt) / 1000 },
      statuses: Object.fromEntries([...Map.groupBy(story.contacts, ({ status }) => status ?? 'no workflow')].map(([status, contacts]) => [status, contacts.length])),
    };
  } catch (error) {
    for (const one of summed(stage.complaints)) tell(one);
    throw error;
  } finally {
    await stage.stop();
  }
}
