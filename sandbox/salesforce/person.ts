import { refusal } from './errors.ts';
import type { ObjectName } from './field.ts';
import { normalId } from './ids.ts';
import type { ObjectDefinition } from './objects.ts';
import type { Org } from './org.ts';
import { createRecord, deleteRecord, liveRow, updateRecord, type Body, type SaveContext } from './save.ts';
import { printValue, type Row } from './values.ts';

// What the Lead's fields become on the Contact, where their names differ.
const TO_CONTACT: Record<string, string> = {
  Street: 'MailingStreet', City: 'MailingCity', State: 'MailingState', PostalCode: 'MailingPostalCode', Country: 'MailingCountry',
};
const ON_CONVERSION = [
  'FirstName', 'LastName', 'Salutation', 'Title', 'Phone', 'MobilePhone', 'Fax', 'Email', 'LeadSource', 'Description', 'HasOptedOutOfEmail', 'DoNotCall',
  'Contract_Ends__c', 'Last_Demo__c', 'VIP__c', 'Score__c', 'Interests__c', 'Tier__c', ...Object.keys(TO_CONTACT),
];

export type Late = { object: ObjectName; id?: string | undefined; fields: Body; stampMsAgo: number; lastModifiedMsAgo?: number | undefined };

/** What a person does in the org's user interface, as another user than the integration's. */
export class Person {
  readonly #org: Org;

  constructor(org: Org) {
    this.#org = org;
  }

  get #context(): SaveContext {
    return { userId: this.#org.identity.person, person: true, version: '67.0' };
  }

  /** The object and id of a record, live or in the bin. Throws 404 NOT_FOUND. */
  find(text: string): { object: ObjectDefinition; id: string; row: Row } {
    const id = normalId(text) ?? '';
    const object = this.#org.schema.byPrefix(id);
    const row = object && this.#org.store.get(object.name, id);
    if (!object || !row) throw refusal('NOT_FOUND', `There is no record ${text}`);
    return { object, id, row };
  }

  /** Creates or edits a record in a transaction that began `stampMsAgo` and is committed now; LastModifiedDate may be set apart, as imports of old data do. */
  late({ object, id, fields, stampMsAgo, lastModifiedMsAgo = stampMsAgo }: Late): string {
    const ago = (ms: number): number => Math.floor((this.#org.clock.now() - ms) / 1000) * 1000;
    const context = { ...this.#context, stamps: { SystemModstamp: ago(stampMsAgo), LastModifiedDate: ago(lastModifiedMsAgo) } };
    if (id === undefined) return createRecord(this.#org, this.#org.schema.definition(object), fields, context);
    const found = this.find(id);
    updateRecord(this.#org, found.object, found.id, fields, context);
    return found.id;
  }

  edit(text: string, fields: Body): void {
    const { object, id } = this.find(text);
    updateRecord(this.#org, object, id, fields, this.#context);
  }

  create(object: ObjectName, fields: Body): string {
    return createRecord(this.#org, this.#org.schema.definition(object), fields, this.#context);
  }

  delete(text: string): void {
    const { object, id } = this.find(text);
    deleteRecord(this.#org, object, id, this.#context);
  }

  /** Converts a Lead into a new Account and Contact, or into an existing Contact, of which only blank fields are filled. The Lead freezes. */
  convert(leadId: string, contactId: string | undefined, copyExternalId: boolean): { contactId: string; accountId: string | null } {
    const org = this.#org;
    const { object, id } = this.find(leadId);
    const lead = liveRow(org, object, id);
    if (object.name !== 'Lead') throw refusal('INVALID_CROSS_REFERENCE_KEY', `${leadId} is not a Lead`);
    if (lead['IsConverted'] === 1) throw refusal('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
    const fields: Body = {};
    for (const name of copyExternalId ? [...ON_CONVERSION, 'HubSpot_Contact_Id__c'] : ON_CONVERSION) {
      const from = org.schema.field('Lead', name);
      const to = org.schema.field('Contact', TO_CONTACT[name] ?? name);
      const value = from && lead[from.name];
      if (from && to && value !== null && value !== undefined) fields[to.name] = printValue(from, value);
    }
    const contact = contactId === undefined ? this.#newContact(lead, fields) : this.#fillBlanks(contactId, fields);
    // The event of a conversion does not name LastModifiedDate (Salesforce, "Change Events for Lead Conversion").
    this.#update(object, id, lead, {
      IsConverted: 1, Status: 'Closed - Converted', ConvertedDate: new Date(org.clock.now()).toISOString().slice(0, 10), ConvertedContactId: contact.contactId,
      ConvertedAccountId: contact.accountId, ...this.#touched(),
    });
    return contact;
  }

  #newContact(lead: Row, fields: Body): { contactId: string; accountId: string } {
    const account: Body = { Name: lead['Company'], OwnerId: lead['OwnerId'] };
    for (const name of ['Phone', 'Website', 'Industry', 'AnnualRevenue', 'NumberOfEmployees']) if (lead[name] !== null) account[name] = lead[name];
    const accountId = this.create('Account', account);
    return { contactId: this.create('Contact', { ...fields, AccountId: accountId, OwnerId: lead['OwnerId'] }), accountId };
  }

  #fillBlanks(contactId: string, fields: Body): { contactId: string; accountId: string | null } {
    const { object, id } = this.find(contactId);
    const row = liveRow(this.#org, object, id);
    const blank = Object.entries(fields).filter(([name]) => row[name] === null);
    updateRecord(this.#org, object, id, Object.fromEntries(blank), this.#context);
    const accountId = row['AccountId'];
    return { contactId: id, accountId: typeof accountId === 'string' ? accountId : null };
  }

  /** Merges up to two records of the same type into the master; with `fields` the person chooses values. Losers go to the bin and name the master. */
  merge(master: string, losers: string[], fields: Body): void {
    const org = this.#org;
    const { object, id } = this.find(master);
    if (losers.length === 0 || losers.length > 2 || object.name === 'User') throw refusal('INVALID_INPUT', 'A merge takes a master and one or two losers of the same type');
    liveRow(org, object, id);
    const ids = losers.map((loser) => {
      const one = this.find(loser);
      liveRow(org, one.object, one.id);
      if (one.object.name !== object.name || one.id === id) throw refusal('INVALID_INPUT', `${loser} cannot be merged into ${master}`);
      return one.id;
    });
    for (const loser of ids) {
      const now = org.stamp();
      org.store.update(object.name, loser, { IsDeleted: 1, MasterRecordId: id, ...this.#touched() });
      org.store.logDeletion(object.name, loser, now);
      org.note(object, loser, { type: 'DELETE', before: undefined, after: {}, by: this.#context });
      this.#relink(object.name, loser, id);
    }
    updateRecord(org, object, id, fields, this.#context);
  }

  /** What referred to the loser refers to the master now: a system's change, which moves SystemModstamp alone. */
  #relink(object: ObjectName, loser: string, master: string): void {
    for (const child of this.#org.schema.objects()) {
      for (const field of child.fields) {
        if (field.type !== 'reference' || !field.referenceTo.includes(object) || field.name === 'MasterRecordId') continue;
        for (const id of this.#org.store.referring(child.name, field.name, loser)) {
          const row = this.#org.store.get(child.name, id) ?? {};
          this.#update(child, id, row, { [field.name]: master, SystemModstamp: this.#org.stamp() });
        }
      }
    }
  }

  /** Takes a record out of the bin, with the same id. A merged one stands alone again; a unique value taken meanwhile refuses it. */
  undelete(text: string): void {
    const { object, id, row } = this.find(text);
    if (row['IsDeleted'] !== 1) throw refusal('UNDELETE_FAILED', 'Entity is not in the recycle bin');
    for (const field of object.fields) {
      const value = row[field.name];
      if (!field.unique || value === null || value === undefined) continue;
      const other = this.#org.store.find(object.name, field, value)[0];
      if (other) throw refusal('DUPLICATE_VALUE', `duplicate value found: ${field.name} duplicates value on record with id: ${String(other['Id']).slice(0, 15)}`);
    }
    const changes: Row = { IsDeleted: 0, MasterRecordId: null, ...this.#touched() };
    this.#org.store.update(object.name, id, changes);
    this.#org.store.forgetDeletion(id);
    this.#org.note(object, id, { type: 'UNDELETE', before: undefined, after: { ...row, ...changes }, by: this.#context });
  }

  /** Removes what lies in the bin for good; its entry in `/deleted` stays. */
  emptyBin(): number {
    let purged = 0;
    for (const object of this.#org.schema.objects()) {
      if (object.name === 'User') continue;
      const rows = this.#org.database.all(`SELECT "Id" FROM "${object.name}" WHERE "IsDeleted" = 1`);
      for (const row of rows) this.#org.store.remove(object.name, String(row['Id']));
      purged += rows.length;
    }
    return purged;
  }

  #update(object: ObjectDefinition, id: string, row: Row, changes: Row): void {
    this.#org.store.update(object.name, id, changes);
    // What lies in the bin makes no event.
    if (row['IsDeleted'] !== 1) this.#org.note(object, id, { type: 'UPDATE', before: row, after: { ...row, ...changes }, touched: false, by: this.#context });
  }

  #touched(): Row {
    const now = this.#org.stamp();
    return { LastModifiedDate: now, LastModifiedById: this.#org.identity.person, SystemModstamp: now };
  }
}
