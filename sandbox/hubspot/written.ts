import type { Write, WriteLog } from '../common/writes.ts';
import type { Contact, Values } from './contact.ts';
import type { ContactStore } from './contact-store.ts';

/** Notes every change of a contact. A write that changes no value is none here: HubSpot moves no time for it either. */
export function noteWrites(store: ContactStore, log: WriteLog): void {
  store.listen((before, after, { source: { updatedByUserId } }) => {
    const contact = after ?? before;
    if (!contact) return;
    const by = updatedByUserId === undefined ? 'api' : 'person';
    log.note({ object: 'contact', id: contact.id, kind: kindOf(before, after), by, fields: after ? changed(before?.values ?? {}, after.values) : {} });
  });
}

function kindOf(before: Contact | undefined, after: Contact | undefined): Write['kind'] {
  if (!after || (after.archived && !before?.archived)) return 'delete';
  if (!before) return 'create';
  return before.archived && !after.archived ? 'undelete' : 'update';
}

function changed(before: Values, after: Values): Record<string, string | null> {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  names.delete('lastmodifieddate');
  return Object.fromEntries([...names].filter((name) => before[name] !== after[name]).map((name) => [name, after[name] ?? null]));
}
