import { MockActivityEnvironment } from '@temporalio/testing';
import { createAllowances } from '../../../activities/crm/allowances.ts';
import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createHubSpot } from '../../../activities/hubspot/index.ts';
import { createActivities, type Activities } from '../../../activities/index.ts';
import { createSalesforce } from '../../../activities/salesforce/index.ts';
import type { testSluice } from '../../support/sluice.ts';

type Opened = Awaited<ReturnType<Awaited<ReturnType<typeof testSluice>>['open']>>;

/** The connection's activities, to be run one by one as a worker would; `attempt` makes a run a retry. */
export function activitiesOf(s: Opened, { byJobAbove = 10_000 }: { byJobAbove?: number } = {}) {
  const limiter = createLimiter();
  const activities = createActivities({
    connection: s.connection, client: s.client, byJobAbove, allowances: createAllowances({ hubspot: limiter }),
    hubspot: createHubSpot({ baseUrl: s.hubspot.url, auth: { kind: 'token', token: 'pat-sandbox' }, limiter }),
    salesforce: createSalesforce({ loginUrl: s.salesforce.url, clientId: 'sandbox', clientSecret: 'sandbox', limiter: createLimiter() }),
  });
  return {
    activities,
    /** As a further attempt. */
    again: <K extends keyof Activities>(name: K, ...input: Parameters<Activities[K]>): ReturnType<Activities[K]> => {
      const env = new MockActivityEnvironment({ attempt: 2, scheduledTimestampMs: Date.now() });
      return env.run(activities[name] as (...args: Parameters<Activities[K]>) => ReturnType<Activities[K]>, ...input) as ReturnType<Activities[K]>;
    },
    run: <K extends keyof Activities>(name: K, ...input: Parameters<Activities[K]>): ReturnType<Activities[K]> => {
      const env = new MockActivityEnvironment({ attempt: 1, scheduledTimestampMs: Date.now() });
      const call = activities[name] as (...args: Parameters<Activities[K]>) => ReturnType<Activities[K]>;
      return env.run(call, ...input) as ReturnType<Activities[K]>;
    },
  };
}
