import { summed } from '../soak/complaints.ts';
import { list, tellAll } from '../soak/report.ts';
import { isRewound } from './check-workflows.ts';
import type { ChaosResult } from './chaos.ts';
import type { ChaosOptions } from './plan.ts';

export const repeat = ({ seed, minutes }: ChaosOptions): string => `To repeat it: npm run -s chaos -- --seed ${seed} --minutes ${minutes}`;

/** Prints what was broken, done and found, how to repeat it, and one JSON line last. */
export function report({ seed, minutes, total, verdict, story, wreaked, counts, mischief, seconds, complaints }: ChaosResult & { seed: number; minutes: number; total: number }): void {
  const { violations, slips, overtaken, passes, values, writes } = verdict;
  const contacts = story.soak.contacts.length + story.cast.length;
  console.log(`\nSeed ${seed}: ${seconds.deeds.toFixed(0)} s of deeds and faults, at rest by itself after ${seconds.untilQuiet.toFixed(0)} s more.`);
  for (const [crm, hits] of Object.entries(wreaked.faults)) console.log(`Faults of ${crm === 'hubspot' ? 'HubSpot' : 'Salesforce'}: ${list(hits)}.`);
  for (const [events, what] of Object.entries(mischief)) console.log(`Mischief with ${events}: ${list(what)}.`);
  console.log(`Calls refused since a token or session had ended: ${list(wreaked.expired)}.`);
  console.log(`Killed and started again: ${list(wreaked.kills)}. Workers that ended by themselves: ${wreaked.deaths.length}.`);
  console.log(`Done by people: ${list(counts)}.`);
  console.log(`Checked: ${contacts} contacts, ${values.values} final values, ${values.lastEdits} last edits that had to stand on both sides (${values.orderUnknown} left out, whose order Salesforce's stamps do not show), ${values.agreeing} fields that had to agree, ${story.workflows.length} histories.`);
  const rewound = story.workflows.filter((run) => isRewound(run) && run.status === 'TERMINATED').length;
  console.log(`Runs that no replay comes to, and that began anew by themselves: ${rewound}.`);
  console.log(`Writes: ${list(writes.made)} (needed at most: ${list(writes.most)}); past the gate by rule: ${list(passes)}.`);
  for (const one of summed(complaints)) console.log(`Complained ${one}`);
  tellAll('Slips of the race between leaving and a write', slips);
  tellAll('Edits overtaken by a write that was decided before them', overtaken);
  tellAll('Violations', violations);
  if (violations.length > 0) console.log(repeat({ seed, minutes }));
  console.log(JSON.stringify({
    chaos: violations.length === 0 ? 'ok' : 'failed', seed, minutes, seconds: Math.round(total), untilRest: Math.round(seconds.untilQuiet), violations: violations.length, contacts,
    faults: wreaked.faults, expired: wreaked.expired, kills: wreaked.kills, deaths: wreaked.deaths.length, deeds: counts, mischief, histories: story.workflows.length, rewound, slips: slips.length, overtaken: overtaken.length, writes, passes, checked: values,
  }));
}
