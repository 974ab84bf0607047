import { data } from './data.ts';
import { fill } from './fill.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { behind } from './behind.ts';
import { live } from './live.ts';
import { mass } from './mass.ts';
import { resync } from './resync.ts';

const segmentLagMs = 200;

interface Sizes {
  fill: number; resync: number; differing: number; live: number; latency: number; edits: number; idle: number; seconds: number; history: number; syncs: number; longFields: number;
  /** Those that take minutes whatever their size; null leaves them out. */
  longer: { mass: number; behind: number; growth: [number, number]; idleSeconds: number } | null;
  rounds: number;
}

/** Enough to count calls and sizes by, within 5 minutes on two cores. */
const quick: Sizes = { fill: 300, resync: 300, differing: 0.02, live: 100, latency: 40, edits: 10, idle: 20, seconds: 10, history: 3, syncs: 30, longFields: 0, longer: null, rounds: 1 };
const whole: Sizes = {
  fill: 10_000, resync: 10_000, differing: 0.01, live: 2_000, latency: 1_000, edits: 200, idle: 200, seconds: 300, history: 5, syncs: 100, longFields: 10,
  longer: { mass: 10_000, behind: 10_000, growth: [1_000, 50_000], idleSeconds: 30 }, rounds: 2,
};

/** All benches one after the other. Answers what is wrong with their results, each as a sentence; times are never asserted. */
export async function all({ quick: isQuick, random }: { quick: boolean; random: number }): Promise<string[]> {
  const sizes = isQuick ? quick : whole;
  const { rounds, longer } = sizes;
  const benches: [name: string, run: () => Promise<string[] | void>][] = [
    ['fill', () => fill({ contacts: sizes.fill, segment: false, segmentLagMs, rateLimit: false, random, rounds, peer: true })],
    ['resync', () => resync({ contacts: sizes.resync, differing: sizes.differing, rounds, rateLimit: false, random })],
    ['live', () => live({ contacts: sizes.live, rounds, rateLimit: false, floor: 'plain', random })],
    ['latency', () => latency({ edits: sizes.edits, contacts: sizes.latency, random })],
    ['idle', () => idle({ seconds: sizes.seconds, contacts: sizes.idle, random })],
    ['history', () => history({ contacts: sizes.history, syncs: sizes.syncs, longFields: sizes.longFields, random })],
    ...(longer === null ? [] : ([
      ['data', () => data({ contacts: sizes.fill, rounds, rateLimit: false, random })],
      ['mass', () => mass({ contacts: longer.mass, editsPerSecond: 2, idleSeconds: longer.idleSeconds, rateLimit: true, random })],
      ['behind', () => behind({ contacts: longer.behind, editsPerSecond: 2, idleSeconds: longer.idleSeconds, random })],
      ['growth', () => growth({ small: longer.growth[0], large: longer.growth[1], segment: false, segmentLagMs, rateLimit: false, random })],
    ] as [string, () => Promise<string[] | void>][])),
  ];
  const problems: string[] = [];
  for (const [name, run] of benches) {
    console.log(`\n${name}`);
    problems.push(...((await run()) ?? []).map((problem) => `${name}: ${problem}`));
  }
  return problems;
}
