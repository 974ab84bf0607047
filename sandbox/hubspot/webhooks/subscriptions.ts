import type { Clock } from '../../common/clock.ts';
import { notFound, validationError } from '../errors.ts';
import type { Properties } from '../properties.ts';
import { hubspotTime } from '../times.ts';
import { EVENT_TYPES, type EventType } from './event.ts';

/** In the form of `GET /webhooks/v3/{appId}/subscriptions`. */
export type Subscription = { id: string; eventType: EventType; propertyName?: string; active: boolean; createdAt: string; updatedAt: string };

const MOST = 1000;
/** They change with every write: HubSpot sends nothing for the one, and the app does not ask for the other. */
const UNSUBSCRIBABLE = 'hs_lastmodifieddate';
const NOT_FOLLOWED: readonly string[] = [UNSUBSCRIBABLE, 'lastmodifieddate'];

/**
 * What the app wants to hear of: at first every kind of event and every property of the account's schema, later ones included, until subscriptions are
 * switched off or deleted. HubSpot wants a property's name in each `contact.propertyChange`; without one the sandbox takes it for all properties.
 */
export class Subscriptions {
  readonly #clock: Clock;
  readonly #properties: Properties;
  readonly #byId = new Map<string, Subscription>();
  /** `contact.propertyChange` here is the one for all properties. */
  readonly #byType = new Map<EventType, Subscription>();
  readonly #byProperty = new Map<string, Subscription>();
  readonly #followed = new Set(NOT_FOLLOWED);
  #next = 3001;

  constructor(clock: Clock, properties: Properties) {
    this.#clock = clock;
    this.#properties = properties;
    for (const type of EVENT_TYPES) if (type !== 'contact.propertyChange') this.#add(type, undefined, true);
  }

  list(): Subscription[] {
    for (const { name } of this.#properties.list()) this.#follow(name);
    return [...this.#byId.values()];
  }

  read(id: string): Subscription {
    const subscription = this.#byId.get(id);
    if (!subscription) throw notFound(`Subscription ${id} does not exist`);
    return subscription;
  }

  create(eventType: EventType, propertyName: string | undefined, active: boolean): Subscription {
    if (propertyName === UNSUBSCRIBABLE) throw validationError(`The property ${propertyName} cannot be subscribed to.`);
    if (propertyName !== undefined && eventType !== 'contact.propertyChange') throw validationError(`A subscription to ${eventType} has no propertyName.`);
    if (this.list().length >= MOST) throw validationError(`An app has at most ${MOST} subscriptions.`);
    const same = propertyName === undefined ? this.#byType.get(eventType) : this.#byProperty.get(propertyName);
    if (same) throw validationError(`The app has such a subscription already: ${same.id}. Update that one.`);
    return this.#add(eventType, propertyName, active);
  }

  change(id: string, active: boolean | undefined): Subscription {
    const subscription = this.read(id);
    subscription.active = active ?? subscription.active;
    subscription.updatedAt = hubspotTime(this.#clock.now());
    return subscription;
  }

  delete(id: string): void {
    const { eventType, propertyName } = this.read(id);
    this.#byId.delete(id);
    if (propertyName === undefined) this.#byType.delete(eventType);
    else this.#byProperty.delete(propertyName);
  }

  /** The active subscription for such an event: the property's own before that for all. */
  find(eventType: EventType, propertyName: string | undefined): Subscription | undefined {
    const forAll = this.#byType.get(eventType);
    const own = propertyName === undefined ? undefined : (this.#byProperty.get(propertyName) ?? this.#follow(propertyName));
    if (own?.active) return own;
    return forAll?.active && (propertyName === undefined || !NOT_FOLLOWED.includes(propertyName)) ? forAll : undefined;
  }

  /** Subscribes to a property that was not seen before. */
  #follow(propertyName: string): Subscription | undefined {
    return this.#followed.has(propertyName) ? undefined : this.#add('contact.propertyChange', propertyName, true);
  }

  #add(eventType: EventType, propertyName: string | undefined, active: boolean): Subscription {
    const now = hubspotTime(this.#clock.now());
    const subscription: Subscription = { id: String(this.#next++), eventType, ...(propertyName === undefined ? {} : { propertyName }), active, createdAt: now, updatedAt: now };
    this.#byId.set(subscription.id, subscription);
    if (propertyName === undefined) this.#byType.set(eventType, subscription);
    else {
      this.#byProperty.set(propertyName, subscription);
      this.#followed.add(propertyName);
    }
    return subscription;
  }
}
