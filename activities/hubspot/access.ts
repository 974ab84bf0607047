import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { CrmFailure } from '../crm/failure.ts';
import { PATHS } from './paths.ts';
import type { Ask, Requester } from './request.ts';

type Probe = Pick<Ask<unknown>, 'method' | 'path' | 'query' | 'body'> & { may: string; scope: string };

/**
 * One harmless call for each thing that Sluice does. A batch update of no rows is refused as invalid, but only after
 * the scope was found in order.
 */
const PROBES: Probe[] = [
  { may: 'read contacts', scope: 'crm.objects.contacts.read', method: 'GET', path: PATHS.contacts, query: { limit: 1 } },
  { may: 'write contacts', scope: 'crm.objects.contacts.write', method: 'POST', path: `${PATHS.contacts}/batch/update`, body: { inputs: [] } },
  { may: 'read contact properties', scope: 'crm.schemas.contacts.read', method: 'GET', path: PATHS.properties, query: {} },
  { may: 'read segments', scope: 'crm.lists.read', method: 'POST', path: `${PATHS.lists}/search`, body: { query: '', count: 1, offset: 0 } },
  { may: 'read owners', scope: 'crm.objects.owners.read', method: 'GET', path: PATHS.owners, query: { limit: 1 } },
];

/** What the token may not do, as sentences with the remedy. Any failure but a missing permission is thrown. */
export async function missingAccess(requester: Requester, call: Call): Promise<string[]> {
  const sentences: string[] = [];
  for (const { may, scope, ...ask } of PROBES) {
    try {
      await requester.send({ ...ask, operation: may, schema: z.unknown(), repeatable: true }, call);
    } catch (error) {
      if (!(error instanceof CrmFailure)) throw error;
      if (error.status === 403) sentences.push(`The HubSpot app may not ${may}: add the scope ${scope} to it in HubSpot, then give Sluice the new token.`);
      else if (error.status !== 400) throw error;
    }
  }
  return sentences;
}
