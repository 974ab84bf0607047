import { z } from 'zod';
import type { HubSpotContactId } from '../../sync/records.ts';
import { contactSchema, plain } from './contactSchema.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { HubSpot } from './types.ts';

const page = z.object({ results: z.array(contactSchema), paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional() });

/** Walks all contacts, archived ones left out. */
export function contactList(requester: Requester): Pick<HubSpot, 'contactPage'> {
  return {
    async contactPage({ after, limit = 100 }, call) {
      const query = { limit, after: after ?? undefined, properties: ['email'] };
      const answer = await requester.send({ operation: 'list contacts', method: 'GET', path: PATHS.contacts, query, schema: page, repeatable: true }, call);
      return { ids: answer.results.map((row): HubSpotContactId => plain(row).id), after: answer.paging?.next?.after ?? null };
    },
  };
}
