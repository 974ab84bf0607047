import { randomInt, randomUUID } from 'node:crypto';
import type { Clock } from '../../common/clock.ts';
import type { Database } from '../../common/database.ts';
import { Random } from '../../common/random.ts';
import type { ObjectDefinition } from '../objects.ts';
import type { Row } from '../values.ts';
import { allFields, changedFields, noFields, type EventFields } from './fields.ts';
import { captured, type Captured, type CdcSettings } from './settings.ts';

export type ChangeType = 'CREATE' | 'UPDATE' | 'DELETE' | 'UNDELETE';
export type Header = {
  entityName: Captured; recordIds: string[]; changeType: string; changeOrigin: string; transactionKey: string; sequenceNumber: number;
  commitTimestamp: number; commitNumber: number; commitUser: string; changedFields: string[]; nulledFields: string[];
};
export type ChangeEvent = { replayId: number; header: Header; values: Record<string, unknown> };
/** One record as a save left it, and who saved: `client` is that of the call options; a person's change has no origin. */
export type Change = {
  type: ChangeType; before: Row | undefined; after: Row; touched?: boolean;
  by: { userId: string; person?: boolean; version: string; client?: string | undefined };
};

const KEPT_MS = 72 * 3600 * 1000;

/** The events of captured changes, for 72 hours. They are written in the change's own transaction, so that one rolled back leaves none. */
export class ChangeLog {
  readonly #database: Database;
  readonly #clock: Clock;
  settings: CdcSettings;
  /** Called with the ms until the event that was written may be delivered. */
  onEvent: (ms: number) => void = () => undefined;
  #random: Random;
  #latest = 0;
  #transaction: { key: string; events: Map<string, { replayId: number; type: ChangeType; before: Row | undefined; sequence: number }> } | undefined;

  constructor(database: Database, clock: Clock, settings: CdcSettings) {
    this.#database = database;
    this.#clock = clock;
    this.settings = settings;
    this.#random = new Random(settings.random);
    this.create();
  }

  /** Makes the table; after a reset of the org anew, with ids that the former one did not have. */
  create(): void {
    this.#database.exec('CREATE TABLE IF NOT EXISTS changes (replayId INTEGER PRIMARY KEY, object TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL, visibleAt INTEGER NOT NULL, event TEXT NOT NULL)');
    this.#database.exec('CREATE INDEX IF NOT EXISTS changes_kept ON changes (at); CREATE INDEX IF NOT EXISTS changes_of ON changes (object, replayId);');
    this.#database.run("INSERT OR IGNORE INTO counters (object, n) VALUES ('replayId', ?)", randomInt(100_000, 9_000_000));
  }

  set(settings: CdcSettings): void {
    if (settings.random !== this.settings.random) this.#random = new Random(settings.random);
    this.settings = settings;
  }

  /** Writes the event of a change. Several of one record in one transaction make one event, of the first's type (Salesforce, "General Considerations"). */
  note(object: ObjectDefinition, id: string, { type, before, after, touched = true, by }: Change): void {
    const name = captured.find((one) => one === object.name);
    if (!name || !this.settings.enabled[name]) return;
    this.#transaction ??= { key: randomUUID(), events: new Map() };
    const { key, events } = this.#transaction;
    const earlier = events.get(id);
    const still = earlier && earlier.type !== 'DELETE' && type === 'UPDATE' && this.#database.get('SELECT 1 FROM changes WHERE replayId = ? AND record = ?', earlier.replayId, id);
    const first = earlier && still ? earlier : { replayId: this.#nextId(), type, before, sequence: events.size + 1 };
    events.set(id, first);
    const origin = by.person ? '' : `com/salesforce/api/rest/${by.version}${by.client === undefined ? '' : `;client=${by.client}`}`;
    this.#write(name, id, first.replayId, fieldsOf(object, first.type, first.before, after, touched), {
      changeType: first.type, changeOrigin: origin, transactionKey: key, sequenceNumber: first.sequence, commitUser: by.userId,
    });
  }

  /** Writes an event without fields: of these records, of a whole object (`003*`), or of changes too many to tell. */
  gap(object: Captured, recordIds: string[], changeType: string): void {
    const more = { changeType, changeOrigin: '', transactionKey: randomUUID(), sequenceNumber: 1, commitUser: '' };
    this.#write(object, recordIds, this.#nextId(), noFields, more);
  }

  /** What follows belongs to another transaction. */
  endTransaction(): void {
    this.#transaction = undefined;
  }

  /** The channel's deliverable events after `replayId`, oldest first. */
  after(object: Captured, replayId: number, most: number): ChangeEvent[] {
    const now = this.#now();
    const rows = this.#database.all(
      'SELECT replayId, event FROM changes WHERE object = ? AND replayId > ? AND visibleAt <= ? AND at >= ? ORDER BY replayId LIMIT ?', object, replayId, now, now - KEPT_MS, most,
    );
    return rows.map(eventOf);
  }

  /** What was committed at `at` (epoch ms) or later, whether deliverable or not, oldest first. */
  committed(at: number): ChangeEvent[] {
    return this.#database.all('SELECT replayId, event FROM changes WHERE at >= ? ORDER BY replayId', at).map(eventOf);
  }

  /** Where a subscription starts: after what is deliverable now for -1, before all for -2; undefined for an id that is not kept. */
  start(object: Captured, replayId: number): number | undefined {
    if (replayId === -2) return 0;
    const now = this.#now();
    if (replayId === -1) return Number(this.#database.get('SELECT max(replayId) AS last FROM changes WHERE object = ? AND visibleAt <= ?', object, now)?.['last'] ?? 0);
    return this.#database.get('SELECT 1 FROM changes WHERE object = ? AND replayId = ? AND at >= ?', object, replayId, now - KEPT_MS) && replayId;
  }

  count(object: Captured): number {
    return Number(this.#database.get('SELECT count(*) AS n FROM changes WHERE object = ? AND at >= ?', object, this.#clock.now() - KEPT_MS)?.['n']);
  }

  /** For what is deliverable: a machine's clock that is set back by a moment takes nothing back. */
  #now(): number {
    this.#latest = Math.max(this.#latest, this.#clock.now());
    return this.#latest;
  }

  /** Ascending, but not contiguous: clients must not count. */
  #nextId(): number {
    const row = this.#database.get("UPDATE counters SET n = n + ? WHERE object = 'replayId' RETURNING n", 1 + this.#random.int(9));
    return Number(row?.['n']);
  }

  #write(object: Captured, ids: string | string[], replayId: number, fields: EventFields, more: Omit<Header, 'entityName' | 'recordIds' | 'commitTimestamp' | 'commitNumber' | 'changedFields' | 'nulledFields'>): void {
    const now = this.#clock.now();
    const [from, to] = this.settings.delayMs;
    // The bus keeps the order: nothing overtakes an event that takes longer.
    const last = this.#database.get('SELECT visibleAt FROM changes WHERE object = ? AND replayId < ? ORDER BY replayId DESC LIMIT 1', object, replayId)?.['visibleAt'];
    const visibleAt = Math.max(Number(last ?? 0), this.#now() + from + Math.floor(this.#random.next() * (to - from + 1)));
    const { changedFields, nulledFields, values } = fields;
    const recordIds = typeof ids === 'string' ? [ids] : ids;
    const header: Header = { entityName: object, recordIds, ...more, commitTimestamp: now, commitNumber: 72_000_000_000 + replayId, changedFields, nulledFields };
    this.#database.run('DELETE FROM changes WHERE at < ?', now - KEPT_MS);
    this.#database.run(
      'INSERT OR REPLACE INTO changes (replayId, object, record, at, visibleAt, event) VALUES (?, ?, ?, ?, ?, ?)', replayId, object, recordIds[0] ?? '', now, visibleAt, JSON.stringify({ header, values }),
    );
    this.onEvent(visibleAt - this.#now());
  }
}

const eventOf = (row: Record<string, unknown>): ChangeEvent => ({ ...(JSON.parse(String(row['event'])) as Omit<ChangeEvent, 'replayId'>), replayId: Number(row['replayId']) });

function fieldsOf(object: ObjectDefinition, type: ChangeType, before: Row | undefined, after: Row, touched: boolean): EventFields {
  if (type === 'DELETE') return noFields;
  return type === 'UPDATE' ? changedFields(object, before ?? {}, after, touched) : allFields(object, after);
}
