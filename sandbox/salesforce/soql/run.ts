import type { SQLOutputValue } from 'node:sqlite';
import type { Database } from '../../common/database.ts';
import { stored } from '../store.ts';
import { printValue } from '../values.ts';
import type { Compiled } from './compile.ts';

/** A record of an answer: `attributes`, then the fields in the query's order, parents nested. */
export type QueryRecord = Record<string, unknown>;

/** Runs a compiled query. `COUNT()` gives the number alone. */
export function run(database: Database, query: Compiled, version: string): { totalSize: number; records: QueryRecord[] } {
  const statement = database.raw.prepare(query.sql);
  statement.setReturnArrays(true);
  const answer: unknown[] = statement.all(...query.values);
  const rows = answer.filter(isArrayRow);
  if (query.kind === 'count') return { totalSize: Number(rows[0]?.[0] ?? 0), records: [] };
  const records = rows.map((row) => toRecord(row, query, version));
  return { totalSize: records.length, records };
}

/** The types of node:sqlite do not follow setReturnArrays. */
function isArrayRow(row: unknown): row is SQLOutputValue[] {
  return Array.isArray(row);
}

function toRecord(row: SQLOutputValue[], query: Compiled, version: string): QueryRecord {
  const attributes = (type: string, id: unknown): QueryRecord => ({ attributes: { type, url: `/services/data/v${version}/sobjects/${type}/${String(id)}` } });
  const record: QueryRecord = query.kind === 'aggregate' ? { attributes: { type: 'AggregateResult' } } : attributes(query.object, row[0]);
  for (const column of query.columns) {
    let target: QueryRecord | undefined = record;
    let path = '';
    for (const name of column.relationships) {
      path = path === '' ? name : `${path}.${name}`;
      const parent = query.parents.get(path);
      const id: SQLOutputValue | undefined = parent && row[parent.idAt];
      const next: unknown = target[name] ?? (parent && typeof id === 'string' ? attributes(parent.object, id) : null);
      target[name] = next;
      target = isRecord(next) ? next : undefined;
      if (!target) break;
    }
    if (target) target[column.name] = printValue(column.field, stored(row[column.at]));
  }
  return record;
}

function isRecord(value: unknown): value is QueryRecord {
  return typeof value === 'object' && value !== null;
}
