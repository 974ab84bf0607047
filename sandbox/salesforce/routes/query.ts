import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Cursor } from '../cursors.ts';
import { refusal } from '../errors.ts';
import type { Org } from '../org.ts';
import { compile } from '../soql/compile.ts';
import { run } from '../soql/run.ts';
import { options, param, queryParam, versionOf } from './request.ts';

const path = '/services/data/:version';
const PAGE = 2000;
const SMALLEST_PAGE = 200;

/** `/query`, `/queryAll` and their further pages, which for both are under `/query/`, as in Salesforce. */
export function queryRoutes(app: FastifyInstance, org: Org): void {
  const answer = (withDeleted: boolean) => (request: FastifyRequest): unknown => {
    const soql = queryParam(request, 'q');
    if (soql === undefined) throw refusal('MALFORMED_QUERY', 'A query string has to be specified');
    const query = compile(org.schema, soql, { now: org.clock.now(), withDeleted });
    const { totalSize, records } = run(org.database, query, versionOf(request));
    const wide = query.columns.filter((column) => column.field.length > 4099).length >= 2;
    const asked = Number(options(request, 'sforce-query-options').get('batchsize'));
    const batch = wide ? SMALLEST_PAGE : Number.isNaN(asked) ? PAGE : Math.min(Math.max(asked, SMALLEST_PAGE), PAGE);
    if (records.length <= batch) return { totalSize, done: true, records };
    return page(org.cursors.open(records, batch), 0, versionOf(request));
  };
  const next = (request: FastifyRequest): unknown => {
    const { cursor, offset } = org.cursors.find(param(request, 'locator'));
    return page(cursor, offset, versionOf(request));
  };
  app.get(`${path}/query`, answer(false));
  app.get(`${path}/queryAll`, answer(true));
  app.get(`${path}/query/:locator`, next);
  app.get(`${path}/queryAll/:locator`, next);
}

function page(cursor: Cursor, offset: number, version: string): unknown {
  const end = offset + cursor.batch;
  const done = end >= cursor.records.length;
  const next = done ? {} : { nextRecordsUrl: `/services/data/v${version}/query/${cursor.locator}-${end}` };
  return { totalSize: cursor.records.length, done, ...next, records: cursor.records.slice(offset, end) };
}
