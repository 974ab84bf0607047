import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

/** One SQLite database with a cache of prepared statements. */
export class Database {
  readonly raw: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(raw: DatabaseSync) {
    this.raw = raw;
  }

  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.raw.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.prepare(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.prepare(sql).all(...values);
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.prepare(sql).run(...values);
  }

  exec(sql: string): void {
    this.raw.exec(sql);
  }

  /** Runs `work` in one transaction (savepoints when nested); an exception undoes what it wrote. */
  transaction<T>(work: () => T): T {
    const name = `t${this.#depth}`;
    this.#depth += 1;
    this.raw.exec(this.#depth === 1 ? 'BEGIN' : `SAVEPOINT ${name}`);
    try {
      const result = work();
      this.raw.exec(this.#depth === 1 ? 'COMMIT' : `RELEASE ${name}`);
      return result;
    } catch (error) {
      this.raw.exec(this.#depth === 1 ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.raw.isOpen) this.raw.close();
  }
}

/** Opens `file`, or a database in memory. A sandbox may lose its last moments in a power cut, so it never waits for the disk. */
export function openDatabase(file = ':memory:'): Database {
  const raw = new DatabaseSync(file);
  raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;');
  return new Database(raw);
}
