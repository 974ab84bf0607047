import type { Owners } from '../../sync/convert.ts';
import type { HubSpot } from '../hubspot/index.ts';
import type { Salesforce } from '../salesforce/index.ts';
import { remember } from '../remember.ts';

export type { Owners };

const rememberedMs = 5 * 60_000;

/** HubSpot's owners and Salesforce's active users, joined by email. Remembered for 5 minutes. */
export function ownerReader(hubspot: HubSpot, salesforce: Salesforce): () => Promise<Owners> {
  const read = remember(rememberedMs, async (): Promise<Owners> => {
    const [owners, users] = await Promise.all([hubspot.owners({ lane: 'live' }), salesforce.activeUsers({ lane: 'live' })]);
    const userByEmail = new Map(users.flatMap((u) => (u.email === null ? [] : [[u.email.trim().toLowerCase(), u.id] as const])));
    const joined: Owners = { toSalesforce: {}, toHubSpot: {} };
    for (const { id, email, archived } of owners) {
      const user = email === null || archived ? undefined : userByEmail.get(email.trim().toLowerCase());
      if (user === undefined) continue;
      joined.toSalesforce[id] = user;
      joined.toHubSpot[user] ??= id;
    }
    return joined;
  });
  return () => read('owners');
}
