import { accountCalls } from './account.ts';
import { changedContacts } from './changedContacts.ts';
import { missingAccess } from './access.ts';
import { contactList } from './listContacts.ts';
import { contactReads } from './readContacts.ts';
import { openRequester } from './request.ts';
import type { HubSpotOptions } from './request.ts';
import { segmentCalls } from './segments.ts';
import type { HubSpot } from './types.ts';
import { contactWrites } from './writeContacts.ts';

export type * from './types.ts';
export type { HubSpotOptions } from './request.ts';
export type { HubSpotAuth } from './token.ts';

/** HubSpot's contacts and segments, through one limiter. No call is made before the first operation. */
export function createHubSpot(options: HubSpotOptions): HubSpot {
  const requester = openRequester(options);
  const batches = { ...accountCalls(requester), ...contactReads(requester), ...contactList(requester), ...changedContacts(requester), ...contactWrites(requester), ...segmentCalls(requester) };
  return {
    ...batches,
    checkAccess: (call) => missingAccess(requester, call),
    usage: () => requester.usage(),
    calls: () => options.limiter.calls(),
  };
}
