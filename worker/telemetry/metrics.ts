import type { MetricMeter } from '@temporalio/common';
import { errorCategories } from '../../sync/records.ts';
import type { Lane } from '../../sync/allocation.ts';
import type { CallOutcome } from '../../activities/crm/observed.ts';
import type { Crm } from '../../workflows/ids.ts';
import { contactStatuses } from '../../workflows/messages.ts';
import type { ContactCounts } from '../../workflows/visibility.ts';
import type { ChangeTold } from './lag.ts';
import type { FailedAttempt } from './outcomes.ts';

/** Of the lag's histogram, in seconds. */
export const lagBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600];
export const lagName = 'sluice_change_lag';

/** What a worker counts. Labels hold names out of fixed lists alone, never a person, a value or an id. */
export interface Metrics {
  called(crm: Crm, lane: Lane, outcome: CallOutcome): void;
  activityFailed(attempt: FailedAttempt): void;
  told: ChangeTold;
  counted(counts: ContactCounts): void;
  /** Epoch ms: everything up to there was read by a feed's polls. */
  readUpTo(feed: Crm, at: number): void;
}

/** The metrics of one connection, on Temporal's own exporter; `sluice_contacts_synced` comes from the contacts' workflows. */
export function createMetrics(runtime: MetricMeter, connection: string): Metrics {
  const meter = runtime.withTags({ connection });
  const calls = meter.createCounter('sluice_crm_calls', undefined, 'API calls, repeats included, by CRM, lane and what they came to');
  const failures = meter.createCounter('sluice_activity_failures', undefined, 'Attempts of activities that failed, by error category');
  const lag = meter.createHistogram(lagName, 'float', 'seconds', 'From a change in a CRM until its contact was told of it');
  const contacts = meter.createGauge('sluice_contacts', 'int', undefined, 'Contacts that have a workflow, by status');
  const inError = meter.createGauge('sluice_contacts_in_error', 'int', undefined, 'Contacts in error, by category');
  // The exporter puts no unit behind a gauge's name.
  const readUpTo = meter.createGauge('sluice_feed_read_up_to_timestamp_seconds', 'float', undefined, 'The time up to which a feed has read by polls');
  return {
    called: (crm, lane, outcome) => calls.add(1, { crm, lane, outcome }),
    activityFailed: ({ activity, category }) => failures.add(1, { activity, category }),
    told: (feed, by, seconds) => lag.record(seconds, { feed, by }),
    counted({ byStatus, errorsByCategory }) {
      // A status that nobody has any more would keep its last number.
      for (const status of contactStatuses) if (status !== 'syncing' && status !== 'merged') contacts.set(byStatus[status] ?? 0, { status });
      for (const category of errorCategories) inError.set(errorsByCategory[category] ?? 0, { category });
    },
    readUpTo: (feed, at) => readUpTo.set(at / 1000, { feed }),
  };
}
