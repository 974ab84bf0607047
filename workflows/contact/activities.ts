import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { PairReading } from '../../sync/pair.ts';
import { hearReading } from '../../sync/told-reading.ts';

/** Live activities of one connection. A write has one minute in all: whatever is left undone then is read and decided again. */
export function liveActivities(taskQueue: string) {
  const timeouts = { taskQueue, startToCloseTimeout: '30 seconds', scheduleToCloseTimeout: '1 minute' } as const;
  const retry = { initialInterval: '1 second', maximumInterval: '10 seconds' } as const;
  // A proxy answers any name and cannot be spread.
  const { readPair: tellPair } = proxyActivities<Pick<Activities, 'readPair'>>({ ...timeouts, retry, summary: 'Read both records and the membership' });
  const readPair = async (request: Parameters<Activities['readPair']>[0]): Promise<PairReading> => hearReading(await tellPair(request));
  const { writePair } = proxyActivities<Pick<Activities, 'writePair'>>({ ...timeouts, retry, summary: 'Write what differs' });
  const { deletePair } = proxyActivities<Pick<Activities, 'deletePair'>>({ ...timeouts, retry, summary: 'Delete the other side, after its time of grace' });
  const { tellContact } = proxyActivities<Pick<Activities, 'tellContact'>>({ taskQueue, startToCloseTimeout: '30 seconds', retry, summary: 'Hand the news to the surviving contact' });
  const { eraseRuns } = proxyActivities<Pick<Activities, 'eraseRuns'>>({ taskQueue, startToCloseTimeout: '1 minute', retry, summary: 'Delete the runs that hold values' });
  return { readPair, writePair, deletePair, tellContact, eraseRuns };
}
/** As the contact's workflow calls them. */
export type LiveActivities = Pick<Activities, 'writePair' | 'deletePair' | 'tellContact' | 'eraseRuns'> & Pick<ReturnType<typeof liveActivities>, 'readPair'>;

/** The same for one of many contacts that were told at once: its calls wait for those of the others, so that they share batches. */
export const amongMany = (activities: LiveActivities): LiveActivities => ({
  ...activities,
  readPair: (request) => activities.readPair({ ...request, amongMany: true }),
  writePair: (request) => activities.writePair({ ...request, amongMany: true }),
});
