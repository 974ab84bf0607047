import { summed } from '../soak/complaints.ts';
import { beginMischief, mischiefDone } from '../soak/mischief.ts';
import { WrittenLog } from '../soak/crms.ts';
import { perform } from '../soak/perform.ts';
import { contactsSynced, explain, snapshot, tellStory } from '../soak/telling.ts';
import type { Violation } from '../soak/story.ts';
import { untilQuiet, watchEnd } from '../soak/watch.ts';
import { checkChaos, type ChaosVerdict } from './check.ts';
import { planChaos, type ChaosOptions } from './plan.ts';
import { play } from './play.ts';
import { readEnd } from './read-end.ts';
import { readWorkflows, tokensIn } from './read-temporal.ts';
import { findLeaks } from './secrets.ts';
import { openChaosStage } from './stage.ts';
import type { ChaosStory } from './story.ts';
import { tellCast, troublesOf } from './telling.ts';
import { wreak, type Wreaked } from './wreak.ts';

export interface ChaosResult {
  verdict: ChaosVerdict;
  story: ChaosStory;
  wreaked: Wreaked;
  /** What people did, by kind. */
  counts: Record<string, number>;
  mischief: Record<string, Record<string, number>>;
  seconds: { deeds: number; untilQuiet: number };
  complaints: string[];
}

/** While answers are late or missing a write is sent again for up to 10 s, and one that is slow takes some more. */
const lateMs = 20_000;
const nothingWatched = { callsInWatch: 0, watched: { from: Infinity, until: Infinity }, lateMs };

/** Plans a run from its seed, performs it while everything breaks, waits until all is well by itself, and checks what came of it. */
export async function chaos(options: ChaosOptions & { watchSeconds: number }, tell: (line: string) => void): Promise<ChaosResult> {
  const plan = planChaos(options);
  tell('starting Temporal, the sandboxes and a worker');
  const stage = await openChaosStage(plan, tell);
  try {
    const ordinary = { people: plan.people.slice(0, plan.ordinary) };
    const written = new WrittenLog(stage.urls);
    await written.read();
    written.forget();
    const before = await snapshot(stage);
    const synced = await contactsSynced(stage);
    await beginMischief(stage.urls, options.seed);
    tell(`${plan.deeds.length} deeds beside the cast of ${plan.cast.length}, ${plan.mayhem.length} windows of faults and kills, within ${plan.length / 1000} s`);
    const wreaked: Wreaked = { faults: {}, kills: {}, expired: {}, deaths: [] };
    const cast: Record<string, number> = {};
    const [done, played] = await Promise.all([perform(stage, plan.deeds, tell), play(stage, plan, cast), wreak(stage, plan.mayhem, wreaked, tell)]);
    const endedAt = Date.now();
    tell('nothing is broken any more: waiting until it has come to rest by itself');
    const now = async (why: boolean): Promise<ChaosStory> => {
      const end = await readEnd(stage.urls);
      return {
        soak: { ...await tellStory(stage, ordinary, done, before, synced), writes: written.writes, ...nothingWatched },
        cast: await tellCast(stage, plan, played, end, synced, why), end, workflows: [], leaks: [], troubles: await troublesOf(stage), deaths: wreaked.deaths, cameToRest: true,
      };
    };
    const missing = sometimes(20_000, (found: Violation[]) => tell(`not yet: ${found.length}, such as ${found.slice(0, 3).map(({ invariant, what }) => `${invariant}: ${what.slice(0, 200)}`).join(' | ')}`));
    const quiet = await untilQuiet(stage, written, endedAt, async () => {
      const { violations } = checkChaos({ ...await now(false), deaths: [] });
      if (violations.length > 0) missing(violations);
      return violations.length > 0;
    }, { byItself: true });
    const quietAt = Date.now();
    tell(`watching the end for ${options.watchSeconds} s`);
    const watch = await watchEnd(stage, options.watchSeconds);
    await written.read();
    const story = await now(true);
    await explain(stage, story.soak);
    tell('reading every history');
    const secrets = tokensIn(stage.stack.environment.dataDir);
    const { workflows, leaks } = await readWorkflows(stage, secrets);
    Object.assign(story, { cameToRest: quiet, soak: { ...story.soak, ...watch }, workflows, leaks: [...leaks, ...findLeaks('what the worker printed', stage.lines, secrets)] });
    const verdict = checkChaos(story);
    return {
      verdict, story, wreaked, counts: { ...done.counts, ...cast }, mischief: await mischiefDone(stage.urls), complaints: stage.complaints,
      seconds: { deeds: (endedAt - done.startedAt) / 1000, untilQuiet: (quietAt - endedAt) / 1000 },
    };
  } catch (error) {
    for (const one of summed(stage.complaints)) tell(one);
    throw error;
  } finally {
    await stage.stop();
  }
}

/** Not more often than every so many ms. */
function sometimes<T>(everyMs: number, act: (what: T) => void): (what: T) => void {
  let last = -Infinity;
  return (what) => {
    if (Date.now() - last < everyMs) return;
    last = Date.now();
    act(what);
  };
}
