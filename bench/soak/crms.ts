import * as z from 'zod';
import { request } from '../../demo/http.ts';
import { fields, nameIn, type Side } from './fields.ts';
import type { Values, Write } from './story.ts';

export type Urls = Record<Side, string>;

const text = z.string().nullish().transform((value) => (value === '' || value === undefined ? null : value));
const contactPage = z.object({ results: z.array(z.object({ id: z.string(), properties: z.record(z.string(), text) })), paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional() });
const rows = z.object({ records: z.array(z.looseObject({ Id: z.string() })), nextRecordsUrl: z.string().optional() });
const logged = z.object({ writes: z.array(z.object({ sequence: z.number(), at: z.number(), id: z.string(), kind: z.enum(['create', 'update', 'delete', 'undelete']), by: z.string(), client: z.string().optional(), fields: z.record(z.string(), z.unknown()) })) });
const token = 'pat-sandbox';
const properties = fields.map(({ hubspot }) => hubspot);

/** The control path of a sandbox. */
export const control = <S extends z.ZodType>(schema: S, url: string, path: string, body?: unknown): Promise<z.output<S>> =>
  request(schema, `${url}/_sandbox/${path}`, body === undefined ? {} : { method: 'POST', body });

/** HubSpot's API, as somebody else than the product calls it. */
export const hubspotApi = <S extends z.ZodType>(schema: S, urls: Urls, method: string, path: string, body: unknown): Promise<z.output<S>> =>
  request(schema, `${urls.hubspot}${path}`, { method, token, body });

/** Every contact's values of the fields that are edited, and of some more. */
export async function readContacts({ hubspot }: Urls, more: readonly string[] = []): Promise<Map<string, Values>> {
  const wanted = [...properties, ...more];
  const found = new Map<string, Values>();
  for (let after = ''; ;) {
    const page = await request(contactPage, `${hubspot}/crm/v3/objects/contacts?limit=100&properties=${wanted.join(',')}${after === '' ? '' : `&after=${after}`}`, { token });
    for (const { id, properties: values } of page.results) found.set(id, Object.fromEntries(wanted.map((name) => [name, values[name] ?? null])));
    if (page.paging?.next === undefined) return found;
    after = page.paging.next.after;
  }
}

/** The same of every Lead and Contact, by HubSpot's names, and some more by Salesforce's. */
export async function readRecords({ salesforce }: Urls, more: readonly string[] = []): Promise<Map<string, Values>> {
  const form = { grant_type: 'client_credentials', client_id: 'sandbox', client_secret: 'sandbox' };
  const session = await request(z.object({ access_token: z.string() }), `${salesforce}/services/oauth2/token`, { method: 'POST', form });
  const found = new Map<string, Values>();
  for (const type of ['lead', 'contact'] as const) {
    const query = `SELECT ${['Id', ...fields.map((field) => field[type]), ...more].join(', ')} FROM ${type}`;
    for (let next: string | undefined = `/services/data/v67.0/query?q=${encodeURIComponent(query)}`; next !== undefined;) {
      const page: z.output<typeof rows> = await request(rows, salesforce + next, { token: session.access_token });
      for (const row of page.records) found.set(row.Id, Object.fromEntries([...fields.map((field) => [field.hubspot, field[type]] as const), ...more.map((name) => [name, name] as const)].map(([name, column]) => [name, text.parse(row[column])])));
      next = page.nextRecordsUrl;
    }
  }
  return found;
}

/** What programs wrote after a place in both logs; all of them are the product. */
export class WrittenLog {
  readonly #urls: Urls;
  readonly #read: Record<Side, number> = { hubspot: 0, salesforce: 0 };
  readonly writes: Write[] = [];

  constructor(urls: Urls) {
    this.#urls = urls;
  }

  /** Reads on; answers when the last write so far was, in epoch ms. */
  async read(): Promise<number> {
    for (const side of ['hubspot', 'salesforce'] as const) {
      for (let more = true; more;) {
        const { writes } = await control(logged, this.#urls[side], `writes?limit=5000&after=${this.#read[side]}`);
        more = writes.length === 5_000;
        this.#read[side] = writes.at(-1)?.sequence ?? this.#read[side];
        for (const one of writes) if (one.by === 'api') this.writes.push(writeOf(side, one));
      }
    }
    return Math.max(0, ...this.writes.slice(-100).map(({ at }) => at));
  }

  /** Forgets what was read so far. */
  forget(): void {
    this.writes.length = 0;
  }
}

function writeOf(side: Side, { at, id, kind, fields: written }: z.output<typeof logged>['writes'][number]): Write {
  const named = fields.map((field) => [field.hubspot, side === 'hubspot' ? field.hubspot : nameIn(field, id)] as const).filter(([, name]) => name in written);
  return { side, kind, at, id, fields: Object.keys(written), claim: 'HubSpot_Contact_Id__c' in written, values: Object.fromEntries(named.map(([hubspot, name]) => [hubspot, text.parse(written[name])])) };
}
