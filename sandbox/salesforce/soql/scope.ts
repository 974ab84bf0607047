import { refusal } from '../errors.ts';
import type { Field, ObjectName } from '../field.ts';
import type { ObjectDefinition } from '../objects.ts';
import type { Schema } from '../schema.ts';
import { quoted } from '../store.ts';
import { locate, noSuchColumn, queryError } from './text.ts';

/** A field as a query names it: its SQL column and the relationships passed on the way, in their own spelling. */
export type Resolved = { column: string; field: Field; entity: ObjectName; relationships: string[]; table: string };

/** One FROM with the joins that the field paths of a query ask for. */
export class Scope {
  readonly object: ObjectDefinition;
  readonly table: string;
  readonly #schema: Schema;
  readonly #query: string;
  readonly #alias: string | undefined;
  readonly #joins = new Map<string, { table: string; object: ObjectDefinition; sql: string }>();

  /** `table` is the SQL alias, different for each subquery. Throws INVALID_TYPE for an object that is not there or not visible. */
  constructor(schema: Schema, query: string, name: string, alias: string | undefined, table: string) {
    const object = schema.object(name);
    if (!object) {
      const hint = "If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.";
      throw name === '' ? refusal('MALFORMED_QUERY', 'unexpected token: <EOF>') : queryError('INVALID_TYPE', query, locate(query, [name]), `sObject type '${name}' is not supported. ${hint}`);
    }
    this.object = object;
    this.table = table;
    this.#schema = schema;
    this.#query = query;
    this.#alias = alias?.toLowerCase();
  }

  /** Resolves `Email`, `Account.Name`, `l.Email` or `Lead.Email`. Throws INVALID_FIELD worded as Salesforce does. */
  resolve(path: string): Resolved {
    const parts = path.split('.');
    const first = parts[0]?.toLowerCase();
    if (parts.length > 1 && (first === this.#alias || first === this.object.name.toLowerCase()) && !this.#relationship(this.object, parts[0] ?? '')) parts.shift();
    let at = { table: this.table, object: this.object };
    const relationships: string[] = [];
    for (const name of parts.slice(0, -1)) {
      const field = this.#relationship(at.object, name);
      const target = field?.referenceTo[0] === undefined ? undefined : this.#schema.object(field.referenceTo[0]);
      if (!field || !target) {
        const hint = "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.";
        throw queryError('INVALID_FIELD', this.#query, locate(this.#query, [path]), `Didn't understand relationship '${name}' in field path. ${hint}`);
      }
      relationships.push(field.relationshipName ?? name);
      at = this.#join(relationships.join('.'), at.table, field, target);
    }
    const name = parts.at(-1) ?? '';
    const field = this.#schema.field(at.object.name, name);
    if (!field) throw noSuchColumn(this.#query, path, name, at.object.name);
    return { column: `${at.table}.${quoted(field.name)}`, field, entity: at.object.name, relationships, table: at.table };
  }

  /** FROM with its joins; read it after every path is resolved. */
  from(): string {
    return `${quoted(this.object.name)} AS ${this.table}${[...this.#joins.values()].map((join) => join.sql).join('')}`;
  }

  /** The SQL alias and object of each relationship used so far, keyed by its dotted name. */
  joins(): Map<string, { table: string; object: ObjectDefinition }> {
    return this.#joins;
  }

  #relationship(object: ObjectDefinition, name: string): Field | undefined {
    return this.#schema.fields(object.name).find((field) => field.relationshipName?.toLowerCase() === name.toLowerCase());
  }

  #join(key: string, from: string, field: Field, object: ObjectDefinition): { table: string; object: ObjectDefinition } {
    const known = this.#joins.get(key);
    if (known) return known;
    const table = `${this.table}_${this.#joins.size + 1}`;
    const join = { table, object, sql: ` LEFT JOIN ${quoted(object.name)} AS ${table} ON ${table}."Id" = ${from}.${quoted(field.name)}` };
    this.#joins.set(key, join);
    return join;
  }
}
