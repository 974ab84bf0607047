import { randomBytes } from 'node:crypto';
import { Random } from '../../common/random.ts';
import type { Org } from '../org.ts';
import { distorted, messageOf, NO_DISTORTIONS, type Distortions } from './deliver.ts';
import { captured, cdcSettings, changed, type Captured, type CdcChange, type CdcOptions } from './settings.ts';

/** How a held connect ends; `gone`: nobody is there to be answered. */
export type End = { events: unknown[] } | 'timeout' | 'replaced' | 'unknown' | 'unauthorized' | 'disconnected' | 'gone';
export type Client = { id: string; positions: Map<Captured, number>; held: Held | undefined; lastSeen: number };
type Held = { end: (how: End) => void; authorized: () => boolean };

const MOST_EVENTS = 500;
/** A client that does not connect again within this time is forgotten (Salesforce, "Clients and Timeouts"). */
const RECONNECT_MS = 40_000;
/** How often held connects are looked at for a moved clock or a revoked token. */
const LOOK_MS = 100;

/** The streaming clients of one running server: a restart forgets them. */
export class Clients {
  readonly #org: Org;
  readonly #clients = new Map<string, Client>();
  readonly #options: CdcOptions;
  #random: Random;
  #look: NodeJS.Timeout | undefined;
  delivered: Record<Captured, number> = { Lead: 0, Contact: 0 };
  distortions: Distortions = { ...NO_DISTORTIONS };

  constructor(org: Org, options: CdcOptions) {
    this.#org = org;
    this.#options = options;
    org.changes.set(cdcSettings(options));
    this.#random = new Random(org.changes.settings.random);
    org.changes.onEvent = (ms) => {
      if (this.#look) setTimeout(() => this.#deliver(), ms).unref();
    };
  }

  open(): Client {
    const client: Client = { id: randomBytes(14).toString('hex'), positions: new Map(), held: undefined, lastSeen: Date.now() };
    this.#clients.set(client.id, client);
    return client;
  }

  find(id: unknown): Client | undefined {
    const client = typeof id === 'string' ? this.#clients.get(id) : undefined;
    if (!client) return undefined;
    if (!client.held && Date.now() - client.lastSeen > RECONNECT_MS) {
      this.#clients.delete(client.id);
      return undefined;
    }
    client.lastSeen = Date.now();
    return client;
  }

  /** Waits for events, at most `ms`. `authorized` is asked again and again meanwhile, as Salesforce does. */
  async hold(client: Client, ms: number, authorized: () => boolean, gone: Promise<void>): Promise<End> {
    client.held?.end('replaced');
    const ended = Promise.withResolvers<End>();
    const timer = setTimeout(() => held.end('timeout'), ms);
    const held: Held = {
      authorized,
      end: (how) => {
        clearTimeout(timer);
        if (client.held === held) client.held = undefined;
        client.lastSeen = Date.now();
        if (this.#holding === 0) {
          clearInterval(this.#look);
          this.#look = undefined;
        }
        ended.resolve(how);
      },
    };
    client.held = held;
    this.#look ??= setInterval(() => this.#deliver(), LOOK_MS);
    void gone.then(() => held.end('gone'));
    this.#deliver();
    return ended.promise;
  }

  close(client: Client): void {
    this.#clients.delete(client.id);
    client.held?.end('disconnected');
  }

  /** As a restart of the server does. */
  forget(how: End = 'unknown'): number {
    const count = this.#clients.size;
    const held = [...this.#clients.values()].map((client) => client.held);
    this.#clients.clear();
    for (const one of held) one?.end(how);
    return count;
  }

  change(change: CdcChange): void {
    const { changes } = this.#org;
    changes.set(changed(changes.settings, change));
    if (change.random !== undefined) this.#random = new Random(change.random);
  }

  /** Back to how the sandbox was started, for another org. */
  reset(): void {
    this.forget();
    this.#org.changes.set(cdcSettings(this.#options));
    this.delivered = { Lead: 0, Contact: 0 };
    this.distortions = { ...NO_DISTORTIONS };
  }

  state(): unknown {
    const { changes } = this.#org;
    const kept = Object.fromEntries(captured.map((object) => [object, changes.count(object)]));
    return { ...changes.settings, clients: this.#clients.size, held: this.#holding, kept, delivered: this.delivered, distortions: this.distortions };
  }

  get #holding(): number {
    return [...this.#clients.values()].filter((client) => client.held).length;
  }

  /** Not in the middle of a composite request, whose events may yet be rolled back. */
  #deliver(): void {
    this.#org.whenFree(() => {
      for (const client of this.#clients.values()) {
        if (!client.held) continue;
        if (!client.held.authorized()) client.held.end('unauthorized');
        else {
          const events = this.#take(client);
          if (events.length > 0) client.held.end({ events });
        }
      }
    });
  }

  /** The client's next events; whether or not they arrive, they are not sent again but by a replay. */
  #take(client: Client): unknown[] {
    const { changes } = this.#org;
    return [...client.positions].flatMap(([object, position]) => {
      const events = changes.after(object, position, MOST_EVENTS);
      const last = events.at(-1);
      if (!last) return [];
      client.positions.set(object, last.replayId);
      const sent = distorted(events, changes.settings, this.#random, this.distortions);
      this.delivered[object] += sent.length;
      return sent.map(messageOf);
    });
  }
}
