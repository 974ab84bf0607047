import { accountCalls } from './account.ts';
import { missingAccess } from './access.ts';
import { contactList } from './listContacts.ts';
import { liveCalls } from './live.ts';
import { contactReads } from './readContacts.ts';
import { openRequester } from './request.ts';
import type { HubSpotOptions } from './request.ts';
import { segmentCalls } from './segments.ts';
import type { HubSpot } from './types.ts';
import { contactWrites } from './writeContacts.ts';

export type * from './types.ts';
export type { HubSpotOptions } from './request.ts';
export type { HubSpotAuth } from './token.ts';

/** Calls of one contact each are collected this long: a live edit, and what a page or a burst signalled. */
const WINDOW_MS = { live: 50, burst: 500 };

/** HubSpot's contacts and segments, through one limiter. No call is made before the first operation. */
export function createHubSpot(options: HubSpotOptions): HubSpot {
  const requester = openRequester(options);
  const batches = { ...accountCalls(requester), ...contactReads(requester), ...contactList(requester), ...contactWrites(requester), ...segmentCalls(requester) };
  return {
    ...batches,
    live: liveCalls(batches, WINDOW_MS.live),
    burst: liveCalls(batches, WINDOW_MS.burst),
    checkAccess: (call) => missingAccess(requester, call),
    usage: () => requester.usage(),
    calls: () => options.limiter.calls(),
  };
}
