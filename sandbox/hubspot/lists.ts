import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import type { Contact } from './contact.ts';
import type { ContactStore } from './contact-store.ts';
import { HubSpotError, validationError } from './errors.ts';
import { compileFilters, parseFilterBranch, type FilterBranch, type Predicate } from './filters.ts';
import type { List, ProcessingType } from './list.ts';
import type { Memberships } from './memberships.ts';
import type { Properties } from './properties.ts';

const CONTACTS = '0-1';

type Waiting = { due: number; contactId: string; contact: Contact | undefined } | { due: number; listId: string };

export type ListDraft = { name: string; objectTypeId: string; processingType: ProcessingType; filterBranch?: unknown };

/**
 * The lists of the account. A DYNAMIC list notices a change of a contact `lagMs` after it, on the sandbox's clock: changes wait with the state they
 * made, and whoever looks (every list route, every write) first lets those that are due take effect, at the time they were due.
 */
export class Lists {
  readonly memberships: Memberships;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #store: ContactStore;
  readonly #properties: Properties;
  readonly #lists = new Map<string, List>();
  readonly #predicates = new Map<string, Predicate>();
  #waiting: Waiting[] = [];
  #earliest = Infinity;
  lagMs: number;

  constructor(clock: Clock, database: Database, store: ContactStore, properties: Properties, memberships: Memberships, lagMs: number) {
    this.#clock = clock;
    this.#database = database;
    this.#store = store;
    this.#properties = properties;
    this.memberships = memberships;
    this.lagMs = lagMs;
    database.exec('CREATE TABLE IF NOT EXISTS lists (listId INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL)');
    for (const row of database.all('SELECT list FROM lists ORDER BY listId')) this.#keep(JSON.parse(String(row['list'])));
    // What waited when the sandbox ended is lost: look at everything again.
    for (const list of this.#live()) if (list.processingType === 'DYNAMIC') this.#wait({ due: clock.now(), listId: list.listId });
    store.listen((before, after) => this.#noticeChange(before, after));
  }

  reset(): void {
    this.#database.exec("DELETE FROM lists; DELETE FROM sqlite_sequence WHERE name = 'lists'");
    this.memberships.reset();
    this.#lists.clear();
    this.#predicates.clear();
    this.#waiting = [];
    this.#earliest = Infinity;
  }

  /** Lets every change that is due take effect. */
  settle(): void {
    const now = this.#clock.now();
    if (this.#earliest > now) return;
    const due = this.#waiting.filter((one) => one.due <= now).sort((a, b) => a.due - b.due);
    this.#waiting = this.#waiting.filter((one) => one.due > now);
    this.#earliest = this.#waiting.reduce((least, one) => Math.min(least, one.due), Infinity);
    this.#database.transaction(() => {
      for (const one of due) {
        if ('listId' in one) this.#evaluateList(one.listId, one.due);
        else this.#evaluateContact(one.contactId, one.contact, one.due);
      }
    });
  }

  #wait(one: Waiting): void {
    this.#waiting.push(one);
    this.#earliest = Math.min(this.#earliest, one.due);
  }

  find(listId: string): List | undefined {
    this.settle();
    const list = this.#lists.get(listId);
    return list?.deletedAt === undefined ? list : undefined;
  }

  read(listId: string): List {
    const list = this.find(listId);
    if (!list) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `List does not exist with ID ${listId}.`);
    return list;
  }

  byName(objectTypeId: string, name: string): List {
    const list = this.all().find((one) => one.objectTypeId === objectTypeId && one.name === name);
    if (!list) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `List does not exist with name ${name} and object type ID ${objectTypeId}.`);
    return list;
  }

  all(): List[] {
    this.settle();
    return this.#live();
  }

  create(draft: ListDraft): List {
    this.settle();
    this.#requireFreeName(draft.objectTypeId, draft.name);
    const filtered = draft.processingType !== 'MANUAL';
    if (draft.processingType === 'DYNAMIC' && draft.filterBranch === undefined) throw validationError('A list with the processing type DYNAMIC needs a filterBranch.');
    if (!filtered && draft.filterBranch !== undefined) throw validationError('A list with the processing type MANUAL cannot have a filterBranch.');
    const filterBranch = draft.filterBranch === undefined ? undefined : this.#parse(draft.objectTypeId, draft.filterBranch);
    const now = this.#clock.now();
    const listId = String(Number(this.#database.get("SELECT seq FROM sqlite_sequence WHERE name = 'lists'")?.['seq'] ?? 0) + 1);
    const list: List = {
      listId, listVersion: 1, name: draft.name, objectTypeId: draft.objectTypeId, processingType: draft.processingType,
      processingStatus: filterBranch ? 'PROCESSING' : 'COMPLETE',
      createdAt: now, updatedAt: now, filtersUpdatedAt: now, ...(filterBranch ? { filterBranch } : {}),
    };
    if (filterBranch) this.#wait({ due: now + this.lagMs, listId });
    return this.#save(list);
  }

  rename(listId: string, name: string): List {
    const list = this.read(listId);
    if (list.name !== name) this.#requireFreeName(list.objectTypeId, name);
    return this.#save({ ...list, name, listVersion: list.listVersion + 1, updatedAt: this.#clock.now() });
  }

  updateFilters(listId: string, filterBranch: unknown): List {
    const list = this.read(listId);
    if (list.processingType !== 'DYNAMIC') throw validationError(`The filters of a list with the processing type ${list.processingType} cannot be changed.`);
    const now = this.#clock.now();
    this.#wait({ due: now + this.lagMs, listId });
    return this.#save({
      ...list, filterBranch: this.#parse(list.objectTypeId, filterBranch), processingStatus: 'PROCESSING',
      listVersion: list.listVersion + 1, updatedAt: now, filtersUpdatedAt: now,
    });
  }

  delete(listId: string): void {
    const list = this.read(listId);
    this.#save({ ...list, deletedAt: this.#clock.now() });
  }

  /** Within 90 days. A DYNAMIC list looks at everything again, as it slept meanwhile. */
  restore(listId: string): void {
    const list = this.#lists.get(listId);
    if (!list || list.deletedAt === undefined || list.deletedAt < this.#clock.now() - 90 * 86_400_000) {
      if (list && list.deletedAt === undefined) return;
      throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `List does not exist with ID ${listId}.`);
    }
    this.#requireFreeName(list.objectTypeId, list.name);
    const { deletedAt: _deleted, ...kept } = list;
    if (list.processingType === 'DYNAMIC') this.#wait({ due: this.#clock.now() + this.lagMs, listId });
    this.#save({ ...kept, updatedAt: this.#clock.now(), processingStatus: list.processingType === 'DYNAMIC' ? 'PROCESSING' : kept.processingStatus });
  }

  #parse(objectTypeId: string, filterBranch: unknown): FilterBranch {
    return parseFilterBranch(filterBranch, objectTypeId === CONTACTS ? this.#properties : undefined);
  }

  #requireFreeName(objectTypeId: string, name: string): void {
    if (this.#live().some((list) => list.objectTypeId === objectTypeId && list.name === name)) {
      throw validationError(`Another list has the name ${name}. List names are unique per object type.`, [{ message: 'duplicate list name', code: 'ILS.DUPLICATE_LIST_NAMES' }]);
    }
  }

  #live(): List[] {
    return [...this.#lists.values()].filter((list) => list.deletedAt === undefined);
  }

  #noticeChange(before: Contact | undefined, after: Contact | undefined): void {
    this.settle();
    const contactId = after?.id ?? before?.id;
    if (contactId === undefined) return;
    const present = after && !after.archived ? after : undefined;
    if (!present) this.#leaveAll(contactId);
    else this.#wait({ due: this.#clock.now() + this.lagMs, contactId, contact: present });
  }

  /** A record that is gone is in no list, at once. */
  #leaveAll(contactId: string): void {
    const now = this.#clock.now();
    this.#waiting = this.#waiting.filter((one) => !('contactId' in one) || one.contactId !== contactId);
    for (const list of this.#lists.values()) this.memberships.leave(list.listId, contactId, now);
  }

  #evaluateContact(contactId: string, contact: Contact | undefined, at: number): void {
    for (const [listId, predicate] of this.#predicates) {
      const list = this.#lists.get(listId);
      if (list?.processingType !== 'DYNAMIC' || list.deletedAt !== undefined) continue;
      if (contact && predicate(contact)) this.memberships.join(listId, contactId, at);
      else this.memberships.leave(listId, contactId, at);
    }
  }

  #evaluateList(listId: string, at: number): void {
    const list = this.#lists.get(listId);
    const predicate = this.#predicates.get(listId);
    if (!list || list.deletedAt !== undefined) return;
    if (predicate) {
      for (const contact of this.#store.all()) {
        if (!contact.archived && predicate(contact)) this.memberships.join(listId, contact.id, at);
        else this.memberships.leave(listId, contact.id, at);
      }
    }
    this.#save({ ...list, processingStatus: 'COMPLETE' });
  }

  #save(list: List): List {
    this.#database.run('INSERT OR REPLACE INTO lists (listId, list) VALUES (?, ?)', Number(list.listId), JSON.stringify(list));
    return this.#keep(list);
  }

  #keep(list: List): List {
    this.#lists.set(list.listId, list);
    if (list.filterBranch && list.objectTypeId === CONTACTS) {
      const predicate = compileFilters(list.filterBranch, this.#properties, (other, contactId) => this.memberships.get(other, contactId) !== undefined);
      this.#predicates.set(list.listId, predicate);
    }
    return list;
  }
}
