import * as z from 'zod';
import { mostOfName, type HubSpotEvent } from '../../workflows/messages.ts';

/** HubSpot sends at most so many in one request [HS-WH]. */
export const maxEvents = 100;

/** The object type of contacts in `object.*` events. */
const contacts = '0-1';

const kinds = new Map<string, HubSpotEvent['kind']>([
  ['creation', 'creation'],
  ['propertyChange', 'change'],
  ['merge', 'merge'],
  ['deletion', 'deletion'],
  ['restore', 'restore'],
  ['privacyDeletion', 'privacy-deletion'],
]);

const id = z.union([z.int().positive().transform(String), z.string().regex(/^[1-9]\d{0,19}$/)]);
/** Up to the last instant that ISO 8601 writes with a year of four digits. */
const instant = z.int().min(0).max(253_402_300_799_999).transform((ms) => new Date(ms).toISOString());

const subscription = z.object({ subscriptionType: z.string(), objectTypeId: z.string().optional() });
const origin = z.object({ changeSource: z.literal('INTEGRATION'), sourceId: z.union([z.string(), z.number()]), appId: z.union([z.string(), z.number()]) });
const text = z.union([z.string(), z.number().transform(String)]).optional().catch(undefined);
const change = z.object({ occurredAt: instant, objectId: id, propertyName: z.string(), changeSource: text, sourceId: text });
const merge = z.object({ occurredAt: instant, newObjectId: id.nullish(), primaryObjectId: id, mergedObjectIds: z.array(id).default([]) });
const other = z.object({ occurredAt: instant, objectId: id });

/**
 * What of a request's events is about contacts and not our own doing: ids and kinds, each pair once with its latest
 * time, and with who did it and of what where that is the same. An event of another kind or of an unknown shape is passed over, since
 * a poll finds what it was about.
 */
export function readEvents(body: readonly unknown[], isMapped: (property: string) => boolean = () => true): HubSpotEvent[] {
  const events = new Map<string, HubSpotEvent>();
  for (const entry of body) {
    const event = readEvent(entry, isMapped);
    if (event === null) continue;
    const key = `${event.kind} ${event.id}`;
    const known = events.get(key);
    events.set(key, known === undefined ? event : both(known, event));
  }
  return [...events.values()];
}

function readEvent(entry: unknown, isMapped: (property: string) => boolean): HubSpotEvent | null {
  const kind = kindOf(entry);
  if (kind === null || isOwn(entry)) return null;
  if (kind === 'merge') {
    const { data } = merge.safeParse(entry);
    return data === undefined ? null : merged(data);
  }
  if (kind === 'change') {
    const { data } = change.safeParse(entry);
    if (data === undefined || !isMapped(data.propertyName)) return null;
    // Only of a person: an automation may name another source for each contact.
    const { changeSource: source, sourceId: person } = data;
    const by = source === 'CRM_UI' && person !== undefined ? `${source} ${person}` : source;
    return { id: data.objectId, kind, at: data.occurredAt, ...(by !== undefined && { by: by.slice(0, mostOfName), property: data.propertyName.slice(0, mostOfName) }) };
  }
  const { data } = other.safeParse(entry);
  return data === undefined ? null : { id: data.objectId, kind, at: data.occurredAt };
}

function kindOf(entry: unknown): HubSpotEvent['kind'] | null {
  const { data } = subscription.safeParse(entry);
  const [, object, what = ''] = /^(contact|object)\.(\w+)$/.exec(data?.subscriptionType ?? '') ?? [];
  if (object === undefined || (object === 'object' && data?.objectTypeId !== contacts)) return null;
  return kinds.get(what) ?? null;
}

/** Written through the app that sends the webhooks, which is ours. */
function isOwn(entry: unknown): boolean {
  const { data } = origin.safeParse(entry);
  return data !== undefined && String(data.sourceId) === String(data.appId);
}

/** A merge makes a record with a new id; in older accounts the primary one survives. */
function merged({ occurredAt, newObjectId, primaryObjectId, mergedObjectIds }: z.infer<typeof merge>): HubSpotEvent {
  const id = newObjectId ?? primaryObjectId;
  return { id, kind: 'merge', at: occurredAt, merged: without(id, [primaryObjectId, ...mergedObjectIds]) };
}

function both(a: HubSpotEvent, b: HubSpotEvent): HubSpotEvent {
  const [{ by, property, ...latest }, earlier] = b.at > a.at ? [b, a] : [a, b];
  // Several of the same contact are of one mass where others have just such.
  const same = by === undefined || by !== earlier.by ? {} : { by, ...(property !== undefined && property === earlier.property && { property }) };
  if (latest.merged === undefined) return { ...latest, ...same };
  return { ...latest, merged: without(latest.id, [...latest.merged, ...(earlier.merged ?? [])]) };
}

/** HubSpot merges at most 250 records into one. */
function without(id: string, ids: string[]): string[] {
  return [...new Set(ids)].filter((one) => one !== id).slice(0, 250);
}
