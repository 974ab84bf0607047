import { z } from 'zod';
import type { HubSpotContactId } from '../../sync/records.ts';
import { contactSchema, plain } from './contactSchema.ts';
import type { Call } from '../crm/call.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { HubSpot } from './types.ts';

const page = z.object({ results: z.array(contactSchema), paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional() });

/** Walks all contacts in the order of their ids, the live ones or the archived ones. */
export function contactList(requester: Requester): Pick<HubSpot, 'contactPage' | 'archivedPage'> {
  const list = async (query: { limit: number; after: string | null | undefined; archived?: boolean }, call: Call) => {
    const ask = { operation: query.archived ? 'list archived contacts' : 'list contacts', query: { ...query, properties: ['email'] } };
    const answer = await requester.send({ ...ask, method: 'GET', path: PATHS.contacts, schema: page, repeatable: true }, call);
    return { ids: answer.results.map((row): HubSpotContactId => plain(row).id), after: answer.paging?.next?.after ?? null };
  };
  return {
    contactPage: ({ after, limit = 100 }, call) => list({ limit, after }, call),
    archivedPage: (after, call) => list({ limit: 100, after, archived: true }, call),
  };
}
