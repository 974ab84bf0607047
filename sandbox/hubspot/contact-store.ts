import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import type { Cause, Contact, History, HistoryEntry, Source, Values } from './contact.ts';
import { hubspotTime } from './times.ts';

const KEPT_REVISIONS = 20;

export type Listener = (before: Contact | undefined, after: Contact | undefined, cause: Cause) => void;
/** What a merged record has from the two that became it. */
export type Inherited = { history: History; values: Values; primary: Contact; loser: Contact };

/**
 * The contacts and what finds them: by id, by email (additional ones too), by unique property, by an id merged away. All contacts are in memory,
 * their history only in the database. Listeners hear every change, archiving and deletion included.
 */
export class ContactStore {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #contacts = new Map<string, Contact>();
  readonly #emails = new Map<string, string>();
  readonly #aliases = new Map<string, string>();
  readonly #blocked = new Set<string>();
  readonly #listeners: Listener[] = [];
  #ids: number[] = [];
  #next = 101;

  constructor(clock: Clock, database: Database) {
    this.#clock = clock;
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS contacts (id INTEGER PRIMARY KEY, contact TEXT NOT NULL, history TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS aliases (id TEXT PRIMARY KEY, target TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS blocked_emails (email TEXT PRIMARY KEY);
      CREATE TABLE IF NOT EXISTS used_ids (next INTEGER NOT NULL);`);
    for (const row of database.all('SELECT contact FROM contacts ORDER BY id')) this.#index(undefined, JSON.parse(String(row['contact'])));
    for (const row of database.all('SELECT id, target FROM aliases')) this.#aliases.set(String(row['id']), String(row['target']));
    for (const row of database.all('SELECT email FROM blocked_emails')) this.#blocked.add(String(row['email']));
    this.#next = Number(database.get('SELECT next FROM used_ids')?.['next'] ?? this.#next);
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  reset(): void {
    this.#database.exec('DELETE FROM contacts; DELETE FROM aliases; DELETE FROM blocked_emails; DELETE FROM used_ids');
    this.#contacts.clear();
    this.#emails.clear();
    this.#aliases.clear();
    this.#blocked.clear();
    this.#ids = [];
    this.#next = 101;
  }

  /** Live or archived, by its own id only. */
  get(id: string): Contact | undefined {
    return this.#contacts.get(id);
  }

  /** The id under which a contact lives now: an id merged away leads to the merged record. */
  resolve(id: string): string {
    let at = id;
    for (let next = this.#aliases.get(at); next !== undefined; next = this.#aliases.get(at)) at = next;
    return at;
  }

  /** The live contact that has this email as its primary or an additional one. */
  byEmail(email: string): Contact | undefined {
    const id = this.#emails.get(email.trim().toLowerCase());
    return id === undefined ? undefined : this.#contacts.get(id);
  }

  /** The live contact with that value of a property; a scan, as unique properties are few. */
  byValue(property: string, value: string): Contact | undefined {
    for (const contact of this.#contacts.values()) {
      if (!contact.archived && contact.values[property] === value) return contact;
    }
    return undefined;
  }

  isBlocked(email: string): boolean {
    return this.#blocked.has(email);
  }

  all(): Iterable<Contact> {
    return this.#contacts.values();
  }

  /** Up to `limit` contacts in the order of their ids, after that id. */
  page(after: number, limit: number, archived: boolean): Contact[] {
    const found: Contact[] = [];
    for (let at = firstAbove(this.#ids, after); at < this.#ids.length && found.length < limit; at += 1) {
      const contact = this.#contacts.get(String(this.#ids[at]));
      if (contact && contact.archived === archived) found.push(contact);
    }
    return found;
  }

  nextId(): string {
    const id = String(this.#next);
    this.#next += 1;
    return id;
  }

  history(id: string): History {
    const row = this.#database.get('SELECT history FROM contacts WHERE id = ?', Number(id));
    return row ? JSON.parse(String(row['history'])) : {};
  }

  /** Writes the contact; every value that differs from before (or from what a new one inherits) gets a history entry. */
  put(before: Contact | undefined, after: Contact, source: Source, inherited?: Inherited): Contact {
    const history = before ? this.history(before.id) : (inherited?.history ?? {});
    record(history, before?.values ?? inherited?.values ?? {}, after.values, source, hubspotTime(after.updatedAt));
    this.#database.run('INSERT OR REPLACE INTO contacts (id, contact, history) VALUES (?, ?, ?)', Number(after.id), JSON.stringify(after), JSON.stringify(history));
    this.#index(before, after);
    this.#tell(before, after, inherited ? { kind: 'merge', source, primary: inherited.primary, loser: inherited.loser } : { kind: 'write', source });
    return after;
  }

  /** Removes the contact for good; a merge leaves its id as an alias. */
  remove(contact: Contact, cause: Cause, target?: string): void {
    this.#database.run('DELETE FROM contacts WHERE id = ?', Number(contact.id));
    this.#index(contact, undefined);
    if (target !== undefined) {
      this.#aliases.set(contact.id, target);
      this.#database.run('INSERT OR REPLACE INTO aliases (id, target) VALUES (?, ?)', contact.id, target);
    }
    this.#tell(contact, undefined, cause);
  }

  block(email: string): void {
    this.#blocked.add(email);
    this.#database.run('INSERT OR IGNORE INTO blocked_emails (email) VALUES (?)', email);
  }

  /** One database transaction around many writes; validate everything before, as the maps in memory are not rolled back. */
  write<T>(work: () => T): T {
    return this.#database.transaction(() => {
      const result = work();
      this.#database.exec('DELETE FROM used_ids');
      this.#database.run('INSERT INTO used_ids (next) VALUES (?)', this.#next);
      return result;
    });
  }

  now(): number {
    return this.#clock.now();
  }

  #tell(before: Contact | undefined, after: Contact | undefined, cause: Cause): void {
    for (const listener of this.#listeners) listener(before, after, cause);
  }

  #index(before: Contact | undefined, after: Contact | undefined): void {
    if (before && !before.archived) for (const email of emailsOf(before.values)) this.#emails.delete(email.toLowerCase());
    if (!after) {
      if (!before) return;
      this.#contacts.delete(before.id);
      this.#ids.splice(firstAbove(this.#ids, Number(before.id) - 1), 1);
      return;
    }
    if (!this.#contacts.has(after.id)) this.#ids.splice(firstAbove(this.#ids, Number(after.id)), 0, Number(after.id));
    this.#contacts.set(after.id, after);
    if (!after.archived) for (const email of emailsOf(after.values)) this.#emails.set(email.toLowerCase(), after.id);
  }
}

/** The emails by which a contact is known, in lower case: the primary one first. */
export function emailsOf(values: Values): string[] {
  const additional = values['hs_additional_emails'];
  return [...(values['email'] ? [values['email']] : []), ...(additional ? additional.split(';') : [])];
}

function record(history: History, before: Values, after: Values, source: Source, timestamp: string): void {
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const value = after[name] ?? '';
    if ((before[name] ?? '') === value) continue;
    const entry: HistoryEntry = { value, timestamp, ...source };
    history[name] = [entry, ...(history[name] ?? [])].slice(0, KEPT_REVISIONS);
  }
}

function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
