import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import type { ContactStore } from './contact-store.ts';
import { Evaluation } from './evaluation.ts';
import { HubSpotError, validationError } from './errors.ts';
import { parseFilterBranch, type FilterBranch } from './filters.ts';
import { CONTACTS, type List, type ProcessingType } from './list.ts';
import type { Memberships } from './memberships.ts';
import type { Properties } from './properties.ts';

export type ListDraft = { name: string; objectTypeId: string; processingType: ProcessingType; filterBranch?: unknown };

/** The lists ("segments") of the account. */
export class Lists {
  readonly memberships: Memberships;
  readonly evaluation: Evaluation;
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #properties: Properties;
  readonly #lists = new Map<string, List>();

  constructor(clock: Clock, database: Database, store: ContactStore, properties: Properties, memberships: Memberships, lagMs: number) {
    this.#clock = clock;
    this.#database = database;
    this.#properties = properties;
    this.memberships = memberships;
    this.evaluation = new Evaluation(clock, database, store, properties, memberships, lagMs, (listId) => {
      const list = this.#lists.get(listId);
      if (list) this.#save({ ...list, processingStatus: 'COMPLETE' });
    });
    database.exec('CREATE TABLE IF NOT EXISTS lists (listId INTEGER PRIMARY KEY AUTOINCREMENT, list TEXT NOT NULL)');
    for (const row of database.all('SELECT list FROM lists ORDER BY listId')) {
      const list = this.#keep(JSON.parse(String(row['list'])));
      // What waited when the sandbox ended is lost: look at everything again.
      if (list.processingType === 'DYNAMIC' || list.processingStatus === 'PROCESSING') this.evaluation.schedule(list.listId, 0);
    }
  }

  reset(): void {
    this.#database.exec("DELETE FROM lists; DELETE FROM sqlite_sequence WHERE name = 'lists'");
    this.memberships.reset();
    this.evaluation.reset();
    this.#lists.clear();
  }

  find(listId: string): List | undefined {
    this.evaluation.settle();
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
    this.evaluation.settle();
    return this.#live();
  }

  create(draft: ListDraft): List {
    this.evaluation.settle();
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
    if (filterBranch) this.evaluation.schedule(listId);
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
    this.evaluation.schedule(listId);
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
    if (list.processingType === 'DYNAMIC') this.evaluation.schedule(listId);
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

  #save(list: List): List {
    this.#database.run('INSERT OR REPLACE INTO lists (listId, list) VALUES (?, ?)', Number(list.listId), JSON.stringify(list));
    return this.#keep(list);
  }

  #keep(list: List): List {
    this.#lists.set(list.listId, list);
    this.evaluation.watch(list);
    return list;
  }
}
