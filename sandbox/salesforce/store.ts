import type { SQLOutputValue } from 'node:sqlite';
import type { Database } from '../common/database.ts';
import { isId, isNumber, isText, objectNames, type Field, type ObjectName } from './field.ts';
import { numberedId } from './ids.ts';
import type { Schema } from './schema.ts';
import type { Row, Stored } from './values.ts';

/** What SQLite hands out, as a stored value: this store writes neither blobs nor large integers. */
export function stored(value: SQLOutputValue | undefined): Stored {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function toRow(found: Record<string, SQLOutputValue>): Row {
  const row: Row = {};
  for (const name in found) row[name] = stored(found[name]);
  return row;
}

/** A quoted SQL name. Names come from the schema, never from a request. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function column(field: Field): string {
  const type = isNumber(field.type) ? 'NUMERIC' : field.type === 'boolean' || field.type === 'datetime' ? 'INTEGER' : isText(field.type) ? 'TEXT COLLATE NOCASE' : 'TEXT';
  return `${quoted(field.name)} ${type}`;
}

/** One table per object with a column per field. Text collates without case, so that comparisons and indexes do too. */
export class Store {
  readonly database: Database;
  readonly #schema: Schema;
  readonly #instance: string;

  constructor(database: Database, schema: Schema, instance: string) {
    this.database = database;
    this.#schema = schema;
    this.#instance = instance;
    // SQLite's own lower() and NOCASE know ASCII only; queries with other letters go through this.
    database.raw.function('lower_all', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : text));
    database.exec('CREATE TABLE IF NOT EXISTS counters (object TEXT PRIMARY KEY, n INTEGER NOT NULL)');
    database.exec('CREATE TABLE IF NOT EXISTS deletions (id TEXT PRIMARY KEY, object TEXT NOT NULL, at INTEGER NOT NULL)');
    for (const object of objectNames) this.addColumns(object);
  }

  /** Makes the table and those columns of the schema that it lacks, with an index on every lookup. */
  addColumns(object: ObjectName): void {
    const { fields } = this.#schema.definition(object);
    const table = quoted(object);
    this.database.exec(`CREATE TABLE IF NOT EXISTS ${table} ("Id" TEXT PRIMARY KEY) WITHOUT ROWID`);
    const has = new Set(this.database.raw.prepare(`PRAGMA table_info(${table})`).all().map((one) => String(one['name']).toLowerCase()));
    for (const field of fields) {
      if (has.has(field.name.toLowerCase())) continue;
      this.database.exec(`ALTER TABLE ${table} ADD COLUMN ${column(field)}`);
      if (field.type === 'boolean') this.database.exec(`UPDATE ${table} SET ${quoted(field.name)} = 0`);
      const foreign = field.type === 'reference' && field.referenceTo[0] !== 'User';
      if ((field.idLookup && field.type !== 'id') || foreign) {
        this.database.exec(`CREATE INDEX ${quoted(`${object}_${field.name}`)} ON ${table} (${quoted(field.name)})`);
      }
      if (field.name === 'SystemModstamp') this.database.exec(`CREATE INDEX ${quoted(`${object}_changed`)} ON ${table} ("SystemModstamp", "Id")`);
    }
  }

  nextId(object: ObjectName): string {
    const row = this.database.get('INSERT INTO counters (object, n) VALUES (?, 1) ON CONFLICT (object) DO UPDATE SET n = n + 1 RETURNING n', object);
    return numberedId(this.#schema.definition(object).prefix, this.#instance, Number(row?.['n'] ?? 0));
  }

  insert(object: ObjectName, row: Row): void {
    const { fields } = this.#schema.definition(object);
    const sql = `INSERT INTO ${quoted(object)} (${fields.map((field) => quoted(field.name)).join(', ')}) VALUES (${fields.map(() => '?').join(', ')})`;
    this.database.run(sql, ...fields.map((field) => row[field.name] ?? (field.type === 'boolean' ? 0 : null)));
  }

  update(object: ObjectName, id: string, values: Row): void {
    const names = Object.keys(values).sort();
    this.database.run(`UPDATE ${quoted(object)} SET ${names.map((name) => `${quoted(name)} = ?`).join(', ')} WHERE "Id" = ?`, ...names.map((name) => values[name] ?? null), id);
  }

  /** A row with all columns, deleted ones included. */
  get(object: ObjectName, id: string): Row | undefined {
    const found = this.database.get(`SELECT * FROM ${quoted(object)} WHERE "Id" = ?`, id);
    return found && toRow(found);
  }

  /** Rows whose field has this value: text without case, ids exactly. Deleted rows only if asked for. */
  find(object: ObjectName, field: Field, value: Stored, withDeleted = false): Row[] {
    const name = quoted(field.name);
    const ascii = typeof value !== 'string' || isId(field.type) || !/[^\0-\x7f]/.test(value);
    const live = withDeleted || object === 'User' ? '' : ' AND "IsDeleted" = 0';
    const sql = `SELECT * FROM ${quoted(object)} WHERE ${ascii ? `${name} = ?` : `lower_all(${name}) = ?`}${live} ORDER BY "Id" LIMIT 20`;
    return this.database.all(sql, ascii ? value : value.toLowerCase()).map(toRow);
  }

  /** Ids of live or deleted rows that refer to `id` through a field. */
  referring(object: ObjectName, fieldName: string, id: string): string[] {
    return this.database.all(`SELECT "Id" FROM ${quoted(object)} WHERE ${quoted(fieldName)} = ?`, id).map((row) => String(row['Id']));
  }

  remove(object: ObjectName, id: string): void {
    this.database.run(`DELETE FROM ${quoted(object)} WHERE "Id" = ?`, id);
  }

  logDeletion(object: ObjectName, id: string, at: number): void {
    this.database.run('INSERT OR REPLACE INTO deletions (id, object, at) VALUES (?, ?, ?)', id, object, at);
  }

  forgetDeletion(id: string): void {
    this.database.run('DELETE FROM deletions WHERE id = ?', id);
  }

  count(object: ObjectName): number {
    return Number(this.database.get(`SELECT count(*) AS n FROM ${quoted(object)}`)?.['n'] ?? 0);
  }
}
