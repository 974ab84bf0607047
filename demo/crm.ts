import * as z from 'zod';
import { request } from './http.ts';
import { fields, type HubSpotContact, type SalesforceRecord } from './people.ts';

const token = 'pat-sandbox';
const text = z.string().nullable().transform((value) => (value === '' ? null : value));
const paging = z.object({ next: z.object({ after: z.string() }).optional() }).optional();
const property = z.object({ name: z.string(), modificationMetadata: z.object({ readOnlyValue: z.boolean() }) });
const contactRow = z.object({ id: z.string(), updatedAt: z.string(), properties: z.record(z.string(), text) });

/** HubSpot as a stranger's program sees it, over its API. */
export function hubspot(baseUrl: string) {
  const names = async (): Promise<string[]> => {
    const { results } = await request(z.object({ results: z.array(property) }), `${baseUrl}/crm/v3/properties/contacts`, { token });
    return results.filter(({ modificationMetadata }) => !modificationMetadata.readOnlyValue).map(({ name }) => name);
  };
  const contacts = async (): Promise<HubSpotContact[]> => {
    const found: HubSpotContact[] = [];
    const properties = (await names()).join(',');
    const schema = z.object({ results: z.array(contactRow), paging });
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: z.output<typeof schema> = await request(schema, `${baseUrl}/crm/v3/objects/contacts?limit=100&properties=${properties}${after === '' ? '' : `&after=${after}`}`, { token });
      found.push(...page.results.map(({ id, updatedAt, properties: values }) => ({ id, updatedAt, email: values['email'] ?? null, values })));
      after = page.paging?.next?.after;
    }
    return found;
  };
  return {
    /** The properties that somebody could write. */
    writableProperties: names,
    /** Every contact, with its writable properties. */
    contacts,
    /** Contact ids of a segment's members. */
    members: async (segmentId: string): Promise<Set<string>> => {
      const found = new Set<string>();
      const schema = z.object({ results: z.array(z.object({ recordId: z.string() })), paging });
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: z.output<typeof schema> = await request(schema, `${baseUrl}/crm/v3/lists/${segmentId}/memberships?limit=250${after === '' ? '' : `&after=${after}`}`, { token });
        for (const { recordId } of page.results) found.add(recordId);
        after = page.paging?.next?.after;
      }
      return found;
    },
    value: async (id: string, name: string): Promise<string | null> =>
      (await request(contactRow, `${baseUrl}/crm/v3/objects/contacts/${id}?properties=${name}`, { token })).properties[name] ?? null,
    /** As a person does it on the screen. */
    edit: async (id: string, properties: Record<string, string>): Promise<void> => {
      await request(z.unknown(), `${baseUrl}/_sandbox/edit`, { method: 'POST', body: { id, properties } });
    },
    change: async (id: string, properties: Record<string, string>): Promise<void> => {
      await request(contactRow, `${baseUrl}/crm/v3/objects/contacts/${id}`, { method: 'PATCH', token, body: { properties } });
    },
  };
}

const record = z.looseObject({ Id: z.string(), Email: text, SystemModstamp: z.string(), HubSpot_Contact_Id__c: text });
const page = z.object({ records: z.array(record), nextRecordsUrl: z.string().optional() });
const version = '/services/data/v67.0';

/** Salesforce as a stranger's program sees it, over its API. */
export async function salesforce(loginUrl: string) {
  const form = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' };
  const session = await request(z.object({ access_token: z.string(), instance_url: z.string() }), `${loginUrl}/services/oauth2/token`, { method: 'POST', form });
  const ask = <S extends z.ZodType>(schema: S, path: string, init: { method?: string; body?: unknown } = {}): Promise<z.output<S>> =>
    request(schema, `${session.instance_url}${path}`, { ...init, token: session.access_token });
  const recordsOf = async (type: 'Lead' | 'Contact'): Promise<SalesforceRecord[]> => {
    const columns = fields.flatMap(([name, lead, contact]) => (type === 'Lead' ? [[name, lead] as const] : contact === null ? [] : [[name, contact] as const]));
    const query = `SELECT Id, Email, SystemModstamp, HubSpot_Contact_Id__c, ${columns.map(([, column]) => column).join(', ')} FROM ${type} ORDER BY Id`;
    const found: SalesforceRecord[] = [];
    for (let next: string | undefined = `${version}/query?q=${encodeURIComponent(query)}`; next !== undefined; ) {
      const answer: z.output<typeof page> = await ask(page, next);
      found.push(...answer.records.map((row) => ({
        type, id: row.Id, email: row.Email, externalId: row.HubSpot_Contact_Id__c, modifiedAt: row.SystemModstamp,
        values: Object.fromEntries(columns.map(([name, column]) => [name, valueAt(row, column)])),
      })));
      next = answer.nextRecordsUrl;
    }
    return found;
  };
  return {
    /** Every Lead and every Contact. */
    records: async (): Promise<SalesforceRecord[]> => [...(await recordsOf('Lead')), ...(await recordsOf('Contact'))],
    value: async ({ type, id }: SalesforceRecord, field: string): Promise<string | null> =>
      valueAt(await ask(z.looseObject({}), `${version}/sobjects/${type}/${id}?fields=${field}`), field),
    /** As a person does it on the screen. */
    edit: async ({ id }: SalesforceRecord, fields: Record<string, string>): Promise<void> => {
      await request(z.unknown(), `${loginUrl}/_sandbox/edit`, { method: 'POST', body: { id, fields } });
    },
    change: async ({ type, id }: SalesforceRecord, values: Record<string, string>): Promise<void> => {
      await ask(z.null(), `${version}/sobjects/${type}/${id}`, { method: 'PATCH', body: values });
    },
  };
}

const related = z.looseObject({}).nullish();

/** The text at `Title` or `Account.Name`; null where it is blank. */
function valueAt(row: Record<string, unknown>, path: string): string | null {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) return text.catch(null).parse(row[first] ?? null);
  const next = related.parse(row[first]);
  return next == null ? null : valueAt(next, rest.join('.'));
}
