import { randomInt } from 'node:crypto';
import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import { SlidingWindow } from '../common/limiter.ts';
import { Tokens } from '../common/tokens.ts';
import type { Contact, Source } from './contact.ts';
import { ContactStore } from './contact-store.ts';
import { Contacts } from './contacts.ts';
import { validationError } from './errors.ts';
import { Lists } from './lists.ts';
import { Memberships } from './memberships.ts';
import { Owners } from './owners.ts';
import { Properties } from './properties.ts';
import { SearchIndex } from './search-index.ts';

export const APP_ID = 1_234_567;
export const TIME_ZONE = 'US/Eastern';

export const SCOPES = [
  'oauth', 'crm.objects.contacts.read', 'crm.objects.contacts.write', 'crm.lists.read', 'crm.lists.write',
  'crm.schemas.contacts.read', 'crm.schemas.contacts.write', 'crm.objects.owners.read',
];

export type AccountOptions = { segmentLagMs: number; searchLagMs: number; callsPer10s: number | undefined; dailyCalls: number };
export type BatchErrors = 'whole' | 'rows';

/** One HubSpot account: its records, its app's scopes and its limits. */
export class Account {
  readonly clock: Clock;
  readonly database: Database;
  readonly properties: Properties;
  readonly owners: Owners;
  readonly contacts: Contacts;
  readonly lists: Lists;
  readonly index: SearchIndex;
  readonly tokens: Tokens;
  readonly searches: SlidingWindow;
  readonly #options: AccountOptions;
  readonly #dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: TIME_ZONE });
  #windows = new Map<string, SlidingWindow>();
  #day = { until: 0, name: '', calls: 0 };
  scopes = new Set(SCOPES);
  portalId = 0;
  rotateRefreshTokens = false;
  tokenTtlMs = 1_800_000;
  /** Whether a bad value fails a whole batch update or upsert, or only its row: HubSpot's documents do not say. */
  batchErrors: BatchErrors = 'whole';

  constructor(clock: Clock, database: Database, options: AccountOptions) {
    this.clock = clock;
    this.database = database;
    this.#options = options;
    database.exec('CREATE TABLE IF NOT EXISTS account (portalId INTEGER NOT NULL)');
    const store = new ContactStore(clock, database);
    this.properties = new Properties(clock, database);
    this.owners = new Owners(database);
    this.contacts = new Contacts(store, this.properties, this.owners);
    this.lists = new Lists(clock, database, store, this.properties, new Memberships(database), options.segmentLagMs);
    this.index = new SearchIndex(clock, store, options.searchLagMs);
    this.tokens = new Tokens(clock, database);
    this.searches = new SlidingWindow(clock, 5, 1000);
    this.portalId = Number(database.get('SELECT portalId FROM account')?.['portalId'] ?? 0);
  }

  /** False for a database that was never seeded. */
  get exists(): boolean {
    return this.portalId !== 0;
  }

  /** Empties the account and gives it a new identity: another portal, with the sandbox's usual credentials. */
  reset(): void {
    this.contacts.store.reset();
    this.lists.reset();
    this.properties.reset();
    this.owners.reset();
    this.index.reset();
    this.database.exec('DELETE FROM tokens; DELETE FROM account');
    this.portalId = randomInt(10_000_000, 99_999_999);
    this.database.run('INSERT INTO account (portalId) VALUES (?)', this.portalId);
    this.tokens.issue({ kind: 'private', prefix: '', token: 'pat-sandbox' });
    this.tokens.issue({ kind: 'refresh', prefix: '', token: 'sandbox-refresh' });
    this.tokens.issue({ kind: 'code', prefix: '', token: 'sandbox-code' });
    this.scopes = new Set(SCOPES);
    this.rotateRefreshTokens = false;
    this.tokenTtlMs = 1_800_000;
    this.batchErrors = 'whole';
    this.#windows = new Map();
    this.searches.clear();
    this.#day = { until: 0, name: '', calls: 0 };
  }

  get limited(): boolean {
    return this.#options.callsPer10s !== undefined;
  }

  /** Calls in ten seconds: 190 for a private app (Professional), 110 for an OAuth app, unless set otherwise. */
  window(kind: string): SlidingWindow {
    let window = this.#windows.get(kind);
    if (!window) {
      const limit = this.#options.callsPer10s ?? Number.MAX_SAFE_INTEGER;
      window = new SlidingWindow(this.clock, kind === 'oauth' && limit === 190 ? 110 : limit, 10_000);
      this.#windows.set(kind, window);
    }
    return window;
  }

  get dailyLimit(): number {
    return this.#options.dailyCalls;
  }

  /** Counts a call of this day, which ends at midnight of the account's zone; gives how many are left, below zero when refused. */
  takeDaily(): number {
    const now = this.clock.now();
    // The zone's date is looked at once a minute at most: formatting is slow.
    if (now >= this.#day.until || now < this.#day.until - 60_000) {
      const name = this.#dayFormat.format(now);
      this.#day = { until: now - (now % 60_000) + 60_000, name, calls: name === this.#day.name ? this.#day.calls : 0 };
    }
    if (this.#day.calls >= this.dailyLimit) return -1;
    this.#day.calls += 1;
    return this.dailyLimit - this.#day.calls;
  }

  /** Merges two contacts; the merged record stands in the static lists of both. Active lists look for themselves. */
  merge(primary: Contact, loser: Contact, source: Source): Contact {
    if (primary.id === loser.id) throw validationError('A record cannot be merged with itself.');
    const { memberships } = this.lists;
    const kept = this.lists.all().filter((list) => list.processingType !== 'DYNAMIC' && [primary, loser].some(({ id }) => memberships.get(list.listId, id)));
    return this.contacts.store.write(() => {
      const merged = this.contacts.merge(primary, loser, source);
      for (const list of kept) memberships.join(list.listId, merged.id, this.clock.now());
      return merged;
    });
  }

  /** How the API's writes of this app stand in the history. */
  get source(): { sourceType: string; sourceId: string } {
    return { sourceType: 'INTEGRATION', sourceId: String(APP_ID) };
  }
}
