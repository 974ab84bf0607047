import type { Database } from '../common/database.ts';

/** An owner in the form of `GET /owners/{id}`. */
export type Owner = {
  id: string;
  email: string;
  type: 'PERSON' | 'QUEUE';
  firstName: string;
  lastName: string;
  userId?: number;
  userIdIncludingInactive: number;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
};

/** The owners of the account, seeded; the API only reads them. */
export class Owners {
  readonly #database: Database;
  readonly #owners = new Map<string, Owner>();

  constructor(database: Database) {
    this.#database = database;
    database.exec('CREATE TABLE IF NOT EXISTS owners (id TEXT PRIMARY KEY, owner TEXT NOT NULL)');
    for (const row of database.all('SELECT owner FROM owners')) this.#keep(JSON.parse(String(row['owner'])));
  }

  reset(): void {
    this.#owners.clear();
    this.#database.exec('DELETE FROM owners');
  }

  save(owner: Owner): void {
    this.#database.run('INSERT OR REPLACE INTO owners (id, owner) VALUES (?, ?)', owner.id, JSON.stringify(owner));
    this.#keep(owner);
  }

  get(id: string): Owner | undefined {
    return this.#owners.get(id);
  }

  isActive(id: string): boolean {
    return this.#owners.get(id)?.archived === false;
  }

  list(archived: boolean, email?: string): Owner[] {
    return [...this.#owners.values()]
      .filter((owner) => owner.archived === archived && (email === undefined || owner.email.toLowerCase() === email.toLowerCase()))
      .toSorted((a, b) => Number(a.id) - Number(b.id));
  }

  #keep(owner: Owner): void {
    this.#owners.set(owner.id, owner);
  }
}
