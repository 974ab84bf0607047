import { systemClock } from '../crm/clock.ts';
import { TIMEOUTS } from '../crm/exchange.ts';
import { describeCalls } from './describe.ts';
import { lockedRowsApart } from './lockedRows.ts';
import { queryCalls } from './query.ts';
import { queryJobCalls } from './queryJobs.ts';
import { openRequester } from './request.ts';
import type { SalesforceOptions } from './request.ts';
import { saveCalls } from './save.ts';
import { changeStream } from './stream.ts';
import type { Salesforce } from './types.ts';

export type * from './types.ts';
export type { SalesforceOptions } from './request.ts';
export { soql } from './soql.ts';

/** Salesforce's Leads and Contacts, through one limiter. The login comes with the first operation. */
export function createSalesforce(options: SalesforceOptions): Salesforce {
  const requester = openRequester(options);
  const saves = saveCalls(requester);
  const batches = { ...queryCalls(requester), ...queryJobCalls(requester), ...saves, ...lockedRowsApart(saves), ...describeCalls(requester) };
  return {
    ...batches,
    changes: changeStream({ sessions: requester.sessions, timeouts: options.timeouts ?? TIMEOUTS, clock: options.clock ?? systemClock }),
    identity: () => requester.identity(),
    usage: () => requester.usage(),
    calls: () => options.limiter.calls(),
  };
}
