import { describeCalls } from './describe.ts';
import { liveCalls } from './live.ts';
import { queryCalls } from './query.ts';
import { openRequester } from './request.ts';
import type { SalesforceOptions } from './request.ts';
import { saveCalls } from './save.ts';
import type { Salesforce } from './types.ts';

export type * from './types.ts';
export type { SalesforceOptions } from './request.ts';
export { soql } from './soql.ts';

/** Calls of one record each are collected this long: a live edit, and what a page or a burst signalled. */
const WINDOW_MS = { live: 50, burst: 500 };

/** Salesforce's Leads and Contacts, through one limiter. The login comes with the first operation. */
export function createSalesforce(options: SalesforceOptions): Salesforce {
  const requester = openRequester(options);
  const batches = { ...queryCalls(requester), ...saveCalls(requester), ...describeCalls(requester) };
  return {
    ...batches,
    live: liveCalls(batches, WINDOW_MS.live),
    burst: liveCalls(batches, WINDOW_MS.burst),
    identity: () => requester.identity(),
    usage: () => requester.usage(),
    calls: () => options.limiter.calls(),
  };
}
