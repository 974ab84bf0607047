import { Client } from '@hubspot/api-client';
import { Connection, OAuth2 } from 'jsforce';
import * as z from 'zod';
import { columns, valuesOf, type RecordType, type Row } from '../floor/calls.ts';
import type { Urls } from '../floor/world.ts';
import { inLanes } from '../floor/lanes.ts';
import { repeating } from './repeating.ts';

const atOnce = 10;
const found = z.object({ id: z.string() });
const row = z.looseObject({ Id: z.string(), Email: z.string().nullish().transform((value) => value ?? null), HubSpot_Contact_Id__c: z.string().nullish().transform((value) => value ?? null) });

/**
 * The script that a competent developer would write in an afternoon instead: both vendors' clients, one contact at a time, ten at once, and once
 * more after a 429. No segment, no base, no memory: it copies Salesforce's values to HubSpot and notes the contact's id in Salesforce.
 */
export async function copyOneByOne({ hubspot, salesforce }: Urls): Promise<number> {
  const client = new Client({ accessToken: 'pat-sandbox', basePath: hubspot });
  const org = new Connection({ version: '67.0', oauth2: new OAuth2({ loginUrl: salesforce, clientId: 'sandbox', clientSecret: 'sandbox' }) });
  await org.authorize({ grant_type: 'client_credentials' });
  let copied = 0;
  for (const type of ['Contact', 'Lead'] as const) {
    const records = await allRecords(org, type);
    await inLanes(records.length, atOnce, async (n) => {
      const record = records[n];
      if (record === undefined || record.Email === null) return;
      await copyOne(client, org, type, record, record.Email);
      copied += 1;
    });
  }
  return copied;
}

async function allRecords(org: Connection, type: RecordType): Promise<Row[]> {
  const records: Row[] = [];
  for (let answer = await org.query(`SELECT ${columns[type].join(', ')} FROM ${type}`); ; answer = await org.queryMore(answer.nextRecordsUrl ?? '')) {
    records.push(...z.array(row).parse(answer.records));
    if (answer.done) return records;
  }
}

async function copyOne(client: Client, org: Connection, type: RecordType, record: Row, email: string): Promise<void> {
  const contacts = client.crm.contacts.basicApi;
  const properties = { ...valuesOf(type, record), email };
  const id = await repeating(() => contacts.getById(email, undefined, undefined, undefined, undefined, 'email').then((contact) => found.parse(contact).id, missing));
  const contact = await repeating(() => (id === null ? contacts.create({ properties, associations: [] }) : contacts.update(id, { properties })));
  await repeating(() => org.sobject(type).update({ Id: record.Id, HubSpot_Contact_Id__c: contact.id }));
}

/** Nobody has this email yet. */
function missing(error: unknown): null {
  if (z.object({ code: z.literal(404) }).safeParse(error).success) return null;
  throw error;
}
