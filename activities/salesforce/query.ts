import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { SalesforceId } from '../../sync/records.ts';
import { together } from './composite.ts';
import { idSchema, recordSchema } from './recordSchema.ts';
import type { Requester } from './request.ts';
import { soql } from './soql.ts';
import type { QueryPage, Salesforce, SalesforceRecord } from './types.ts';

/** URI and headers together; more is refused with 414 or 431. */
const HEAD_BYTES = 16_384;
const RETRIEVE_IDS = 2000;

const pageSchema = z
  .object({ totalSize: z.number(), done: z.boolean(), nextRecordsUrl: z.string().startsWith('/services/data/').optional(), records: z.array(recordSchema) })
  .refine((page) => page.done || page.nextRecordsUrl !== undefined)
  .transform(({ totalSize, done, nextRecordsUrl, records }): QueryPage => ({ totalSize, records, nextRecordsUrl: done ? null : (nextRecordsUrl ?? null) }));

const deletedSchema = z.object({ deletedRecords: z.array(z.object({ id: idSchema })), latestDateCovered: z.string().refine((text) => !Number.isNaN(Date.parse(text))) });

type Bounded = Call & { deleted?: boolean; atMost: number };
type Queries = Pick<Salesforce, 'query' | 'queryMore' | 'queryAllPages' | 'queryIn' | 'queryLists' | 'queryTogether' | 'deletedSince' | 'retrieve' | 'activeUsers'>;

/** Queries and reads by id, with pages followed and URLs kept within their bound. */
export function queryCalls(requester: Requester): Queries {
  const pathOf = (text: string, deleted: boolean | undefined): string => `/${deleted ? 'queryAll' : 'query'}?q=${encodeURIComponent(text)}`;

  const page = (path: string, call: Call): Promise<QueryPage> =>
    requester.send({ operation: 'query', method: 'GET', path, schema: pageSchema, repeatable: true }, call);

  /** The rows of a first page and of those that follow it. */
  const rest = async ({ records, totalSize, nextRecordsUrl }: QueryPage, { atMost, ...call }: Call & { atMost: number }): Promise<SalesforceRecord[]> => {
    if (totalSize > atMost) throw new CrmFailure({ system: 'salesforce', operation: 'query', code: 'TOO_MANY_ROWS', detail: `${totalSize} rows, at most ${atMost} were expected.` });
    const found = [...records];
    for (let next = nextRecordsUrl; next !== null; ) {
      const following = await page(next, call);
      found.push(...following.records);
      next = following.nextRecordsUrl;
    }
    return found;
  };

  const allPages = async (text: string, { deleted, ...call }: Bounded): Promise<SalesforceRecord[]> => rest(await page(pathOf(text, deleted), call), call);

  /** As few queries as fit: each takes as many of the remaining values as its URL holds, counted in bytes as sent. */
  const splitByHead = async (values: readonly string[], build: (values: readonly string[]) => string, deleted: boolean | undefined): Promise<string[]> => {
    const overhead = (await requester.headBytes(pathOf('', deleted))) - pathOf('', deleted).length;
    const fits = (some: readonly string[]): boolean => overhead + sentBytes(pathOf(build(some), deleted)) <= HEAD_BYTES;
    const queries: string[] = [];
    for (let start = 0; start < values.length; ) {
      let [enough, tooMany] = [0, values.length - start + 1];
      // All that are left are tried first: mostly they fit.
      for (let some = tooMany - 1; tooMany - enough > 1; some = Math.floor((enough + tooMany) / 2)) {
        if (fits(values.slice(start, start + some))) enough = some;
        else tooMany = some;
      }
      if (enough === 0) throw new CrmFailure({ system: 'salesforce', operation: 'query', code: 'QUERY_TOO_LONG', detail: 'Not even one value fits into a query.' });
      queries.push(build(values.slice(start, start + enough)));
      start += enough;
    }
    return queries;
  };

  const queryLists: Salesforce['queryLists'] = async (lists, { deleted, ...call }) => {
    const split = await Promise.all(lists.map(({ values, build }) => splitByHead([...new Set(values)], build, deleted)));
    const texts = split.flatMap((queries, list) => queries.map((text) => ({ list, text })));
    const pages = await together(requester, texts.map(({ text }) => ({ operation: 'query', method: 'GET', path: pathOf(text, deleted), schema: pageSchema })), call);
    const rows: SalesforceRecord[][] = lists.map(() => []);
    for (const [index, outcome] of pages.entries()) {
      if (!outcome.ok) throw outcome.failure;
      rows[texts[index]?.list ?? 0]?.push(...await rest(outcome.body, call));
    }
    return rows;
  };

  return {
    query: (text, { deleted, ...call }) => page(pathOf(text, deleted), call),
    queryMore: (nextRecordsUrl, call) => page(nextRecordsUrl, call),
    queryAllPages: allPages,

    async queryIn(values, build, call) {
      const [rows = []] = await queryLists([{ values, build }], call);
      return rows;
    },
    queryLists,

    async queryTogether(queries, { deleted, ...call }) {
      const outcomes = await together(requester, queries.map((text) => ({ operation: 'query', method: 'GET', path: pathOf(text, deleted), schema: pageSchema })), call);
      return outcomes.map((outcome) => {
        if (!outcome.ok) throw outcome.failure;
        return outcome.body;
      });
    },

    async deletedSince(type, start, call) {
      const query = new URLSearchParams({ start, end: new Date().toISOString() });
      const path = `/sobjects/${soql.name(type).text}/deleted?${query.toString()}`;
      const { deletedRecords, latestDateCovered } = await requester.send({ operation: `list deleted ${type}s`, method: 'GET', path, schema: deletedSchema, repeatable: true }, call);
      return { ids: deletedRecords.map(({ id }) => id), covered: new Date(latestDateCovered).toISOString() };
    },

    async retrieve(type, ids, fields, call) {
      const found = new Map<SalesforceId, SalesforceRecord | null>();
      for (const batch of chunks([...new Set(ids)], RETRIEVE_IDS)) {
        const rows = await requester.send(
          {
            operation: `read ${type}`,
            method: 'POST',
            path: `/composite/sobjects/${soql.name(type).text}`,
            body: { ids: batch, fields: [...new Set(['Id', ...fields])] },
            schema: z.array(recordSchema.nullable()).length(batch.length),
            repeatable: true,
          },
          call,
        );
        batch.forEach((id, index) => {
          const row = rows[index] ?? null;
          if (row !== null && row.Id !== id) throw new CrmFailure({ system: 'salesforce', operation: `read ${type}`, code: 'INVALID_RESPONSE', detail: 'Rows in another order than asked for.' });
          found.set(id, row);
        });
      }
      return found;
    },

    async activeUsers(call) {
      const rows = await allPages(soql`SELECT Id, Email, Name FROM User WHERE IsActive = true`, { ...call, atMost: 50_000 });
      return rows.map(({ Id, Email, Name }) => ({ id: Id, email: typeof Email === 'string' ? Email : null, name: typeof Name === 'string' ? Name : '' }));
    },
  };
}

/** A path's length on the wire: fetch's URL parser encodes more than encodeURIComponent does, `'` for one. */
function sentBytes(path: string): number {
  const { pathname, search } = new URL(path, 'http://salesforce.invalid');
  return pathname.length + search.length;
}
