import type { Cause, Contact, Values } from '../contact.ts';
import type { EventType, Particulars } from './event.ts';

/** Something to tell of a contact, whoever has subscribed to it. */
export type Happening = { type: EventType; objectId: number; occurredAt: number; particulars: Particulars };

/**
 * What HubSpot tells of a change in the store. A merge is one event and, with `mergeDeletions`, the deletion of both old ids, but no property changes. A
 * privacy deletion is that event alone; emptying the bin is none, as the deletion was told before.
 */
export function happeningsOf(before: Contact | undefined, after: Contact | undefined, cause: Cause, now: number, mergeDeletions: boolean): Happening[] {
  const one = (type: EventType, contact: Contact, occurredAt: number, particulars: Particulars = {}): Happening => ({ type, objectId: Number(contact.id), occurredAt, particulars });
  if (!after) return before && cause.kind === 'privacyDeletion' ? [one('contact.privacyDeletion', before, now)] : [];
  const at = after.updatedAt;
  if (cause.kind === 'merge') {
    const { primary, loser } = cause;
    const merge = one('contact.merge', primary, at, {
      primaryObjectId: Number(primary.id), mergedObjectIds: [Number(loser.id)], newObjectId: Number(after.id), numberOfPropertiesMoved: moved(primary.values, loser.values),
    });
    return mergeDeletions ? [merge, ...[primary, loser].map((old) => one('contact.deletion', old, at, { changeFlag: 'DELETED' }))] : [merge];
  }
  if (before && before.archived !== after.archived) return after.archived ? [one('contact.deletion', after, at, { changeFlag: 'DELETED' })] : [one('contact.restore', after, at)];
  const created = before ? [] : [one('contact.creation', after, at, { changeFlag: 'NEW' })];
  return [...created, ...changed(before?.values ?? {}, after.values).map(([propertyName, propertyValue]) => one('contact.propertyChange', after, at, { propertyName, propertyValue }))];
}

/** Names and new values; a cleared value is blank. */
function changed(before: Values, after: Values): [name: string, value: string][] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]).map((name) => [name, after[name] ?? '']);
}

function moved(primary: Values, loser: Values): number {
  return Object.keys(loser).filter((name) => primary[name] === undefined).length;
}
