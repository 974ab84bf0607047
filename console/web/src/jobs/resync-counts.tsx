import type { ReactNode } from 'react';
import type { ResyncProgress } from '../../../../workflows/messages/jobs.ts';
import { count } from '../parts/words.ts';
import { Rows } from './rows.tsx';

export function ResyncCounts({ progress: p }: { progress: ResyncProgress }): ReactNode {
  return <Rows caption="What came of it so far" rows={[
    ['Written in HubSpot / in Salesforce', `${count(p.writtenIn.hubspot)} / ${count(p.writtenIn.salesforce)}`],
    ['of these, created in Salesforce', count(p.createdIn.salesforce)],
    ['Told to sync by themselves', count(p.signalled)], ['Already in sync', count(p.unchanged)], ['Outside the segment', count(p.frozen)],
    ['In error / to be reviewed', `${count(p.error)} / ${count(p.needsReview)}`], ['Waiting, e.g. for an email', count(p.waiting)], ['Gone from HubSpot meanwhile', count(p.gone)],
  ]} />;
}
