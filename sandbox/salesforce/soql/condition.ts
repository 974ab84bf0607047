import type { SQLInputValue } from 'node:sqlite';
import { refusal } from '../errors.ts';
import { isDate } from '../values.ts';
import { isId, isNumber, isText, type Field } from '../field.ts';
import { normalId } from '../ids.ts';
import { dateLiteral, dayOf } from './dates.ts';
import { unescape } from './text.ts';

/** A piece of SQL with the values of its question marks, in their order. */
export type Sql = { text: string; values: SQLInputValue[] };
export type Literal = { type: string; text: string };

const sql = (text: string, ...values: SQLInputValue[]): Sql => ({ text, values });
const COMPARE = new Set(['=', '!=', '<', '>', '<=', '>=']);

/**
 * One condition on a column. SOQL has two truth values: `!=`, NOT IN and EXCLUDES hold for blank fields too. Throws INVALID_FIELD for a literal of
 * the wrong type and INVALID_QUERY_FILTER_OPERATOR for an operator that the field does not know.
 */
export function condition(field: Field, column: string, operator: string, literals: Literal[], now: number): Sql {
  if (!field.filterable) throw refusal('INVALID_FIELD', `field '${field.name}' can not be filtered in a query call`);
  if (operator === 'INCLUDES' || operator === 'EXCLUDES') return includes(field, column, operator, literals);
  if (operator === 'IN' || operator === 'NOT IN') return list(field, column, operator === 'NOT IN', literals, now);
  const literal = literals[0];
  if (!literal) throw refusal('MALFORMED_QUERY', 'unexpected token: <EOF>');
  if (literal.type === 'NULL' || literal.text === "''") return blank(field, column, operator);
  if (operator === 'LIKE') return like(field, column, literal);
  if (!COMPARE.has(operator) || (field.type === 'boolean' && operator !== '=' && operator !== '!=')) throw badOperator();
  if (literal.type.startsWith('DATE_')) return within(field, column, operator, literal, now);
  const value = valueOf(field, literal);
  const [left, right] = caseless(field, column, value);
  if (operator === '!=') return sql(`${left} IS NOT ?`, right);
  return sql(`${left} ${operator} ?`, right);
}

function blank(field: Field, column: string, operator: string): Sql {
  if (operator === '=' || operator === 'LIKE') return sql(`${column} IS NULL`);
  if (operator === '!=') return sql(`${column} IS NOT NULL`);
  throw field.type === 'multipicklist' ? badOperator() : refusal('INVALID_QUERY_FILTER_OPERATOR', `field '${field.name}' can not be compared with null by ${operator}`);
}

function like(field: Field, column: string, literal: Literal): Sql {
  if (!isText(field.type) || field.type === 'multipicklist') throw badOperator();
  if (literal.type !== 'STRING') throw wrongType(field, 'string', 'should be enclosed in quotes');
  const [left, right] = caseless(field, column, text(literal, true));
  return sql(`${left} LIKE ? ESCAPE '\\'`, right);
}

function list(field: Field, column: string, negated: boolean, literals: Literal[], now: number): Sql {
  if (literals.some((literal) => literal.type.startsWith('DATE_'))) {
    const each = literals.map((literal) => condition(field, column, '=', [literal], now));
    const any = sql(`(${each.map((one) => one.text).join(' OR ')})`, ...each.flatMap((one) => one.values));
    return negated ? sql(`NOT ifnull(${any.text}, 0)`, ...any.values) : any;
  }
  const withBlank = literals.some((literal) => literal.type === 'NULL' || literal.text === "''");
  const values = literals.filter((literal) => literal.type !== 'NULL' && literal.text !== "''").map((literal) => valueOf(field, literal));
  const foreign = values.some((value) => typeof value === 'string' && isText(field.type) && !isAscii(value));
  const left = foreign ? `lower_all(${column})` : column;
  const within = `${left} IN (SELECT value FROM json_each(?))`;
  const json = JSON.stringify(foreign ? values.map((value) => (typeof value === 'string' ? value.toLowerCase() : value)) : values);
  if (negated) return sql(withBlank ? `(${column} IS NOT NULL AND NOT ${within})` : `(${column} IS NULL OR NOT ${within})`, json);
  return sql(withBlank ? `(${column} IS NULL OR ${within})` : within, json);
}

/** A multi-select picklist holds all values of one of the alternatives, each written `a;b`. */
function includes(field: Field, column: string, operator: string, literals: Literal[]): Sql {
  if (field.type !== 'multipicklist') throw badOperator();
  const values: SQLInputValue[] = [];
  const alternatives = literals.map((literal) => {
    const parts = text(literal).split(';').map((one) => one.trim()).filter(Boolean);
    values.push(...parts.map((part) => `;${part.toLowerCase()};`));
    return `(${parts.map(() => `instr(';' || lower_all(${column}) || ';', ?) > 0`).join(' AND ') || '0'})`;
  });
  const any = `ifnull(${alternatives.join(' OR ')}, 0)`;
  return { text: operator === 'INCLUDES' ? any : `NOT ${any}`, values };
}

/** A date literal against a day or an instant: `=` means within the span, `<` before it, `>` after it. */
function within(field: Field, column: string, operator: string, literal: Literal, now: number): Sql {
  const span = dateLiteral(literal.text, now);
  if (!span || (field.type !== 'date' && field.type !== 'datetime')) throw wrongType(field, soapType(field), 'should not be a date literal');
  const [start, end] = field.type === 'date' ? [dayOf(span.start), dayOf(span.end)] : [span.start, span.end];
  if (operator === '=') return sql(`(${column} >= ? AND ${column} < ?)`, start, end);
  if (operator === '!=') return sql(`(${column} IS NULL OR ${column} < ? OR ${column} >= ?)`, start, end);
  if (operator === '<') return sql(`${column} < ?`, start);
  if (operator === '>=') return sql(`${column} >= ?`, start);
  // Everybody writes "> LAST_N_DAYS:30" and gets the last 30 days, so here the start counts (unverified); "> LAST_WEEK" is after that week.
  if (literal.text.toUpperCase().startsWith('LAST_N_')) return sql(`${column} ${operator} ?`, start);
  return operator === '>' ? sql(`${column} >= ?`, end) : sql(`${column} < ?`, end);
}

function valueOf(field: Field, literal: Literal): string | number {
  if (isId(field.type)) {
    const id = literal.type === 'STRING' ? normalId(text(literal)) : undefined;
    if (id === undefined) throw refusal('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${literal.type === 'STRING' ? text(literal) : literal.text}`);
    return id;
  }
  if (isText(field.type)) {
    if (literal.type !== 'STRING') throw wrongType(field, 'string', 'should be enclosed in quotes');
    return text(literal);
  }
  const quotes = 'should not be enclosed in quotes';
  if (isNumber(field.type)) {
    if (literal.type !== 'INTEGER' && literal.type !== 'DECIMAL') throw wrongType(field, soapType(field), quotes);
    return Number(literal.text);
  }
  if (field.type === 'boolean') {
    if (literal.type !== 'BOOLEAN') throw wrongType(field, 'boolean', quotes);
    return literal.text.toUpperCase() === 'TRUE' ? 1 : 0;
  }
  if (field.type === 'date') {
    if (literal.type !== 'DATE' || !isDate(literal.text)) throw wrongType(field, 'date', quotes);
    return literal.text;
  }
  const ms = literal.type === 'DATETIME' ? Date.parse(literal.text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : Number.NaN;
  if (Number.isNaN(ms)) throw wrongType(field, 'dateTime', quotes);
  return ms;
}

function text(literal: Literal, pattern = false): string {
  const value = unescape(literal.text, pattern);
  if (value === undefined) throw refusal('MALFORMED_QUERY', `Invalid string literal ${literal.text}. Illegal character sequence in string literal.`);
  return value;
}

/** SQLite's collation knows the case of ASCII letters alone; others are compared through a function, which costs the index. */
function caseless(field: Field, column: string, value: string | number): [string, string | number] {
  return typeof value !== 'string' || !isText(field.type) || isAscii(value) ? [column, value] : [`lower_all(${column})`, value.toLowerCase()];
}

function isAscii(value: string): boolean {
  return !/[^\0-\x7f]/.test(value);
}

function soapType(field: Field): string {
  return field.type === 'datetime' ? 'dateTime' : field.type === 'currency' ? 'double' : isText(field.type) ? 'string' : field.type;
}

function wrongType(field: Field, type: string, rest: string): Error {
  return refusal('INVALID_FIELD', `value of filter criterion for field '${field.name}' must be of type ${type} and ${rest}`);
}

function badOperator(): Error {
  return refusal('INVALID_QUERY_FILTER_OPERATOR', 'invalid operator');
}
