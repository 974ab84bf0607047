/** Runs Sluice and its floor in turn, A/B/A/B: a machine that slows down slows down both. */
export async function alternating<A, B>(rounds: number, measured: () => Promise<A>, floor: () => Promise<B>): Promise<{ measured: A[]; floor: B[] }> {
  const all: { measured: A[]; floor: B[] } = { measured: [], floor: [] };
  for (let round = 0; round < rounds; round++) {
    all.measured.push(await measured());
    all.floor.push(await floor());
  }
  return all;
}

/** The one with the most of it: what disturbs a run can only make it slower. */
export function best<T>(runs: readonly T[], perSecond: (run: T) => number): T {
  const [first, ...others] = runs;
  if (first === undefined) throw new Error('at least one round is needed');
  return others.reduce((most, run) => (perSecond(run) > perSecond(most) ? run : most), first);
}

/** Says of a table how it came about. */
export const ofRounds = (rounds: number): string => (rounds === 1 ? 'one round' : `the best of ${rounds} rounds, each in turn with its floor`);
