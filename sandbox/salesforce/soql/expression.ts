import { refusal } from '../errors.ts';
import { field, isNumber, type Field } from '../field.ts';
import type { Resolved, Scope } from './scope.ts';

/** What a column of a query is: SQL, and the field whose type prints and compares it. */
export type Expression = { sql: string; field: Field; aggregate: boolean; resolved?: Resolved };

const DATE_PARTS: Record<string, { format: string; field: Field }> = {
  DAY_ONLY: { format: '%Y-%m-%d', field: field('DAY_ONLY', 'date') },
  CALENDAR_YEAR: { format: '%Y', field: field('CALENDAR_YEAR', 'int') },
  CALENDAR_MONTH: { format: '%m', field: field('CALENDAR_MONTH', 'int') },
  DAY_IN_MONTH: { format: '%d', field: field('DAY_IN_MONTH', 'int') },
  HOUR_IN_DAY: { format: '%H', field: field('HOUR_IN_DAY', 'int') },
};

/** The SQL of a function call on a field: the aggregates, toLabel, and the commonest date functions. Throws MALFORMED_QUERY for another. */
export function functionExpression(scope: Scope, name: string | undefined, parameters: unknown[]): Expression {
  const upper = (name ?? '').toUpperCase();
  const parameter = parameters[0];
  if (upper === 'COUNT' && parameter === undefined) return { sql: 'count(*)', field: field('COUNT', 'int'), aggregate: true };
  if (typeof parameter !== 'string') throw refusal('MALFORMED_QUERY', `unexpected token: '${name ?? ''}'`);
  const resolved = scope.resolve(parameter);
  const { column } = resolved;
  if (upper === 'COUNT') return { sql: `count(${column})`, field: field('COUNT', 'int'), aggregate: true };
  if (upper === 'COUNT_DISTINCT') return { sql: `count(DISTINCT ${column})`, field: field('COUNT', 'int'), aggregate: true };
  if (upper === 'MIN' || upper === 'MAX') {
    if (resolved.field.type === 'boolean' || !resolved.field.filterable) throw unsupported(upper, resolved.field);
    return { sql: `${upper.toLowerCase()}(${column})`, field: resolved.field, aggregate: true };
  }
  if (upper === 'SUM' || upper === 'AVG') {
    if (!isNumber(resolved.field.type)) throw unsupported(upper, resolved.field);
    return { sql: `${upper.toLowerCase()}(${column})`, field: field(upper, 'double'), aggregate: true };
  }
  if (upper === 'TOLABEL') return { sql: column, field: resolved.field, aggregate: false, resolved };
  const part = DATE_PARTS[upper];
  if (!part) throw refusal('MALFORMED_QUERY', `The sandbox does not know the function ${name ?? ''}`);
  const instant = resolved.field.type === 'datetime' ? `${column} / 1000, 'unixepoch'` : column;
  const text = `strftime('${part.format}', ${instant})`;
  return { sql: part.field.type === 'int' ? `CAST(${text} AS INTEGER)` : text, field: part.field, aggregate: false };
}

function unsupported(name: string, of: Field): Error {
  return refusal('MALFORMED_QUERY', `field ${of.name} does not support aggregate operator ${name}`);
}

export function fieldExpression(scope: Scope, path: string): Expression {
  const resolved = scope.resolve(path);
  return { sql: resolved.column, field: resolved.field, aggregate: false, resolved };
}
