import type { SQLInputValue } from 'node:sqlite';
import { parseQuery, type ConditionWithValueQuery, type FieldType, type GroupByClause, type OrderByClause, type Query } from '@jetstreamapp/soql-parser-js';
import { refusal } from '../errors.ts';
import type { Field, ObjectName } from '../field.ts';
import type { Schema } from '../schema.ts';
import { condition, type Sql } from './condition.ts';
import { fieldExpression, functionExpression, type Expression } from './expression.ts';
import { Scope } from './scope.ts';
import { countNots, locate, queryError, syntaxError } from './text.ts';
import { functionOf, literalsOf, logic } from './where.ts';

/** A column of the answer: where it lies in the SQL row, and under which relationships and name it is printed. */
export type Column = { at: number; relationships: string[]; name: string; field: Field };
/** A parent record of the answer: its object, and where its id lies in the SQL row. */
export type Parent = { object: ObjectName; idAt: number };

export type Compiled = {
  object: ObjectName;
  sql: string;
  values: SQLInputValue[];
  kind: 'count' | 'aggregate' | 'records';
  columns: Column[];
  parents: Map<string, Parent>;
};

export type Options = { now: number; withDeleted: boolean };

/** Parses a SOQL query and compiles it to SQL with bound values. Throws SalesforceError worded as Salesforce words it. */
export function compile(schema: Schema, soql: string, options: Options): Compiled {
  if (soql.trim() === '') throw refusal('MALFORMED_QUERY', 'unexpected token: \'<EOF>\'');
  let query: Query;
  try {
    // The parser's literals end at the two line separators of Unicode.
    query = parseQuery(soql.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`));
  } catch (error) {
    throw syntaxError(soql, error);
  }
  // The parser loses one of three NOTs in a row: better no answer than a wrong one.
  if (countNots(soql) !== JSON.stringify(query).split('"operator":"NOT"').length - 1) throw refusal('MALFORMED_QUERY', 'The sandbox does not read three NOTs in a row');
  return new Compilation(schema, soql, options).compile(query);
}

class Compilation {
  readonly #schema: Schema;
  readonly #soql: string;
  readonly #options: Options;
  #tables = 0;

  constructor(schema: Schema, soql: string, options: Options) {
    this.#schema = schema;
    this.#soql = soql;
    this.#options = options;
  }

  compile(query: Query): Compiled {
    const scope = this.#scope(query);
    const object = scope.object.name;
    const selected = this.#expand(scope, query).map((one) => this.#select(scope, one));
    const groups = array<GroupByClause>(query.groupBy).map((one) =>
      'fn' in one ? functionExpression(scope, one.fn.functionName, one.fn.parameters ?? []) : fieldExpression(scope, one.field));
    const countOnly = selected.length === 1 && selected[0]?.sql === 'count(*)' && groups.length === 0;
    const aggregate = groups.length > 0 || selected.some((one) => one.aggregate);
    if (aggregate) this.#demandGrouped(selected, groups);

    const where = this.#where(scope, query);
    const having = query.having ? logic(this.#soql, query.having, (one) => this.#condition(scope, one)) : undefined;
    const order = array<OrderByClause>(query.orderBy).map((one) => this.#orderBy(scope, one));
    const columns: Column[] = [];
    const parents = new Map<string, Parent>();
    const list = aggregate ? [] : [`${scope.table}."Id"`];
    let unnamed = 0;
    for (const one of selected) {
      const name = one.alias ?? (aggregate && !one.resolved ? `expr${unnamed++}` : (one.resolved?.field.name ?? one.field.name));
      const path = [...(one.resolved?.relationships ?? []), name].join('.');
      if (!aggregate && columns.some((column) => [...column.relationships, column.name].join('.') === path)) throw refusal('INVALID_FIELD', `duplicate field selected: ${path}`);
      columns.push({ at: list.length, relationships: aggregate ? [] : (one.resolved?.relationships ?? []), name, field: one.field });
      list.push(one.sql);
    }
    for (const [path, join] of scope.joins()) {
      if (aggregate || !columns.some((column) => `${column.relationships.join('.')}.`.startsWith(`${path}.`))) continue;
      parents.set(path, { object: join.object.name, idAt: list.length });
      list.push(`${join.table}."Id"`);
    }
    if (order.length === 0 && !aggregate) order.push(`${scope.table}."Id"`);
    const sql = [
      `SELECT ${list.join(', ')} FROM ${scope.from()}`,
      where.text === '' ? '' : `WHERE ${where.text}`,
      groups.length > 0 ? `GROUP BY ${groups.map((one) => one.sql).join(', ')}` : '',
      having ? `HAVING ${having.text}` : '',
      order.length > 0 && !countOnly ? `ORDER BY ${order.join(', ')}` : '',
      this.#limit(query, countOnly),
    ].filter((part) => part !== '').join(' ');
    return {
      object, columns, parents, kind: countOnly ? 'count' : aggregate ? 'aggregate' : 'records',
      sql: countOnly && query.limit !== undefined ? `SELECT min(n, ${query.limit}) FROM (${sql.replace('count(*)', 'count(*) AS n')})` : sql,
      values: [...where.values, ...(having?.values ?? [])],
    };
  }

  #scope(query: Query): Scope {
    return new Scope(this.#schema, this.#soql, query.sObject ?? '', query.sObjectAlias, `t${this.#tables++}`);
  }

  /** FIELDS(ALL), FIELDS(STANDARD) and FIELDS(CUSTOM) become the fields they stand for. */
  #expand(scope: Scope, query: Query): FieldType[] {
    return (query.fields ?? []).flatMap((one) => {
      if (one.type !== 'FieldFunctionExpression' || one.functionName.toUpperCase() !== 'FIELDS') return [one];
      const which = (typeof one.parameters[0] === 'string' ? one.parameters[0] : '').toUpperCase();
      if (which !== 'STANDARD' && (query.limit === undefined || query.limit > 200)) {
        throw refusal('MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200');
      }
      const custom = (name: string): boolean => name.endsWith('__c');
      const fields = this.#schema.fields(scope.object.name).filter(({ name }) => which === 'ALL' || custom(name) === (which === 'CUSTOM'));
      return fields.map((each): FieldType => ({ type: 'Field', field: each.name }));
    });
  }

  #select(scope: Scope, one: FieldType): Expression & { alias?: string | undefined } {
    if (one.type === 'Field') return { ...fieldExpression(scope, one.field), alias: one.alias };
    if (one.type === 'FieldRelationship') return { ...fieldExpression(scope, [...one.relationships, one.field].join('.')), alias: 'alias' in one ? one.alias : undefined };
    if (one.type === 'FieldFunctionExpression') return { ...functionExpression(scope, one.functionName, one.parameters), alias: one.alias };
    throw refusal('MALFORMED_QUERY', 'The sandbox knows neither subqueries for child records nor TYPEOF in SELECT');
  }

  #demandGrouped(selected: Expression[], groups: Expression[]): void {
    const grouped = new Set(groups.map((one) => one.sql));
    const loose = selected.find((one) => !one.aggregate && !grouped.has(one.sql));
    if (!loose) return;
    const name = loose.resolved?.field.name ?? loose.field.name;
    throw queryError('MALFORMED_QUERY', this.#soql, locate(this.#soql, [name]), `Field must be grouped or aggregated: ${name}`);
  }

  #where(scope: Scope, query: Query): Sql {
    const live = this.#options.withDeleted || scope.object.name === 'User' ? '' : `${scope.table}."IsDeleted" = 0`;
    if (!query.where) return { text: live, values: [] };
    const asked = logic(this.#soql, query.where, (one) => this.#condition(scope, one));
    return { text: live === '' ? asked.text : `${live} AND ${asked.text}`, values: asked.values };
  }

  #condition(scope: Scope, one: ConditionWithValueQuery): Sql {
    if ('valueQuery' in one) return this.#semiJoin(scope, one.field, one.operator, one.valueQuery);
    if (!('operator' in one)) throw refusal('MALFORMED_QUERY', 'unexpected token: NOT');
    const fn = functionOf(one);
    const left = fn ? functionExpression(scope, fn.functionName, fn.parameters ?? []) : 'field' in one ? fieldExpression(scope, one.field) : undefined;
    if (!left) throw refusal('MALFORMED_QUERY', 'unexpected token');
    return condition(left.field, left.sql, one.operator, literalsOf(one), this.#options.now);
  }

  #semiJoin(outer: Scope, path: string, operator: string, query: Query): Sql {
    const { column } = outer.resolve(path);
    const scope = this.#scope(query);
    const [only, ...more] = (query.fields ?? []).map((one) => this.#select(scope, one));
    if (!only || more.length > 0 || only.aggregate) throw refusal('MALFORMED_QUERY', 'Nested queries must select exactly one field');
    const where = this.#where(scope, query);
    const inner = `SELECT ${only.sql} FROM ${scope.from()} WHERE ${only.sql} IS NOT NULL${where.text === '' ? '' : ` AND ${where.text}`}`;
    const text = operator === 'NOT IN' ? `(${column} IS NULL OR ${column} NOT IN (${inner}))` : `${column} IN (${inner})`;
    return { text, values: where.values };
  }

  /** Blank fields come first unless NULLS LAST is asked for, whatever the direction. */
  #orderBy(scope: Scope, one: OrderByClause): string {
    const by = 'fn' in one ? functionExpression(scope, one.fn.functionName, one.fn.parameters ?? []) : fieldExpression(scope, one.field);
    if (!by.field.filterable) throw refusal('MALFORMED_QUERY', `field '${by.field.name}' can not be sorted in a query call`);
    const blanks = by.field.nillable ? ` NULLS ${one.nulls ?? 'FIRST'}` : '';
    return `${by.sql} ${one.order ?? 'ASC'}${blanks}`;
  }

  #limit(query: Query, countOnly: boolean): string {
    if (query.offset !== undefined && query.offset > 2000) throw refusal('NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000');
    if (countOnly || (query.limit === undefined && query.offset === undefined)) return '';
    return `LIMIT ${query.limit ?? -1} OFFSET ${query.offset ?? 0}`;
  }
}

function array<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
