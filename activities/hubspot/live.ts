import type { Call } from '../crm/call.ts';
import { openWindow } from '../crm/window.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { ContactUpdate, HubSpot, HubSpotWindow } from './types.ts';

interface Wanted {
  id: HubSpotContactId;
  properties: readonly string[];
  withHistory: readonly string[];
}

const LIVE: Call = { lane: 'live' };
const union = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];

/** One contact each, many to a batch. A batch asks for all that any of its callers wants. */
export function liveCalls(hubspot: Pick<HubSpot, 'readContacts' | 'updateContacts' | 'memberships'>, windowMs: number): HubSpotWindow {
  const read = openWindow({
    windowMs,
    atMost: 50,
    load: async (wanted: readonly Wanted[]) => {
      const withHistory = union(wanted.map((one) => one.withHistory));
      const answers = await hubspot.readContacts(wanted.map((one) => one.id), union(wanted.map((one) => one.properties)), { ...LIVE, withHistory });
      return wanted.map(({ id }) => answers.get(id) ?? { kind: 'missing' as const });
    },
  });
  const update = openWindow({ windowMs, atMost: 100, load: (rows: readonly ContactUpdate[]) => hubspot.updateContacts(rows, LIVE) });
  const memberships = openWindow({
    windowMs,
    atMost: 100,
    load: async (ids: readonly HubSpotContactId[]) => {
      const found = await hubspot.memberships(ids, LIVE);
      return ids.map((id) => found.get(id) ?? []);
    },
  });
  return {
    readContact: (id, properties, { withHistory = [], signal } = {}) => read({ id, properties, withHistory }, signal),
    updateContact: (row, { signal } = {}) => update(row, signal),
    memberships: (id, { signal } = {}) => memberships(id, signal),
  };
}
