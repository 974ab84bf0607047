import type { Clock } from '../common/clock.ts';
import type { Contact } from './contact.ts';
import type { ContactStore } from './contact-store.ts';

/** The contacts as the search sees them: as they were `lagMs` ago, without archived ones. */
export class SearchIndex {
  readonly #clock: Clock;
  readonly #store: ContactStore;
  #waiting: { due: number; id: string; before: Contact | undefined }[] = [];
  lagMs: number;

  constructor(clock: Clock, store: ContactStore, lagMs: number) {
    this.#clock = clock;
    this.#store = store;
    this.lagMs = lagMs;
    store.listen((before, after) => {
      const id = after?.id ?? before?.id;
      if (this.lagMs > 0 && id !== undefined) this.#waiting.push({ due: this.#clock.now() + this.lagMs, id, before });
    });
  }

  reset(): void {
    this.#waiting = [];
  }

  contacts(): Contact[] {
    const now = this.#clock.now();
    const first = this.#waiting.findIndex(({ due }) => due > now);
    this.#waiting = first === -1 ? [] : this.#waiting.slice(first);
    const old = new Map<string, Contact | undefined>();
    for (const { id, before } of this.#waiting) if (!old.has(id)) old.set(id, before);
    const seen: Contact[] = [];
    for (const contact of this.#store.all()) if (!old.has(contact.id)) seen.push(contact);
    for (const before of old.values()) if (before) seen.push(before);
    return seen.filter(({ archived }) => !archived).sort((a, b) => Number(a.id) - Number(b.id));
  }
}
