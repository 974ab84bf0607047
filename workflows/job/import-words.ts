import type { State } from '../import.ts';
import type * as m from '../messages.ts';
import { pace, waiting } from './job.ts';

const preparing = 'waiting for Salesforce to prepare the list';

function phaseOf(s: State): string {
  if (s.finishedAt !== null) return 'done';
  if (s.job.waits != null) return waiting;
  if ((s.toList[0]?.byJob?.looks ?? 0) > 0) return preparing;
  if (s.pages.length > 0 || s.toList.length > 0 || s.counts.read < (s.total ?? 0)) return 'importing and filling';
  return s.waiting.length > 0 ? `waiting for HubSpot to evaluate the segment (look ${(s.looks?.made ?? 0) + 1})` : 'creating the workflows of the contacts';
}

/** Answer to the query `progress`. */
export function progressOf(s: State): m.ImportProgress {
  const { read } = s.counts;
  const inHubSpot = s.counts.created + s.counts.alreadyThere;
  // Whose email two records have may be met by two pages, and is handed over by both.
  const handedOver = Math.min(s.job.handedOver, inHubSpot);
  return {
    job: 'import', phase: phaseOf(s), paused: s.job.paused, waits: s.job.waits ?? null, startedAt: s.job.startedAt, finishedAt: s.finishedAt, total: s.total, listing: listingOf(s), ...s.counts,
    ...pace(s.job, read, s.total, s.finishedAt), workflows: { done: handedOver, waiting: s.finishedAt === null ? Math.max(0, inHubSpot - s.counts.now.filling - handedOver) : 0 },
  };
}

function listingOf({ toList, note }: State): m.ImportProgress['listing'] {
  const byJob = toList[0]?.byJob;
  return { by: byJob ? 'bulk query job' : 'pages', job: byJob?.job ?? null, note };
}

function listingWords(s: State): string[] {
  const { job, note } = listingOf(s);
  const { object, byJob } = s.toList[0] ?? {};
  const words = [
    ...(job === null ? [] : [`- Salesforce's bulk query job \`${job}\` lists the ${object}s${byJob?.looks ? `; ${byJob.rows} found so far` : ''}.`]),
    ...(note === null ? [] : [`- ${note}`]),
  ];
  return words.length === 0 ? [] : [...words, ''];
}

/** For Temporal's Web UI, as markdown. */
export function details(s: State, connection: string): string {
  const p = progressOf(s);
  return [
    `## Import of ${s.object === 'both' ? 'Leads and Contacts' : `${s.object}s`}: ${p.paused ? 'paused' : p.phase}`, '',
    ...(s.where === '' ? [] : [`Only where \`${s.where}\`.`, '']),
    '| | |', '|---|---|',
    `| Read | ${p.read} of ${p.total ?? 'an unknown number'} (${p.perSecond} a second) |`,
    `| Created in HubSpot / already there | ${p.created} / ${p.alreadyThere} |`,
    `| Duplicates by email | ${p.duplicates} |`, `| Skipped | ${Object.entries(p.skipped).map(([why, n]) => `${n} ${why}`).join(', ') || 0} |`, `| Failed | ${p.failed} |`,
    `| Filled / being filled / email-only | ${p.now.filled} / ${p.now.filling} / ${p.now.emailOnly} |`,
    `| In review / in error | ${p.now.needsReview} / ${p.now.error} |`, `| Workflows created | ${p.workflows.done}, ${p.workflows.waiting} to go |`, '',
    ...listingWords(s),
    `Contacts that stay email-only are filled once they join the segment. Signals: \`pause\`, \`resume\`. Connection: \`connection/${connection}\`.`,
  ].join('\n');
}
