import { z } from 'zod';
import { until } from './until.ts';

const json = { 'content-type': 'application/json' };

/** A CRM as a person and a checker meet it: its REST API and the sandbox's control path, with plain `fetch`. */
async function ask(url: string, method: string, path: string, token: string | null, body?: unknown): Promise<unknown> {
  const response = await fetch(url + path, { method, headers: { ...json, ...(token === null ? {} : { authorization: `Bearer ${token}` }) }, body: body === undefined ? null : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

const contactAnswer = z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) });
const listAnswer = z.looseObject({ list: z.looseObject({ listId: z.string(), processingStatus: z.string() }) });
const calls = z.object({ total: z.number(), byRoute: z.record(z.string(), z.number()) });
const parts = calls.pick({ byRoute: true });
const faultsAnswer = z.object({ faults: z.array(z.looseObject({ id: z.number(), hits: z.number(), row: z.looseObject({ match: z.string() }).optional() })) });

/** HubSpot in a test: what a person does there, and what a checker reads. */
export function hubspotPerson(url: string) {
  const control = (method: string, path: string, body?: unknown) => ask(url, method, `/_sandbox/${path}`, null, body);
  const api = (method: string, path: string, body?: unknown) => ask(url, method, path, 'pat-sandbox', body);
  return {
    url, control, api,
    create: async (properties: Record<string, string>) => contactAnswer.parse(await control('POST', 'create', { properties })).id,
    edit: (id: string, properties: Record<string, string>) => control('POST', 'edit', { id, properties }),
    get: async (id: string) => {
      const all = z.object({ results: z.array(z.object({ name: z.string() })) }).parse(await api('GET', '/crm/v3/properties/contacts'));
      const { properties } = contactAnswer.parse(await api('POST', '/crm/v3/objects/contacts/batch/read', { inputs: [{ id }], properties: all.results.map((p) => p.name) }).then((r) => z.looseObject({ results: z.array(contactAnswer) }).parse(r).results[0]));
      return Object.fromEntries(Object.entries(properties).map(([k, v]) => [k, v === '' ? null : v]));
    },
    /** An active segment, evaluated; `value` among `property`'s words. */
    segment: async (name: string, property: string, values: string[]) => {
      const filter = { filterType: 'PROPERTY', property, operation: { operationType: 'MULTISTRING', operator: 'CONTAINS', values } };
      const filterBranch = { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [filter] }] };
      const { list } = listAnswer.parse(await api('POST', '/crm/v3/lists', { name, objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch }));
      await until(`segment ${name} is evaluated`, async () => listAnswer.parse(await api('GET', `/crm/v3/lists/${list.listId}`)).list.processingStatus === 'COMPLETE');
      return list.listId;
    },
    members: async (listId: string) => z.looseObject({ results: z.array(z.looseObject({ recordId: z.string() })) }).parse(await api('GET', `/crm/v3/lists/${listId}/memberships?limit=250`)).results.map((r) => r.recordId),
    count: async () => z.looseObject({ total: z.number() }).parse(await api('POST', '/crm/v3/objects/contacts/search', { filterGroups: [], limit: 1 })).total,
    calls: async () => calls.parse(await control('GET', 'calls')),
    callsTo: async (route: RegExp) => countIn(calls.parse(await control('GET', 'calls')), (one) => route.test(one)),
    forgetCalls: () => control('DELETE', 'calls'),
    fault: (fault: object) => control('POST', 'faults', fault),
    /** What was asked for so far, with how often each has hit. */
    faults: async () => faultsAnswer.parse(await control('GET', 'faults')).faults,
    noFaults: () => control('DELETE', 'faults'),
  };
}

/** Salesforce in a test. Records are read and written as the API takes them. */
export function salesforcePerson(url: string) {
  let token: string | null = null;
  const login = async () => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' });
    const answer = await fetch(`${url}/services/oauth2/token`, { method: 'POST', body });
    return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
  };
  const control = (method: string, path: string, body?: unknown) => ask(url, method, `/_sandbox/${path}`, null, body);
  const api = async (method: string, path: string, body?: unknown) => ask(url, method, `/services/data/v67.0${path}`, (token ??= await login()), body);
  const record = z.record(z.string(), z.unknown());
  return {
    url, control, api,
    /** After a reset the old token belongs to no org. */
    forgetLogin: () => { token = null; },
    create: async (type: 'Lead' | 'Contact' | 'Account', fields: Record<string, unknown>) => z.object({ id: z.string() }).parse(await api('POST', `/sobjects/${type}`, fields)).id,
    edit: (type: 'Lead' | 'Contact', id: string, fields: Record<string, unknown>) => api('PATCH', `/sobjects/${type}/${id}`, fields),
    get: async (type: 'Lead' | 'Contact', id: string) => record.parse(await api('GET', `/sobjects/${type}/${id}`)),
    query: async (soql: string) => z.object({ records: z.array(record) }).parse(await api('GET', `/query?q=${encodeURIComponent(soql)}`)).records,
    calls: async () => calls.parse(await control('GET', 'calls')),
    /** The parts of composite calls. */
    parts: async () => parts.parse(await control('GET', 'parts')),
    forgetCalls: () => control('DELETE', 'calls'),
    fault: (fault: object) => control('POST', 'faults', fault),
    /** What was asked for so far, with how often each has hit. */
    faults: async () => faultsAnswer.parse(await control('GET', 'faults')).faults,
    noFaults: () => control('DELETE', 'faults'),
  };
}

/** How often routes were called. */
const countIn = ({ byRoute }: z.infer<typeof parts>, counts: (route: string) => boolean): number =>
  Object.entries(byRoute).reduce((sum, [route, n]) => sum + (counts(route) ? n : 0), 0);

/** Calls that change a CRM; batch reads, searches and retrieves are POSTs too, and a composite call is what its parts are. */
export function writesIn(counted: z.infer<typeof parts>): number {
  const reads = /^POST \/cometd\/|\/(batch\/read|search|token|introspect|composite)$|composite\/sobjects\/:type$/;
  // A query job writes nothing in the org, nor does its end.
  const isWrite = (route: string): boolean => !route.startsWith('GET') && !route.includes('/jobs/query') && !(route.startsWith('POST') && reads.test(route));
  return countIn(counted, isWrite);
}
