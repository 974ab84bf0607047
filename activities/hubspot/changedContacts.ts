import { z } from 'zod';
import { contactSchema, plain } from './contactSchema.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { ChangePosition, HubSpot } from './types.ts';

const PAGE = 200;
const schema = z.object({ results: z.array(contactSchema) });

/**
 * Walks the contacts in the order of their last change, by the search. It has one sort and ends at 10,000 rows, so each page begins
 * anew at the time of the last row; where a whole page shares one time, that time is walked by id.
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
      return { contacts, ...(byId ? afterIdPage(time, contacts) : afterTimePage(time, contacts)) };
    },
  };
}

type Next = { next: ChangePosition; more: boolean };
type Rows = readonly { id: string; updatedAt: string }[];

function afterIdPage(time: string, rows: Rows): Next {
  const last = rows.at(-1);
  if (rows.length === PAGE && last !== undefined) return { next: { time, afterId: last.id }, more: true };
  return { next: { time: new Date(Date.parse(time) + 1).toISOString(), afterId: null }, more: true };
}

function afterTimePage(time: string, rows: Rows): Next {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return { next: { time, afterId: null }, more: false };
  if (rows.length < PAGE) return { next: { time: last.updatedAt, afterId: null }, more: false };
  return { next: { time: last.updatedAt, afterId: Date.parse(first.updatedAt) === Date.parse(last.updatedAt) ? '0' : null }, more: true };
}
