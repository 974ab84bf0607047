import * as z from 'zod';
import { fields } from '../../demo/people.ts';
import { request } from '../../demo/http.ts';
import type { Urls } from './world.ts';

export type RecordType = 'Lead' | 'Contact';

const version = '/services/data/v67.0';
const text = z.string().nullish().transform((value) => value ?? null);
const session = z.object({ access_token: z.string(), instance_url: z.string() });
const row = z.looseObject({ Id: z.string(), Email: text, HubSpot_Contact_Id__c: text });
const rows = z.object({ totalSize: z.number(), records: z.array(row) });
const contact = z.object({ id: z.string(), properties: z.record(z.string(), text) });
const contacts = z.object({ results: z.array(contact) });
const members = z.object({ results: z.array(z.object({ recordId: z.string() })), paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional() });
const parts = z.object({ compositeResponse: z.array(z.object({ httpStatusCode: z.number(), body: z.unknown() })) });

export type Row = z.output<typeof row>;
export type Contact = z.output<typeof contact>;
/** A part of a composite call. */
export interface Part { method: string; path: string; body?: unknown }

/** Properties that a sync reads, about as many as Sluice's default mappings. */
export const properties = ['email', ...fields.map(([property]) => property), 'salutation', 'fax', 'hubspot_owner_id', 'industry', 'annualrevenue', 'numemployees', 'hs_lead_status', 'hs_email_optout', 'message', 'hs_additional_emails', 'hs_merged_object_ids', 'lastmodifieddate'];
const identity = ['Id', 'Email', 'Description', 'HubSpot_Contact_Id__c', 'IsDeleted', 'MasterRecordId', 'SystemModstamp', 'Salutation', 'Fax', 'OwnerId', 'HasOptedOutOfEmail'];
/** Fields that a sync reads of a type. */
export const columns: Record<RecordType, string[]> = {
  Lead: [...identity, ...fields.map(([, lead]) => lead), 'IsConverted', 'ConvertedContactId', 'Industry', 'AnnualRevenue', 'NumberOfEmployees', 'Status'],
  Contact: [...identity, ...fields.flatMap(([, , onContact]) => onContact ?? [])],
};

/** Both CRMs by plain `fetch`, call by call, as the floors use them. */
export async function openCrms({ hubspot, salesforce }: Urls) {
  const form = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' };
  const { access_token: token, instance_url: instance } = await request(session, `${salesforce}/services/oauth2/token`, { method: 'POST', form });
  const contactsPath = `${hubspot}/crm/v3/objects/contacts`;
  const post = async (path: string, body: object): Promise<Contact[]> => (await request(contacts, `${contactsPath}${path}`, { method: 'POST', token: 'pat-sandbox', body })).results;
  const send = <S extends z.ZodType>(schema: S, method: string, path: string, body?: unknown): Promise<z.output<S>> => request(schema, `${instance}${version}${path}`, { method, token, ...(body !== undefined && { body }) });
  /** The bodies of the parts' answers. */
  const composite = async (list: readonly Part[]): Promise<unknown[]> => {
    const compositeRequest = list.map(({ path, ...part }, n) => ({ ...part, url: `${version}${path}`, referenceId: `part${n}` }));
    const { compositeResponse } = await send(parts, 'POST', '/composite', { allOrNone: false, compositeRequest });
    const failed = compositeResponse.find(({ httpStatusCode }) => httpStatusCode >= 400);
    if (failed !== undefined) throw new Error(`a part of a composite call answered ${failed.httpStatusCode}`);
    return compositeResponse.map(({ body }) => body);
  };
  return {
    readContacts: (ids: readonly string[], idProperty?: string) => post('/batch/read', { inputs: ids.map((id) => ({ id })), properties, propertiesWithHistory: [], ...(idProperty !== undefined && { idProperty }) }),
    createContacts: (emails: readonly string[]) => post('/batch/create', { inputs: emails.map((email, n) => ({ properties: { email }, objectWriteTraceId: `row-${n}` })) }),
    updateContacts: (inputs: readonly { id: string; properties: Record<string, string> }[]) => post('/batch/update', { inputs: inputs.map((input) => ({ ...input, objectWriteTraceId: input.id })) }),
    memberPage: (segmentId: string, after: string | null) => request(members, `${hubspot}/crm/v3/lists/${segmentId}/memberships?limit=250${after === null ? '' : `&after=${after}`}`, { token: 'pat-sandbox' }),
    query: (soql: string) => send(rows, 'GET', queryPath(soql)),
    composite,
    /** The rows of one query, or of several that go as one call. */
    queryTogether: async (queries: readonly string[], resource: Resource = 'query'): Promise<Row[]> => {
      const paths = queries.map((soql) => queryPath(soql, resource));
      const [only] = paths;
      if (paths.length === 1 && only !== undefined) return (await send(rows, 'GET', only)).records;
      return (await composite(paths.map((path) => ({ method: 'GET', path })))).flatMap(rowsOf);
    },
  };
}

export type PlainCrms = Awaited<ReturnType<typeof openCrms>>;

/** Whether deleted records are found too. */
type Resource = 'query' | 'queryAll';
const queryPath = (soql: string, resource: Resource = 'query'): string => `/${resource}?q=${encodeURIComponent(soql)}`;
export const updateBody = (type: RecordType, list: readonly Record<string, unknown>[]) => ({ allOrNone: false, records: list.map((one) => ({ attributes: { type }, ...one })) });
/** The rows of a query that was part of a composite call. */
const rowsOf = (body: unknown): Row[] => rows.parse(body).records;

/** A record's values by HubSpot's properties; those that are blank are left out. */
export function valuesOf(type: RecordType, record: Row): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [property, lead, onContact] of fields) {
    const [outer = '', inner] = (type === 'Lead' ? lead : onContact ?? '').split('.');
    const found = inner === undefined ? record[outer] : z.looseObject({}).catch({}).parse(record[outer])[inner];
    if (typeof found === 'string' && found !== '') values[property] = found;
  }
  return values;
}
