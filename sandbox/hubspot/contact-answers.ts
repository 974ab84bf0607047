import type { Account } from './account.ts';
import type { Contact, HistoryEntry } from './contact.ts';
import { hubspotTime } from './times.ts';

const DEFAULTS = ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'];
const ALWAYS = ['createdate', 'hs_object_id', 'lastmodifieddate'];

export type ContactAnswer = {
  id: string;
  properties: Record<string, string | null>;
  propertiesWithHistory?: Record<string, HistoryEntry[]>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
  archivedAt?: string;
  url: string;
};

/**
 * A contact as HubSpot shows it: the default properties, or those asked for with id and times. Unknown names are left out, blanks are null.
 * `all` shows every value that is set, as the answers to writes do.
 */
export function answer(account: Account, contact: Contact, asked: { properties?: string[] | undefined; history?: string[] | undefined; all?: boolean } = {}): ContactAnswer {
  const given = asked.properties !== undefined && asked.properties.length > 0 ? [...ALWAYS, ...asked.properties] : DEFAULTS;
  const shown = [...given, ...(asked.history ?? []), ...(asked.all ? Object.keys(contact.values) : [])];
  const properties: Record<string, string | null> = {};
  for (const name of new Set(shown)) {
    if (account.properties.find(name)) properties[name] = contact.values[name] ?? null;
  }
  return {
    id: contact.id,
    properties,
    ...(asked.history !== undefined && asked.history.length > 0 ? { propertiesWithHistory: historyOf(account, contact, asked.history) } : {}),
    createdAt: hubspotTime(contact.createdAt),
    updatedAt: hubspotTime(contact.updatedAt),
    archived: contact.archived,
    ...(contact.archivedAt === undefined ? {} : { archivedAt: hubspotTime(contact.archivedAt) }),
    url: `https://app.hubspot.com/contacts/${account.portalId}/record/0-1/${contact.id}`,
  };
}

function historyOf(account: Account, contact: Contact, names: string[]): Record<string, HistoryEntry[]> {
  const history = account.contacts.store.history(contact.id);
  return Object.fromEntries(names.filter((name) => account.properties.find(name)).map((name) => [name, history[name] ?? []]));
}
