import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { HubSpot, HubSpotOwner, HubSpotProperty } from './types.ts';

const propertySchema = z.object({
    name: z.string(),
    label: z.string(),
    type: z.string(),
    fieldType: z.string(),
    options: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
    hasUniqueValue: z.boolean().default(false),
    calculated: z.boolean().default(false),
    modificationMetadata: z.object({ readOnlyValue: z.boolean() }).nullish(),
    archived: z.boolean().default(false),
  });

const mappableType = z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool']);

/** Nothing for what cannot be mapped: archived properties, and types such as `object_coordinates`. */
function mappable({ modificationMetadata, calculated, archived, type, ...property }: z.infer<typeof propertySchema>): HubSpotProperty[] {
  const known = mappableType.safeParse(type);
  if (archived || !known.success) return [];
  return [{ ...property, type: known.data, readOnly: calculated || (modificationMetadata?.readOnlyValue ?? false) }];
}

const ownerSchema = z
  .object({ id: z.string(), email: z.string().nullish(), firstName: z.string().nullish(), lastName: z.string().nullish(), userId: z.number().nullish(), archived: z.boolean() })
  .transform(({ id, email, firstName, lastName, userId, archived }): HubSpotOwner => ({
    id, email: email ?? null, name: [firstName, lastName].filter((part) => part).join(' '), userId: userId ?? null, archived,
  }));

/** What the account is and which properties and owners it has. */
export function accountCalls(requester: Requester): Pick<HubSpot, 'account' | 'properties' | 'owners'> {
  const ownersPage = (archived: boolean, after: string | undefined, call: Call) =>
    requester.send(
      {
        operation: 'list the owners',
        method: 'GET',
        path: PATHS.owners,
        query: { limit: 100, after, archived },
        schema: z.object({ results: z.array(ownerSchema), paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish() }),
        repeatable: true,
      },
      call,
    );

  return {
    async account(call) {
      const schema = z.object({ portalId: z.union([z.number(), z.string()]).transform(String), timeZone: z.string() });
      const account = await requester.send({ operation: 'read the account', method: 'GET', path: PATHS.account, schema, repeatable: true }, call);
      requester.inZone(account.timeZone);
      return account;
    },

    async properties(call) {
      const schema = z.object({ results: z.array(propertySchema) });
      const { results } = await requester.send({ operation: 'list the contact properties', method: 'GET', path: PATHS.properties, schema, repeatable: true }, call);
      return results.flatMap(mappable);
    },

    async owners(call) {
      const found: HubSpotOwner[] = [];
      for (const archived of [false, true]) {
        let after: string | undefined;
        do {
          const page = await ownersPage(archived, after, call);
          found.push(...page.results);
          after = page.paging?.next?.after;
        } while (after !== undefined);
      }
      return found;
    },
  };
}
