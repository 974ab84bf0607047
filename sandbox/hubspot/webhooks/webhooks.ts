import { Random } from '../../common/random.ts';
import { APP_ID, type Account } from '../account.ts';
import type { Cause, Contact } from '../contact.ts';
import { hubspotTime } from '../times.ts';
import { Deliveries, type DeliveryCounts } from './deliveries.ts';
import type { WebhookEvent } from './event.ts';
import { happeningsOf, type Happening } from './happenings.ts';
import { NO_MISCHIEF, type Range, type WebhookSettings } from './settings.ts';
import { Subscriptions, type Subscription } from './subscriptions.ts';

/** The app's client secret, which signs what is sent. */
const CLIENT_SECRET = 'sandbox';
/** Few enough that they repeat, as HubSpot's may. */
const EVENT_IDS = 1_000_000;

export type WebhookOptions = { targetUrl?: string | undefined; delayMs?: Range | undefined };

/**
 * The app's webhooks: hears every change of the account's contacts and sends what the app has subscribed to. Settings and subscriptions are the app's and
 * outlive a reset of the account, but not the process.
 */
export class Webhooks {
  readonly subscriptions: Subscriptions;
  readonly settings: WebhookSettings;
  readonly createdAt: string;
  updatedAt: string;
  readonly #account: Account;
  readonly #deliveries: Deliveries;
  readonly #delays = new Random(11);
  #dice = new Random(NO_MISCHIEF.random);
  /** Until when changes are collected; then these go off together. */
  #collectedUntil = 0;
  #deaf = false;

  constructor(account: Account, options: WebhookOptions) {
    this.#account = account;
    this.settings = { targetUrl: options.targetUrl ?? null, maxConcurrentRequests: 10, delayMs: options.delayMs ?? [100, 500], timeoutMs: 5000, ...NO_MISCHIEF };
    this.createdAt = hubspotTime(account.clock.now());
    this.updatedAt = this.createdAt;
    this.subscriptions = new Subscriptions(account.clock, account.properties);
    this.#deliveries = new Deliveries(account.clock, CLIENT_SECRET, this.settings);
    account.contacts.store.listen((before, after, cause) => this.#hear(before, after, cause));
  }

  get counts(): DeliveryCounts {
    return this.#deliveries.counts;
  }

  /** Takes effect at once, for what is pending too; without a target that is forgotten. */
  change(settings: Partial<WebhookSettings>): void {
    Object.assign(this.settings, settings);
    this.updatedAt = hubspotTime(this.#account.clock.now());
    if (settings.random !== undefined) this.#dice = new Random(settings.random);
    if (this.settings.targetUrl === null) this.clear();
  }

  /** Sends what has become due by a move of the clock. */
  look(): void {
    this.#deliveries.look();
  }

  /** Forgets what is pending; also what ends all sending. */
  clear(): void {
    this.#collectedUntil = 0;
    this.#deliveries.clear();
  }

  /** Makes the account another one without telling of it: it held its contacts before the app was installed. Target, delays and subscriptions stay. */
  restart<T>(work: () => T): T {
    this.#deaf = true;
    try {
      return work();
    } finally {
      this.#deaf = false;
      this.change(NO_MISCHIEF);
      this.clear();
    }
  }

  #hear(before: Contact | undefined, after: Contact | undefined, cause: Cause): void {
    if (this.#deaf || this.settings.targetUrl === null) return;
    for (const happening of happeningsOf(before, after, cause, this.#account.clock.now(), this.settings.mergeDeletions)) {
      const subscription = this.subscriptions.find(happening.type, happening.particulars.propertyName);
      if (subscription) this.#dispatch(this.#event(happening, subscription, cause));
    }
  }

  #event({ type, objectId, occurredAt, particulars }: Happening, subscription: Subscription, { source }: Cause): WebhookEvent {
    return {
      eventId: 1 + this.#delays.int(EVENT_IDS), subscriptionId: Number(subscription.id), portalId: this.#account.portalId, appId: APP_ID,
      occurredAt, subscriptionType: type, attemptNumber: 0, objectId, ...particulars, changeSource: source.sourceType, sourceId: source.sourceId,
    };
  }

  /** One throw per question and event, asked or not, so that a seed decides the same whatever else is set. */
  #dispatch(event: WebhookEvent): void {
    const { drop, duplicate, late, reorder, delayMs } = this.settings;
    const [dropped, doubled, delayed, heldBack] = [this.#dice.chance(drop), this.#dice.chance(duplicate), this.#dice.chance(late.probability), this.#dice.chance(0.2)];
    this.counts.events += 1;
    if (dropped) {
      this.counts.lost += 1;
      return;
    }
    if (doubled) this.counts.doubled += 1;
    if (delayed) this.counts.late += 1;
    if (reorder && heldBack) this.counts.heldBack += 1;
    const extra = (delayed ? this.#within(late.ms) : 0) + (reorder && heldBack ? this.#within([0, 5 * Math.max(100, delayMs[1])]) : 0);
    const due = this.#due() + extra;
    this.#deliveries.schedule(event, due);
    if (doubled) this.#deliveries.schedule({ ...event }, due + this.#within(delayMs));
  }

  #due(): number {
    const now = this.#account.clock.now();
    const { delayMs } = this.settings;
    if (this.#collectedUntil <= now || this.#collectedUntil > now + delayMs[1]) this.#collectedUntil = now + this.#within(delayMs);
    return this.#collectedUntil;
  }

  #within([least, most]: Range): number {
    return least + this.#delays.next() * (most - least);
  }
}
