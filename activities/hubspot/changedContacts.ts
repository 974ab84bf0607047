import { z } from 'zod';
import { contactSchema, plain } from './contactSchema.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { HubSpot, HubSpotContact } from './types.ts';

const PAGE = 200;
const schema = z.object({ results: z.array(contactSchema) });

/**
 * Walks the contacts in the order of their last change, by the search, each of them once. It has one sort and ends at 10,000 rows, so
 * each page begins anew at the time of the last row, whose rows are left to it; where a whole page shares one time, that time is walked
 * by id.
 */
export function changedContacts(requester: Requester): Pick<HubSpot, 'changedContacts'> {
  return {
    async changedContacts({ time, afterId }, properties, call) {
      const byId = afterId !== null;
      const filters = byId
        ? [{ propertyName: 'lastmodifieddate', operator: 'EQ', value: String(Date.parse(time)) }, { propertyName: 'hs_object_id', operator: 'GT', value: afterId }]
        : [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: String(Date.parse(time)) }];
      const { results } = await requester.send(
        {
          operation: 'search changed contacts',
          method: 'POST',
          path: `${PATHS.contacts}/search`,
          body: {
            filterGroups: [{ filters }], limit: PAGE, properties: [...new Set([...properties, 'email', 'hs_additional_emails', 'hs_merged_object_ids', 'lastmodifieddate'])],
            sorts: [{ propertyName: byId ? 'hs_object_id' : 'lastmodifieddate', direction: 'ASCENDING' }],
          },
          schema,
          repeatable: true,
          rate: 'search',
        },
        call,
      );
      const contacts = results.map(plain);
      return byId ? afterIdPage(time, contacts) : afterTimePage(time, contacts);
    },
  };
}

type Page = Awaited<ReturnType<HubSpot['changedContacts']>>;

function afterIdPage(time: string, contacts: HubSpotContact[]): Page {
  const last = contacts.at(-1);
  if (contacts.length === PAGE && last !== undefined) return { contacts, next: { time, afterId: last.id }, more: true };
  return { contacts, next: { time: new Date(Date.parse(time) + 1).toISOString(), afterId: null }, more: true };
}

function afterTimePage(time: string, contacts: HubSpotContact[]): Page {
  const [first, last] = [contacts[0], contacts.at(-1)];
  if (first === undefined || last === undefined) return { contacts, next: { time, afterId: null }, more: false };
  const end = changedAt(last);
  if (contacts.length < PAGE) return { contacts, next: { time: new Date(end).toISOString(), afterId: null }, more: false };
  return {
    contacts: contacts.filter((contact) => changedAt(contact) < end),
    next: { time: new Date(end).toISOString(), afterId: changedAt(first) === end ? '0' : null }, more: true,
  };
}

/** The time that the search goes by. */
const changedAt = ({ properties, updatedAt }: HubSpotContact): number => Date.parse(properties['lastmodifieddate'] ?? updatedAt);
