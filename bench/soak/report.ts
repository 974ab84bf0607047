import { summed } from './complaints.ts';
import type { SoakResult } from './soak.ts';
import type { Violation } from './story.ts';

const shown = 20;
export const list = (counts: Record<string, number>): string => Object.entries(counts).map(([what, n]) => `${what} ${n}`).join(', ');

export function tellAll(title: string, found: readonly Violation[]): void {
  console.log(`${title}: ${found.length}`);
  for (const { invariant, hubspotId, what } of found.slice(0, shown)) console.log(`  - ${hubspotId === '' ? '' : `contact ${hubspotId}: `}${invariant}: ${what}`);
  if (found.length > shown) console.log(`  and ${found.length - shown} more`);
}

/** Prints what was done and found, and one JSON line last. */
export function report({ seed, edits, contacts, total, verdict, counts, mischief, seconds, behind, statuses, complaints }: SoakResult & { seed: number; edits: number; contacts: number; total: number }): void {
  const { violations, slips, overtaken, values, writes } = verdict;
  console.log(`\nSeed ${seed}: ${edits} edits of ${contacts} contacts in ${seconds.edits.toFixed(0)} s (${(behind / 1000).toFixed(1)} s behind at the end), quiet after ${seconds.untilQuiet.toFixed(0)} s more.`);
  console.log(`Done by people: ${list(counts)}.`);
  for (const [events, what] of Object.entries(mischief)) console.log(`Mischief with ${events}: ${list(what)}.`);
  console.log(`Contacts at the end: ${list(statuses)}.`);
  for (const side of ['hubspot', 'salesforce'] as const) {
    console.log(`Writes in ${side === 'hubspot' ? 'HubSpot' : 'Salesforce'}: ${writes.made[side]} (needed: at least ${writes.least[side]}, at most ${writes.most[side]}).`);
  }
  console.log(`Written again without a change, since another call of the batch failed: ${writes.repeated}.`);
  console.log(`Checked: ${values.values} final values, ${values.lastEdits} last edits that had to stand on both sides (${values.orderUnknown} left out, whose order Salesforce's stamps do not show), ${values.agreeing} fields that had to agree.`);
  for (const one of summed(complaints)) console.log(`Complained ${one}`);
  tellAll('Slips of the race between leaving and a write', slips);
  tellAll('Edits overtaken by a write that was decided before them', overtaken);
  tellAll('Violations', violations);
  console.log(JSON.stringify({
    soak: violations.length === 0 ? 'ok' : 'failed', seed, edits, contacts, seconds: Math.round(total), violations: violations.length, slips: slips.length, overtaken: overtaken.length,
    writes, checked: values, counts, mischief, statuses,
  }));
}
