import * as z from 'zod';
import { request } from '../../demo/http.ts';
import { readContacts, readRecords, type Urls } from '../soak/crms.ts';
import type { End } from './story.ts';

const converted = z.object({ records: z.array(z.looseObject({ Id: z.string() })) });

/** Reads both CRMs as somebody else than the product, once nothing fails any more. */
export async function readEnd(urls: Urls): Promise<End> {
  const [contacts, records, gone] = await Promise.all([readContacts(urls, ['email']), readRecords(urls, ['Email', 'HubSpot_Contact_Id__c']), convertedLeads(urls)]);
  return {
    contacts: [...contacts].map(([id, { email = null, ...values }]) => ({ id, email, values })),
    records: [...records].map(([id, { Email: email = null, HubSpot_Contact_Id__c: externalId = null, ...values }]) => ({ id, email, externalId, converted: gone.has(id), values })),
  };
}

async function convertedLeads({ salesforce }: Urls): Promise<Set<string>> {
  const form = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' };
  const { access_token: token } = await request(z.object({ access_token: z.string() }), `${salesforce}/services/oauth2/token`, { method: 'POST', form });
  // No run converts as many as a page holds.
  const { records } = await request(converted, `${salesforce}/services/data/v67.0/query?q=${encodeURIComponent('SELECT Id FROM Lead WHERE IsConverted = true')}`, { token });
  return new Set(records.map(({ Id }) => Id));
}
