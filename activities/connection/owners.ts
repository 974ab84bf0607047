import type { Owners } from '../../sync/convert.ts';
import type { HubSpot } from '../hubspot/index.ts';
import type { Salesforce } from '../salesforce/index.ts';
import { remember } from '../remember.ts';

export type { Owners };

export const rememberedMs = 10 * 60_000;

/** The owners that both CRMs have, and sentences about those who share an email and not a name. */
export interface JoinedOwners extends Owners {
  namesDiffer: string[];
}

/** HubSpot's owners and Salesforce's active users, joined by email; another name is no obstacle, but worth a warning. Remembered for 10 minutes. */
export function ownerReader(hubspot: HubSpot, salesforce: Salesforce): () => Promise<JoinedOwners> {
  const read = remember(rememberedMs, async (): Promise<JoinedOwners> => {
    const [owners, users] = await Promise.all([hubspot.owners({ lane: 'live' }), salesforce.activeUsers({ lane: 'live' })]);
    const userByEmail = new Map(users.flatMap((u) => (u.email === null ? [] : [[u.email.trim().toLowerCase(), u] as const])));
    const joined: JoinedOwners = { toSalesforce: {}, toHubSpot: {}, namesDiffer: [] };
    for (const { id, email, name, archived } of owners) {
      const user = email === null || archived ? undefined : userByEmail.get(email.trim().toLowerCase());
      if (user === undefined) continue;
      joined.toSalesforce[id] = user.id;
      joined.toHubSpot[user.id] ??= id;
      if (name !== '' && user.name !== '' && name.toLowerCase() !== user.name.toLowerCase()) {
        joined.namesDiffer.push(`The owner ${email} is called "${name}" in HubSpot and "${user.name}" in Salesforce: owners are matched by email, so both count as one.`);
      }
    }
    return joined;
  });
  return () => read('owners');
}
