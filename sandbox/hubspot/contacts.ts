import type { Change, Contact, Source, Values, Writes } from './contact.ts';
import { emailsOf, type ContactStore } from './contact-store.ts';
import { LIFECYCLE_STAGES } from './default-properties.ts';
import { conflict, notFound, propertyErrors, validationError } from './errors.ts';
import type { Owners } from './owners.ts';
import type { Properties } from './properties.ts';
import { hubspotTime } from './times.ts';
import { checkValue, type Problem } from './values.ts';

/** Reserved while a batch is checked: values that an earlier row of the same batch will take, with that row's contact id. */
export type Claims = Map<string, string>;

/** HubSpot's rules for writing contacts, over the store. */
export class Contacts {
  readonly store: ContactStore;
  readonly #properties: Properties;
  readonly #owners: Owners;

  constructor(store: ContactStore, properties: Properties, owners: Owners) {
    this.store = store;
    this.#properties = properties;
    this.#owners = owners;
  }

  /** A contact by id (of a merged one too), email or unique property. 404 where there is none with that archived state. */
  find(id: string, idProperty: string | undefined, archived = false): Contact {
    const contact = this.#lookUp(id, idProperty);
    if (!contact || contact.archived !== archived) throw notFound(`Object not found.  objectId are usually numeric.`, { ids: [id] });
    return contact;
  }

  /** By its own id or another identifier, without following merges: what batch writes accept. */
  findOwn(id: string, idProperty: string | undefined): Contact | undefined {
    const byId = idProperty === undefined || idProperty === 'hs_object_id';
    const contact = byId ? this.store.get(id) : this.#lookUp(id, idProperty);
    return contact?.archived ? undefined : contact;
  }

  #lookUp(id: string, idProperty: string | undefined): Contact | undefined {
    if (idProperty === undefined || idProperty === 'hs_object_id') return this.store.get(this.store.resolve(id));
    if (idProperty === 'email') return this.store.byEmail(id);
    if (!this.#properties.find(idProperty)?.hasUniqueValue) throw validationError(`Invalid unique identifier property: ${idProperty}`);
    return this.store.byValue(idProperty, id);
  }

  /** Checks a write and gives what would change. Throws 400 for bad values, 409 where an email or unique value belongs to another contact. */
  check(before: Contact | undefined, given: Record<string, string | null>, claims: Claims = new Map(), self = before?.id ?? ''): Change {
    const problems: Problem[] = [];
    const writes: Writes = {};
    for (const [name, raw] of Object.entries(given)) {
      const property = this.#properties.find(name);
      if (!property) {
        problems.push({ name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
        continue;
      }
      if (property.modificationMetadata.readOnlyValue) {
        problems.push({ name, code: 'READ_ONLY_VALUE', message: `"${name}" is a read only property; its value cannot be set.` });
        continue;
      }
      const current = before?.values[name] ?? '';
      const { value, problem } = checkValue(property, raw ?? '', current, (id) => this.#owners.isActive(id));
      if (problem) problems.push(problem);
      else if (name !== 'lifecyclestage' || movesForward(current, value)) writes[name] = value;
    }
    if (problems.length > 0) throw propertyErrors(problems);
    if (!before && !['email', 'firstname', 'lastname'].some((name) => writes[name])) {
      throw validationError('A contact needs at least one of email, firstname and lastname.');
    }
    this.#claim(writes, self, claims);
    return { before, writes };
  }

  #claim(writes: Writes, self: string, claims: Claims): void {
    for (const [name, value] of Object.entries(writes)) {
      if (value === '') continue;
      const unique = name === 'email' || this.#properties.find(name)?.hasUniqueValue;
      if (!unique) continue;
      if (name === 'email' && this.store.isBlocked(value)) throw validationError(`The email address was deleted for privacy and cannot be used again.`);
      const holder = claims.get(`${name} ${value}`) ?? (name === 'email' ? this.store.byEmail(value) : this.store.byValue(name, value))?.id;
      if (holder !== undefined && holder !== self) {
        throw conflict(name === 'email' ? `Contact already exists. Existing ID: ${holder}` : `Another contact has the value ${value} of the unique property ${name}. Existing ID: ${holder}`);
      }
      claims.set(`${name} ${value}`, self);
    }
  }

  /** Carries out a checked change. A change of nothing moves no time. */
  apply(change: Change, source: Source, id?: string): Contact {
    const { before, writes } = change;
    const now = this.store.now();
    const values: Record<string, string> = { ...before?.values };
    let changed = before === undefined;
    for (const [name, value] of Object.entries(writes)) {
      if ((values[name] ?? '') === value) continue;
      changed = true;
      if (value === '') delete values[name];
      else values[name] = value;
    }
    if (before && !changed) return before;
    const own = before?.id ?? id ?? this.store.nextId();
    values['hs_object_id'] = own;
    values['lastmodifieddate'] = hubspotTime(now);
    if (!before) {
      values['createdate'] = hubspotTime(now);
      values['hs_object_source'] = source.sourceType;
    }
    setDomain(values);
    return this.store.put(before, { id: own, values, createdAt: before?.createdAt ?? now, updatedAt: now, archived: false }, source);
  }

  archive(contact: Contact, source: Source): void {
    if (contact.archived) return;
    const now = this.store.now();
    this.store.put(contact, { ...contact, archived: true, archivedAt: now, updatedAt: now }, source);
  }

  /** Back from the bin with the same id. 409 where its email has another owner by now. */
  restore(contact: Contact, source: Source): Contact {
    for (const email of emailsOf(contact.values)) {
      const holder = this.store.byEmail(email);
      if (holder && holder.id !== contact.id) throw conflict(`Contact already exists. Existing ID: ${holder.id}`);
    }
    const { archivedAt: _gone, ...kept } = contact;
    const now = this.store.now();
    return this.store.put(contact, { ...kept, values: { ...kept.values, lastmodifieddate: hubspotTime(now) }, archived: false, updatedAt: now }, source);
  }

  /** Deletes for good and blocks its emails from then on. */
  forget(contact: Contact, source: Source): void {
    for (const email of emailsOf(contact.values)) this.store.block(email);
    this.store.remove(contact, { kind: 'privacyDeletion', source });
  }

  /** Merges two contacts into a third with a new id: the primary's values, the other's where the primary's are blank. */
  merge(primary: Contact, loser: Contact, source: Source): Contact {
    const merged = [...mergedIds(primary.values), primary.id, ...mergedIds(loser.values), loser.id];
    if (merged.length > 250) throw validationError('The records have been merged too often: at most 250 records can become one.');
    const history = this.store.history(primary.id);
    for (const [name, entries] of Object.entries(this.store.history(loser.id))) history[name] ??= entries;
    const id = this.store.nextId();
    const now = this.store.now();
    const emails = [...new Set([...emailsOf(primary.values), ...emailsOf(loser.values)])];
    const values: Record<string, string> = { ...loser.values, ...primary.values, hs_object_id: id, hs_merged_object_ids: merged.join(';'), lastmodifieddate: hubspotTime(now) };
    const [email, ...additional] = emails;
    if (email) values['email'] = email;
    if (additional.length > 0) values['hs_additional_emails'] = additional.join(';');
    values['createdate'] = hubspotTime(Math.min(primary.createdAt, loser.createdAt));
    values['lifecyclestage'] = further(primary.values['lifecyclestage'] ?? '', loser.values['lifecyclestage'] ?? '');
    if (values['lifecyclestage'] === '') delete values['lifecyclestage'];
    setDomain(values);
    for (const old of [primary, loser]) this.store.remove(old, { kind: 'merge', source, primary, loser }, id);
    const after: Contact = { id, values, createdAt: Math.min(primary.createdAt, loser.createdAt), updatedAt: now, archived: false };
    return this.store.put(undefined, after, source, { history, values: { ...loser.values, ...primary.values }, primary, loser });
  }
}

function setDomain(values: Record<string, string>): void {
  const domain = values['email']?.split('@')[1];
  if (domain === undefined) delete values['hs_email_domain'];
  else values['hs_email_domain'] = domain;
}

function mergedIds(values: Values): string[] {
  return values['hs_merged_object_ids']?.split(';') ?? [];
}

/** Clearing is allowed, going back is not: HubSpot keeps the later stage without an error. */
function movesForward(current: string, value: string): boolean {
  const to = LIFECYCLE_STAGES.indexOf(value);
  return value === '' || to === -1 || to >= LIFECYCLE_STAGES.indexOf(current);
}

function further(one: string, other: string): string {
  return LIFECYCLE_STAGES.indexOf(one) >= LIFECYCLE_STAGES.indexOf(other) ? one : other;
}
