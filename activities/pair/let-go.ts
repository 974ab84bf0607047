import type { HubSpotContactId, SalesforceRef, SalesforceType } from '../../sync/records.ts';
import { externalIdField } from '../connection/schema.ts';
import type { Call } from '../crm/call.ts';
import { soql } from '../salesforce/soql.ts';
import type { World } from '../world.ts';

const most = 10;

/**
 * A person moved a contact's link to `ref` (`resolve`). The external id is unique, so another record of that type which holds the
 * contact's lets go of it; whether one did. A converted Lead cannot.
 */
export async function letGo(world: World, hubspotId: HubSpotContactId, ref: SalesforceRef, call: Call): Promise<boolean> {
  const holders = await world.salesforce.queryAllPages(holdersOf(hubspotId, ref.type), { ...call, atMost: most });
  const rows = holders.filter(({ Id }) => Id !== ref.id).map(({ Id }) => ({ Id, [externalIdField]: null }));
  const outcomes = rows.length === 0 ? [] : await world.salesforce.update(ref.type, rows, call);
  return outcomes.some(({ ok }) => ok);
}

const holdersOf = (hubspotId: HubSpotContactId, type: SalesforceType): string =>
  soql`SELECT Id FROM ${soql.name(type)} WHERE ${soql.name(externalIdField)} = ${hubspotId}`;
