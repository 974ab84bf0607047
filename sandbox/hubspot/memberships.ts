import type { Database } from '../common/database.ts';
import type { Membership, MembershipEvent } from './list.ts';
import { hubspotTime } from './times.ts';

/** Who is in which list, since when, and the log of joining and leaving. In memory, written through to the database. */
export class Memberships {
  readonly #database: Database;
  readonly #members = new Map<string, Map<string, Membership>>();
  readonly #sorted = new Map<string, string[]>();
  readonly #joined = new Map<string, string[]>();
  /** Times of first joining survive leaving. */
  readonly #firsts = new Map<string, number>();
  #order = 0;

  constructor(database: Database) {
    this.#database = database;
    database.exec(`
      CREATE TABLE IF NOT EXISTS memberships (listId TEXT, contactId TEXT, first INTEGER, last INTEGER, joined INTEGER, PRIMARY KEY (listId, contactId)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS membership_log (sequence INTEGER PRIMARY KEY, listId TEXT, contactId TEXT, change TEXT, at INTEGER);`);
    for (const row of database.all('SELECT listId, contactId, first, last, joined FROM memberships ORDER BY joined')) {
      this.#of(String(row['listId'])).set(String(row['contactId']), { first: Number(row['first']), last: Number(row['last']), order: Number(row['joined']) });
      this.#order = Math.max(this.#order, Number(row['joined']));
    }
  }

  reset(): void {
    this.#database.exec('DELETE FROM memberships; DELETE FROM membership_log');
    this.#members.clear();
    this.#sorted.clear();
    this.#joined.clear();
    this.#firsts.clear();
    this.#order = 0;
  }

  get(listId: string, contactId: string): Membership | undefined {
    return this.#members.get(listId)?.get(contactId);
  }

  size(listId: string): number {
    return this.#members.get(listId)?.size ?? 0;
  }

  /** The members in the order of their ids. */
  byId(listId: string): string[] {
    let ids = this.#sorted.get(listId);
    if (!ids) {
      ids = [...this.#of(listId).keys()].sort((a, b) => Number(a) - Number(b));
      this.#sorted.set(listId, ids);
    }
    return ids;
  }

  /** The members in the order in which they joined: a map keeps it. */
  byJoining(listId: string): string[] {
    let ids = this.#joined.get(listId);
    if (!ids) {
      ids = [...this.#of(listId).keys()];
      this.#joined.set(listId, ids);
    }
    return ids;
  }

  join(listId: string, contactId: string, at: number): boolean {
    const members = this.#of(listId);
    if (members.has(contactId)) return false;
    const key = `${listId} ${contactId}`;
    const first = this.#firsts.get(key) ?? at;
    this.#firsts.set(key, first);
    this.#order += 1;
    members.set(contactId, { first, last: at, order: this.#order });
    this.#sorted.delete(listId);
    this.#joined.get(listId)?.push(contactId);
    this.#database.run('INSERT OR REPLACE INTO memberships (listId, contactId, first, last, joined) VALUES (?, ?, ?, ?, ?)', listId, contactId, first, at, this.#order);
    this.#write(listId, contactId, 'joined', at);
    return true;
  }

  leave(listId: string, contactId: string, at: number): boolean {
    if (!this.#members.get(listId)?.delete(contactId)) return false;
    this.#sorted.delete(listId);
    this.#joined.delete(listId);
    this.#database.run('DELETE FROM memberships WHERE listId = ? AND contactId = ?', listId, contactId);
    this.#write(listId, contactId, 'left', at);
    return true;
  }

  log(listId: string | undefined): (Omit<MembershipEvent, 'at'> & { at: string })[] {
    const rows = this.#database.all('SELECT listId, contactId, change, at FROM membership_log WHERE ? IS NULL OR listId = ? ORDER BY sequence', listId ?? null, listId ?? null);
    return rows.map((row) => ({ listId: String(row['listId']), recordId: String(row['contactId']), change: row['change'] === 'joined' ? 'joined' : 'left', at: hubspotTime(Number(row['at'])) }));
  }

  #write(listId: string, contactId: string, change: MembershipEvent['change'], at: number): void {
    this.#database.run('INSERT INTO membership_log (listId, contactId, change, at) VALUES (?, ?, ?, ?)', listId, contactId, change, at);
  }

  #of(listId: string): Map<string, Membership> {
    let members = this.#members.get(listId);
    if (!members) {
      members = new Map();
      this.#members.set(listId, members);
    }
    return members;
  }
}
