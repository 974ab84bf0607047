import { checkQuiet, checkStatuses, countWrites, type Counted } from '../soak/check-end.ts';
import { checkValues, type ValuesFound } from '../soak/check-values.ts';
import type { Violation } from '../soak/story.ts';
import { checkCast } from './check-cast.ts';
import { checkDuplicates } from './check-duplicates.ts';
import { checkPasses, type PassesFound } from './check-passes.ts';
import { checkWorkflows } from './check-workflows.ts';
import type { ChaosStory } from './story.ts';

export interface ChaosVerdict {
  violations: Violation[];
  /** Writes decided on a membership that was read before the contact left. */
  slips: Violation[];
  /** Edits overwritten by a write that was decided before them. */
  overtaken: Violation[];
  passes: PassesFound['passes'];
  values: ValuesFound['counts'];
  writes: Omit<Counted, 'violations'>;
}

/** Holds a run against everything that must be true of it, whatever failed meanwhile. */
export function checkChaos(story: ChaosStory): ChaosVerdict {
  const values = checkValues(story.soak);
  const gate = checkPasses(story);
  // Counted only: while an import runs, fields that are blank on one side are left for a later write.
  const { violations: _, ...writes } = countWrites(story.soak);
  const leaks = story.leaks.map(({ where, secret }): Violation => ({ invariant: 'a leaked secret', hubspotId: '', what: `${secret} stands in ${where}` }));
  return {
    violations: [
      ...values.violations, ...gate.violations, ...checkQuiet(story.soak), ...checkStatuses(story.soak),
      ...(story.cameToRest ? [] : [{ invariant: 'rest', hubspotId: '', what: 'something was still missing, failing or under way when its time was up' }]),
      ...checkCast(story), ...checkDuplicates(story.end), ...checkWorkflows(story), ...leaks,
    ],
    slips: gate.slips, overtaken: values.overtaken, passes: gate.passes, values: values.counts, writes,
  };
}
