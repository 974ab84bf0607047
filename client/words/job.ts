import type { ImportProgress, ResyncProgress } from '../../workflows/messages.ts';
import type { Progress } from '../sluice-client.ts';
import { rows, time } from './text.ts';

/** How far a job is, in one line. */
export function progressLine(p: Progress): string {
  const done = doneOf(p);
  const left = p.secondsLeft === null || p.secondsLeft === 0 ? '' : `, ${p.secondsLeft} s left`;
  return `${p.paused ? 'paused' : p.waits === null ? p.phase : `${p.phase} until ${time(p.waits.until)}`}: ${done} of ${p.total ?? '?'} (${p.perSecond} a second${left}); ${tail(p)}; workflows ${p.workflows.done}`;
}

/** Records read, or contacts checked. */
export const doneOf = (p: Progress): number => (p.job === 'import' ? p.read : p.checked);

const tail = (p: Progress): string => (p.job === 'import'
  ? `created ${p.created}, filled ${p.now.filled}, email-only ${p.now.emailOnly}`
  : `written ${p.written}, unchanged ${p.unchanged}, outside ${p.frozen}`);

/** What a job came to. The counts of an import add up: read = created + already there + duplicates + skipped + failed. */
export function resultWords(workflowId: string, p: Progress): string {
  const state = p.finishedAt === null ? p.phase : `done in ${Math.round((Date.parse(p.finishedAt) - Date.parse(p.startedAt)) / 1000)} s`;
  const note = p.job === 'import' && p.listing.note !== null ? [p.listing.note] : [];
  return [`${workflowId}: ${state}`, ...rows(p.job === 'import' ? importRows(p) : resyncRows(p)), ...note].join('\n');
}

function importRows(p: ImportProgress): [string, string][] {
  const skipped = Object.entries(p.skipped).map(([why, n]) => `${n} ${why}`).join(', ');
  return [
    ['Read from Salesforce', String(p.read)],
    ['Created in HubSpot', String(p.created)],
    ['Already there', String(p.alreadyThere)],
    ['Duplicates by email', String(p.duplicates)],
    ['Skipped', skipped === '' ? '0' : skipped],
    ['Failed', String(p.failed)],
    ['Filled', `${p.now.filled}${p.now.filling === 0 ? '' : `, ${p.now.filling} under way`}`],
    ['Email only', `${p.now.emailOnly}, outside the segment`],
    ['In review / in error', `${p.now.needsReview} / ${p.now.error}`],
    ['Workflows', `${p.workflows.done}${p.workflows.waiting === 0 ? '' : `, ${p.workflows.waiting} to go`}`],
  ];
}

function resyncRows(p: ResyncProgress): [string, string][] {
  return [
    ['Checked', String(p.checked)],
    ['Unchanged', String(p.unchanged)],
    [p.dryRun ? 'Would be written' : 'Written', `${p.written} (in HubSpot ${p.writtenIn.hubspot}, in Salesforce ${p.writtenIn.salesforce}, created there ${p.createdIn.salesforce})`],
    [p.dryRun ? 'Would sync by themselves' : 'Told to sync by themselves', String(p.signalled)],
    ['Outside the segment', String(p.frozen)],
    ['In review / in error', `${p.needsReview} / ${p.error}`],
    ['Waiting', String(p.waiting)],
    ['Gone from HubSpot', String(p.gone)],
  ];
}
