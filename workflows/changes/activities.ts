import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';

/** Repeated without end: each begins with a read, and what is told twice does no harm. It heartbeats, so a dead worker is noticed. */
const patient = { startToCloseTimeout: '10 minutes', heartbeatTimeout: '12 seconds', retry: { initialInterval: '1 second', maximumInterval: '30 seconds' } } as const;

/** The activities of both feeds: few events on the live queue, pages and polls on the bulk queue. */
export function feedActivities({ live, bulk }: { live: string; bulk: string }) {
  // A proxy answers any name and cannot be spread.
  const { deliverHubSpot, deliverSalesforce } = proxyActivities<Pick<Activities, 'deliverHubSpot' | 'deliverSalesforce'>>({ ...patient, taskQueue: live, summary: 'Tell the contacts that changed' });
  const { compareHubSpot, compareSalesforce } = proxyActivities<Pick<Activities, 'compareHubSpot' | 'compareSalesforce'>>({ ...patient, taskQueue: bulk, summary: 'Compare a page of changes, and tell who differs' });
  const { compareLater } = proxyActivities<Pick<Activities, 'compareLater'>>({ ...patient, taskQueue: bulk, summary: 'Compare who waited for an import or resync' });
  const { pollHubSpot, pollSalesforce } = proxyActivities<Pick<Activities, 'pollHubSpot' | 'pollSalesforce'>>({ ...patient, taskQueue: bulk, summary: 'Read what changed since the last poll' });
  const { readJoiners } = proxyActivities<Pick<Activities, 'readJoiners'>>({ ...patient, taskQueue: bulk, summary: 'Read who joined the segment' });
  const { reconcileHubSpot, reconcileSalesforce } = proxyActivities<Pick<Activities, 'reconcileHubSpot' | 'reconcileSalesforce'>>({ ...patient, taskQueue: bulk, summary: 'Look for deletes that nobody told of' });
  const { startRelabel } = proxyActivities<Pick<Activities, 'startRelabel'>>({ taskQueue: live, startToCloseTimeout: '10 seconds', retry: { maximumInterval: '30 seconds' }, summary: 'Have the statuses compared with the segment' });
  const { subscribeChanges } = proxyActivities<Pick<Activities, 'subscribeChanges'>>({
    taskQueue: live, startToCloseTimeout: '30 days', heartbeatTimeout: '15 seconds', retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
    // The next run listens at once; for a moment both may, and what is told twice does no harm.
    cancellationType: ActivityCancellationType.TRY_CANCEL, summary: 'Listen to change events',
  });
  return { deliverHubSpot, deliverSalesforce, compareHubSpot, compareSalesforce, compareLater, pollHubSpot, pollSalesforce, readJoiners, reconcileHubSpot, reconcileSalesforce, startRelabel, subscribeChanges };
}
export type FeedActivities = ReturnType<typeof feedActivities>;
