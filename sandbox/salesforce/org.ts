import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import { Tokens } from '../common/tokens.ts';
import { WriteLog } from '../common/writes.ts';
import { QueryJobs } from './bulk/query-jobs.ts';
import { ChangeLog, type Change } from './cdc/log.ts';
import { cdcSettings } from './cdc/settings.ts';
import { Cursors } from './cursors.ts';
import { objectNames } from './field.ts';
import { to18 } from './ids.ts';
import type { ObjectDefinition } from './objects.ts';
import { Rules, rulesState } from './rules.ts';
import { savedSchema, Schema } from './schema.ts';
import { Store } from './store.ts';
import type { Row } from './values.ts';

const identity = z.object({ orgId: z.string(), instance: z.string(), integrationUser: z.string(), person: z.string() });
export type Identity = z.output<typeof identity>;

/** Points on which the real answer could not be confirmed, so that a client can be tried against either. */
export const behaviour = z.strictObject({
  /** A row of a collection that names an unknown field or a value of the wrong type fails alone, or its whole request does. */
  collectionParseErrors: z.enum(['row', 'request']),
  /** Whether a conversion copies the external id from the Lead to the Contact. */
  copyExternalId: z.boolean(),
  /** Whether a refresh hands out a new refresh token and revokes the old one. */
  rotateRefreshTokens: z.boolean(),
  /** How long the save of a Contact keeps others from saving Contacts of its Account, in ms. */
  accountLockMs: z.number().min(0),
});

/** A Salesforce org: who it is, its fields, rules, records and sessions. */
export class Org {
  readonly clock: Clock;
  readonly database: Database;
  identity: Identity;
  schema: Schema;
  rules: Rules;
  store: Store;
  tokens: Tokens;
  cursors: Cursors;
  readonly queryJobs: QueryJobs;
  readonly changes: ChangeLog;
  readonly writes: WriteLog;
  #busy: Promise<void> | undefined;
  behaviour: z.output<typeof behaviour> = { collectionParseErrors: 'row', copyExternalId: false, rotateRefreshTokens: false, accountLockMs: 0 };

  /** Opens the org kept in the database, or makes an empty one with a new identity. */
  constructor(database: Database, clock: Clock) {
    this.clock = clock;
    this.database = database;
    database.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
    const kept = this.#load('identity');
    this.identity = kept === undefined ? newIdentity() : identity.parse(kept);
    const schema = this.#load('schema');
    this.schema = new Schema(schema === undefined ? undefined : savedSchema.parse(schema));
    const rules = this.#load('rules');
    this.rules = new Rules(rules === undefined ? undefined : rulesState.parse(rules));
    this.store = new Store(database, this.schema, this.identity.instance);
    this.tokens = new Tokens(clock, database);
    this.cursors = new Cursors(clock);
    this.queryJobs = new QueryJobs(database, clock);
    this.changes = new ChangeLog(database, clock, cdcSettings());
    this.writes = new WriteLog(database, clock);
    if (kept === undefined) this.#save('identity', this.identity);
  }

  /** Whether somebody has put the org's users in yet. */
  get seeded(): boolean {
    return this.store.count('User') > 0;
  }

  /** Empties the org and makes it another one: new org id, new record ids, no sessions. */
  reset(): void {
    for (const table of [...objectNames, 'counters', 'deletions', 'changes', 'query_jobs', 'query_rows', 'tokens', 'meta']) this.database.exec(`DROP TABLE IF EXISTS "${table}"`);
    this.database.exec('CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)');
    this.identity = newIdentity();
    this.schema = new Schema();
    this.rules = new Rules();
    this.store = new Store(this.database, this.schema, this.identity.instance);
    this.tokens = new Tokens(this.clock, this.database);
    this.cursors = new Cursors(this.clock);
    this.queryJobs.create();
    this.changes.create();
    this.writes.clear();
    this.#save('identity', this.identity);
  }

  setUsers(integrationUser: string, person: string): void {
    this.identity = { ...this.identity, integrationUser, person };
    this.#save('identity', this.identity);
  }

  /** Keeps a change of fields, permissions or rules in the file. */
  saveSetup(): void {
    this.#save('schema', this.schema);
    this.#save('rules', this.rules);
  }

  /** Calls `act` at once, or as soon as no composite request is in the middle of its transaction. */
  whenFree(act: () => void): void {
    if (this.#busy) void this.#busy.then(() => this.whenFree(act));
    else act();
  }

  /** Keeps all other requests waiting until the function that it answers is called. */
  async takeTurn(): Promise<() => void> {
    return new Promise((resolve) => {
      this.whenFree(() => {
        const turn = Promise.withResolvers<void>();
        this.#busy = turn.promise;
        resolve(() => {
          this.#busy = undefined;
          this.#endTransaction();
          turn.resolve();
        });
      });
    });
  }

  /** Has a save told by change events, and notes it in the log of writes. */
  note(object: ObjectDefinition, id: string, change: Change): void {
    const { type, before = {}, after, by } = change;
    const fields = Object.fromEntries(Object.entries(after).filter(([name, value]) => !STAMPS.has(name) && value !== (before[name] ?? null)));
    this.writes.note({ object: object.name, id, kind: KINDS[type], by: by.person ? 'person' : 'api', client: by.client, fields });
    this.changes.note(object, id, change);
  }

  #endTransaction(): void {
    this.changes.endTransaction();
    this.rules.endTransaction(this.clock.now() + this.behaviour.accountLockMs);
  }

  /** Runs `work` in one transaction; inside a composite request's, whose steps are not one call, in a savepoint of it. */
  transaction<T>(work: () => T): T {
    if (!this.database.raw.isTransaction) {
      try {
        return this.database.transaction(work);
      } finally {
        this.#endTransaction();
      }
    }
    this.database.exec('SAVEPOINT part');
    try {
      const result = work();
      this.database.exec('RELEASE part');
      return result;
    } catch (error) {
      this.database.exec('ROLLBACK TO part; RELEASE part');
      throw error;
    }
  }

  /** The time as it is stamped on records: whole seconds, as Salesforce stores them. */
  stamp(): number {
    return Math.floor(this.clock.now() / 1000) * 1000;
  }

  #load(key: string): unknown {
    const row = this.database.get('SELECT value FROM meta WHERE key = ?', key);
    return row === undefined ? undefined : JSON.parse(String(row['value']));
  }

  #save(key: string, value: unknown): void {
    this.database.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, JSON.stringify(value));
  }
}

const STAMPS: ReadonlySet<keyof Row> = new Set(['CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp']);
const KINDS = { CREATE: 'create', UPDATE: 'update', DELETE: 'delete', UNDELETE: 'undelete' } as const;

function newIdentity(): Identity {
  const text = randomBytes(12).toString('base64').replaceAll(/[^A-Za-z0-9]/g, 'x');
  return { orgId: to18(`00D${text.slice(0, 5)}0000000`), instance: `${text.slice(5, 7)}0`, integrationUser: '', person: '' };
}
