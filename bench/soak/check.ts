import { checkQuiet, checkStatuses, countWrites, type Counted } from './check-end.ts';
import { checkGate } from './check-gate.ts';
import { checkValues, type ValuesFound } from './check-values.ts';
import type { Story, Violation } from './story.ts';

export interface Verdict {
  violations: Violation[];
  /** Writes within 5 s of leaving, decided on a membership read before. */
  slips: Violation[];
  /** Edits overwritten by a write that was decided before them. */
  overtaken: Violation[];
  values: ValuesFound['counts'];
  writes: Omit<Counted, 'violations'>;
}

/** Holds a run against everything that must be true of it. */
export function check(story: Story): Verdict {
  const values = checkValues(story);
  const gate = checkGate(story);
  const { violations: tooMany, ...writes } = countWrites(story);
  return {
    violations: [...values.violations, ...gate.violations, ...checkQuiet(story), ...checkStatuses(story), ...tooMany],
    slips: gate.slips, overtaken: values.overtaken, values: values.counts, writes,
  };
}
