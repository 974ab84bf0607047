import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

/** A page is repeated without end: each attempt begins with the read. It heartbeats, so a dead worker is noticed. */
const page = { startToCloseTimeout: '2 minutes', heartbeatTimeout: '12 seconds', retry: { initialInterval: '1 second', maximumInterval: '30 seconds' } } as const;

/** The bulk activities of one connection, with the sentences that the timeline shows. */
export function bulkActivities(taskQueue: string) {
  // A proxy answers any name and cannot be spread.
  const { listPages, listContacts } = proxyActivities<Pick<Activities, 'listPages' | 'listContacts'>>({ taskQueue, ...page, summary: 'List the next pages' });
  const { beginListJob } = proxyActivities<Pick<Activities, 'beginListJob'>>({ taskQueue, ...page, cancellationType: 'WAIT_CANCELLATION_COMPLETED', summary: 'Have Salesforce prepare the list' });
  const { lookAtListJob } = proxyActivities<Pick<Activities, 'lookAtListJob'>>({ taskQueue, ...page, summary: 'Look at the list that Salesforce prepares' });
  const { importPage } = proxyActivities<Pick<Activities, 'importPage'>>({ taskQueue, ...page, summary: 'Import a page and fill it' });
  const { findMembers } = proxyActivities<Pick<Activities, 'findMembers'>>({ taskQueue, ...page, summary: 'Look who joined the segment meanwhile' });
  const { fillPage } = proxyActivities<Pick<Activities, 'fillPage'>>({ taskQueue, ...page, summary: 'Fill who joined' });
  const { resyncPage } = proxyActivities<Pick<Activities, 'resyncPage'>>({ taskQueue, ...page, summary: 'Resync a page' });
  const { relabelPage } = proxyActivities<Pick<Activities, 'relabelPage'>>({ taskQueue, ...page, summary: 'Have those look whose status changes' });
  const { leaversPage } = proxyActivities<Pick<Activities, 'leaversPage'>>({ taskQueue, ...page, summary: 'Count who would leave' });
  const { handOver } = proxyActivities<Pick<Activities, 'handOver'>>({ taskQueue, ...page, startToCloseTimeout: '10 minutes', summary: 'Create or tell the workflows of a page' });
  return { listPages, listContacts, beginListJob, lookAtListJob, importPage, findMembers, fillPage, resyncPage, relabelPage, leaversPage, handOver };
}
export type BulkActivities = ReturnType<typeof bulkActivities>;

/** Ends what a job left in Salesforce. Nothing depends on it, so it is not tried without end. */
export const endingActivities = (taskQueue: string): Pick<Activities, 'endListJob'> =>
  proxyActivities<Pick<Activities, 'endListJob'>>({ taskQueue, ...page, startToCloseTimeout: '1 minute', scheduleToCloseTimeout: '3 minutes', summary: 'End the job at Salesforce' });
