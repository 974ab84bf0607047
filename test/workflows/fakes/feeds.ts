import type { Activities } from '../../../activities/index.ts';
import { newSettings, type Feeds } from '../../../sync/settings.ts';
import type { HubSpotContactId } from '../../../sync/records.ts';
import { CancelledFailure } from '@temporalio/common';
import { cancellationSignal, heartbeat } from '@temporalio/activity';

type FeedFakes = Pick<Activities,
  'deliverHubSpot' | 'deliverSalesforce' | 'compareHubSpot' | 'compareSalesforce' | 'compareLater' | 'pollHubSpot' | 'pollSalesforce' | 'readJoiners'
  | 'reconcileHubSpot' | 'reconcileSalesforce' | 'startRelabel' | 'subscribeChanges'>;

/** What a feed does to the outside world: noted; what the next calls do instead can be set. */
export function fakeFeeds(over: Partial<Feeds> = {}) {
  const feeds: Feeds = { ...newSettings('').feeds, joinersSeconds: 3_600, hubspotPollSeconds: 3_600, salesforcePollSeconds: 3_600, salesforcePollAloneSeconds: 3_600, ...over };
  const world = {
    /** Ids that were told one by one, and in pages. */
    delivered: [] as string[], compared: [] as string[], polls: [] as (string | null)[], waited: [] as string[], listening: 0, relabels: 0,
    /** Contacts that a page job may be about to hand over. */
    jobRuns: false,
    /** Fails or waits instead, once each. */
    before: [] as (() => void | Promise<void>)[],
    /** What each poll waits for. */
    polling: Promise.resolve(),
    /** Whether the next poll of Salesforce answers what the feed cannot read. */
    unreadable: false,
    subscribe: null as (() => Promise<void>) | null,
  };
  const next = async (): Promise<void> => beating(async () => world.before.shift()?.());
  const deliver = async (ids: string[]): Promise<number> => {
    await next();
    world.delivered.push(...ids);
    return ids.length;
  };
  const compare = async (ids: readonly string[]) => {
    await next();
    const later = world.jobRuns ? [...ids] as HubSpotContactId[] : [];
    if (!world.jobRuns) world.compared.push(...ids);
    return { read: ids.length, told: ids.length - later.length, later };
  };
  const now = () => new Date().toISOString();
  const activities: FeedFakes = {
    deliverHubSpot: async ({ events }) => ({ told: await deliver(events.map(({ id }) => id)) }),
    deliverSalesforce: async ({ events }) => ({ told: await deliver(events.map(({ id }) => id)), created: 0, skipped: {}, later: [] }),
    compareHubSpot: async ({ ids }) => compare(ids),
    compareSalesforce: async ({ events }) => ({ ...await compare(events.map(({ id }) => id)), created: 0, skipped: {} }),
    compareLater: async ({ ids }) => {
      world.waited.push(...ids);
      return compare(ids);
    },
    pollHubSpot: async ({ position }) => {
      world.polls.push(position?.time ?? null);
      await beating(() => world.polling);
      return { position: { time: now(), afterId: null }, more: false, read: 0, told: 0, later: [], feeds };
    },
    pollSalesforce: async ({ position }) => {
      world.polls.push(position?.Lead.stamp ?? null);
      await beating(() => world.polling);
      const at = { stamp: now(), id: '' };
      return { position: { Lead: at, Contact: world.unreadable ? undefined as never : at }, more: false, read: 0, told: 0, later: [], feeds, created: 0, skipped: {} };
    },
    readJoiners: async ({ position }) => ({ position, joined: 0, told: 0, later: [], left: false, sweepCalls: 0, more: false, feeds }),
    reconcileHubSpot: async () => ({ after: null, told: 0 }),
    reconcileSalesforce: async () => ({ covered: now(), told: 0 }),
    startRelabel: async () => { world.relabels += 1; },
    subscribeChanges: async () => {
      world.listening += 1;
      if (world.subscribe !== null) return world.subscribe();
      await beating(() => new Promise((_, reject) => { cancellationSignal().addEventListener('abort', () => reject(new CancelledFailure('hung up'))); }));
    },
  };
  return { world, activities };
}

/** Heartbeats as long as `work` takes. */
async function beating(work: () => Promise<void>): Promise<void> {
  const beat = setInterval(() => heartbeat(), 500);
  try {
    await work();
  } finally {
    clearInterval(beat);
  }
}
