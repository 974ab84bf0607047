import type { ReactNode } from 'react';
import type { ImportProgress } from '../../../../workflows/messages/jobs.ts';
import { count } from '../parts/words.ts';
import { Rows } from './rows.tsx';

/** Why a record is skipped, in words; another reason shows as it is. */
const skips: Record<string, string> = { 'no-email': 'Skipped: no email address' };

export function ImportCounts({ progress: p }: { progress: ImportProgress }): ReactNode {
  return (
    <>
      <Rows caption="Records" rows={[
        ['Read from Salesforce', count(p.read)], ['Created in HubSpot, with the email alone', count(p.created)], ['Already in HubSpot: linked', count(p.alreadyThere)],
        ['Duplicates of another record', count(p.duplicates)], ...Object.entries(p.skipped).map(([why, n]) => [skips[why] ?? `Skipped: ${why}`, count(n)] as const), ['Failed', count(p.failed)],
      ]} />
      <Rows caption="Fill" rows={[
        ['Filled', count(p.now.filled)], ['Being filled', count(p.now.filling)], ['Email only: outside the inclusion segment', count(p.now.emailOnly)],
        ['To be reviewed', count(p.now.needsReview)], ['In error', count(p.now.error)], ['Workflows created behind the data', `${count(p.workflows.done)}${p.workflows.waiting > 0 ? ' and more to come' : ''}`],
      ]} />
    </>
  );
}
