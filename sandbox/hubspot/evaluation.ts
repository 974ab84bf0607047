import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import type { Contact } from './contact.ts';
import type { ContactStore } from './contact-store.ts';
import { compileFilters, type Predicate } from './filters.ts';
import { CONTACTS, type List } from './list.ts';
import type { Memberships } from './memberships.ts';
import type { Properties } from './properties.ts';

type Waiting = { due: number; contactId: string; contact: Contact } | { due: number; listId: string };

/**
 * Lets filtered lists notice changes of contacts `lagMs` after them, on the sandbox's clock. A change waits with the state it made; whoever looks (every
 * list route, every write) first lets those that are due take effect, at the time they were due. So no timer runs, and moving the clock suffices.
 */
export class Evaluation {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #store: ContactStore;
  readonly #properties: Properties;
  readonly #memberships: Memberships;
  readonly #completed: (listId: string) => void;
  readonly #watched = new Map<string, { list: List; predicate: Predicate | undefined }>();
  #waiting: Waiting[] = [];
  #earliest = Infinity;
  lagMs: number;

  /** `completed` is told when a list that was scheduled has been evaluated as a whole. */
  constructor(clock: Clock, database: Database, store: ContactStore, properties: Properties, memberships: Memberships, lagMs: number, completed: (listId: string) => void) {
    this.#clock = clock;
    this.#database = database;
    this.#store = store;
    this.#properties = properties;
    this.#memberships = memberships;
    this.lagMs = lagMs;
    this.#completed = completed;
    store.listen((before, after) => this.#notice(before, after));
  }

  reset(): void {
    this.#watched.clear();
    this.#waiting = [];
    this.#earliest = Infinity;
  }

  /** Takes note of a list, or of what has become of it. */
  watch(list: List): void {
    const predicate = list.filterBranch && list.objectTypeId === CONTACTS
      ? compileFilters(list.filterBranch, this.#properties, (other, contactId) => this.#memberships.get(other, contactId) !== undefined)
      : undefined;
    this.#watched.set(list.listId, { list, predicate });
  }

  /** Has the whole list evaluated when the lag has passed. */
  schedule(listId: string, lagMs = this.lagMs): void {
    this.#wait({ due: this.#clock.now() + lagMs, listId });
  }

  /** Lets everything that is due take effect. */
  settle(): void {
    const now = this.#clock.now();
    if (this.#earliest > now) return;
    const due = this.#waiting.filter((one) => one.due <= now).sort((a, b) => a.due - b.due);
    this.#waiting = this.#waiting.filter((one) => one.due > now);
    this.#earliest = this.#waiting.reduce((least, one) => Math.min(least, one.due), Infinity);
    this.#database.transaction(() => {
      for (const one of due) {
        if ('listId' in one) this.#evaluateList(one.listId, one.due);
        else this.#evaluateContact(one.contact, one.due);
      }
    });
  }

  #wait(one: Waiting): void {
    this.#waiting.push(one);
    this.#earliest = Math.min(this.#earliest, one.due);
  }

  #notice(before: Contact | undefined, after: Contact | undefined): void {
    this.settle();
    if (after && !after.archived) this.#wait({ due: this.#clock.now() + this.lagMs, contactId: after.id, contact: after });
    else if (before) this.#leaveAll(before.id);
  }

  /** A record that is gone is in no list, at once. */
  #leaveAll(contactId: string): void {
    const now = this.#clock.now();
    this.#waiting = this.#waiting.filter((one) => !('contactId' in one) || one.contactId !== contactId);
    for (const listId of this.#watched.keys()) this.#memberships.leave(listId, contactId, now);
  }

  #evaluateContact(contact: Contact, at: number): void {
    for (const { list, predicate } of this.#watched.values()) {
      if (list.processingType === 'DYNAMIC' && list.deletedAt === undefined && predicate) this.#place(list.listId, contact, predicate, at);
    }
  }

  #evaluateList(listId: string, at: number): void {
    const watched = this.#watched.get(listId);
    if (!watched || watched.list.deletedAt !== undefined) return;
    const { predicate } = watched;
    if (predicate) for (const contact of this.#store.all()) this.#place(listId, contact, predicate, at);
    this.#completed(listId);
  }

  #place(listId: string, contact: Contact, predicate: Predicate, at: number): void {
    if (!contact.archived && predicate(contact)) this.#memberships.join(listId, contact.id, at);
    else this.#memberships.leave(listId, contact.id, at);
  }
}
