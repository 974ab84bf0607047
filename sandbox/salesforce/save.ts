import { refusal, SalesforceError, saveError, type SaveError } from './errors.ts';
import { isId, required, type Field, type ObjectName } from './field.ts';
import type { ObjectDefinition } from './objects.ts';
import type { Org } from './org.ts';
import { duplicatesDetected } from './rules.ts';
import { readValue, type Row, wrongId } from './values.ts';

/**
 * Who saves, and how: a `person` passes field permissions and duplicate rules; `allowSave` is the duplicate rule header's, `client` the call options'.
 * `stamps` are for a transaction that began long before it is committed; what is `silent` makes no change event.
 */
export type SaveContext = {
  userId: string; person?: boolean; allowSave?: boolean; version: string; client?: string | undefined; silent?: boolean;
  stamps?: { SystemModstamp: number; LastModifiedDate: number };
};
export type Body = Record<string, unknown>;

/** Creates a record and answers its id. Throws SalesforceError with every error found. */
export function createRecord(org: Org, object: ObjectDefinition, body: Body, context: SaveContext): string {
  mayEdit(org, object.name, context);
  const values = readFields(org, object, body, 'createable', context);
  const row: Row = {};
  for (const field of object.fields) row[field.name] = values[field.name] ?? defaultOf(field, context);
  demandRequired(object, row);
  setName(object.name, row);
  check(org, object, row, Object.keys(values), undefined, context);
  const now = context.stamps?.SystemModstamp ?? org.stamp();
  const id = org.store.nextId(object.name);
  const after: Row = {
    ...row, Id: id, CreatedDate: now, CreatedById: context.userId, LastModifiedDate: now, LastModifiedById: context.userId, SystemModstamp: now, ...context.stamps,
  };
  org.store.insert(object.name, after);
  if (!context.silent) org.note(object, id, { type: 'CREATE', before: undefined, after, by: context });
  return id;
}

/** Changes the given fields of a live record. Throws SalesforceError. */
export function updateRecord(org: Org, object: ObjectDefinition, id: string, body: Body, context: SaveContext): void {
  mayEdit(org, object.name, context);
  const before = liveRow(org, object, id);
  const account = before['AccountId'];
  const locked = org.rules.lockError(id) ?? (typeof account === 'string' ? org.rules.parentError(id, account, org.clock.now()) : undefined);
  if (locked) throw new SalesforceError([locked]);
  if (before['IsConverted'] === 1) throw new SalesforceError([saveError('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead')]);
  const values = readFields(org, object, body, 'updateable', context);
  const row = { ...before, ...values };
  demandRequired(object, row);
  setName(object.name, row);
  check(org, object, row, Object.keys(values), id, context);
  const now = org.stamp();
  const name: Row = row['Name'] === before['Name'] ? {} : { Name: row['Name'] ?? null };
  const changes: Row = { ...values, ...name, LastModifiedDate: now, LastModifiedById: context.userId, SystemModstamp: now, ...context.stamps };
  org.store.update(object.name, id, changes);
  if (!context.silent) org.note(object, id, { type: 'UPDATE', before, after: { ...before, ...changes }, by: context });
}

/** Moves a live record to the bin; an Account takes its Contacts along. */
export function deleteRecord(org: Org, object: ObjectDefinition, id: string, context: SaveContext): void {
  mayEdit(org, object.name, context);
  liveRow(org, object, id);
  const locked = org.rules.lockError(id);
  if (locked) throw new SalesforceError([locked]);
  const now = org.stamp();
  const bin = (name: ObjectName, one: string): void => {
    org.store.update(name, one, { IsDeleted: 1, LastModifiedDate: now, LastModifiedById: context.userId, SystemModstamp: now });
    org.store.logDeletion(name, one, now);
    org.note(org.schema.definition(name), one, { type: 'DELETE', before: undefined, after: {}, by: context });
  };
  bin(object.name, id);
  if (object.name !== 'Account') return;
  for (const contact of org.store.referring('Contact', 'AccountId', id)) {
    if (org.store.get('Contact', contact)?.['IsDeleted'] === 0) bin('Contact', contact);
  }
}

/** The record, which must exist and not be in the bin. */
export function liveRow(org: Org, object: ObjectDefinition, id: string): Row {
  if (!id.startsWith(object.prefix)) throw refusal('MALFORMED_ID', `Record ID: id value of incorrect type: ${id}`);
  const row = org.store.get(object.name, id);
  if (!row) throw refusal('NOT_FOUND', 'The requested resource does not exist');
  if (row['IsDeleted'] === 1) throw refusal('ENTITY_IS_DELETED', 'entity is deleted');
  return row;
}

function mayEdit(org: Org, object: ObjectName, context: SaveContext): void {
  if (context.person || (object !== 'User' && org.schema.access(object).edit)) return;
  throw refusal('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
}

/** The values of the body, by field, checked one by one. */
function readFields(org: Org, object: ObjectDefinition, body: Body, right: 'createable' | 'updateable', context: SaveContext): Row {
  const values: Row = {};
  const errors: SaveError[] = [];
  const readOnly: string[] = [];
  for (const [name, input] of Object.entries(body)) {
    if (name === 'attributes') continue;
    const field = org.schema.field(object.name, name);
    if (!field) throw refusal('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    if (!field[right] || (!context.person && !org.schema.access(object.name, field.name).edit)) {
      readOnly.push(field.name);
      continue;
    }
    const read = readValue(field, input);
    if ('value' in read) values[field.name] = read.value;
    else if (read.error.code === 'JSON_PARSER_ERROR') throw new SalesforceError([read.error]);
    else errors.push(read.error);
  }
  if (readOnly.length > 0) {
    const why = 'Please check the security settings of this field and verify that it is read/write for your profile or permission set.';
    throw new SalesforceError([saveError('INVALID_FIELD_FOR_INSERT_UPDATE', `Unable to create/update fields: ${readOnly.join(', ')}. ${why}`, readOnly)]);
  }
  if (errors.length > 0) throw new SalesforceError(errors);
  return values;
}

function defaultOf(field: Field, context: SaveContext): Row[string] {
  if (field.name === 'OwnerId') return context.userId;
  if (field.name === 'UserType') return 'Standard';
  if (field.type === 'boolean') return field.defaultValue === true ? 1 : 0;
  return typeof field.defaultValue === 'string' ? field.defaultValue : null;
}

function demandRequired(object: ObjectDefinition, row: Row): void {
  const missing = object.fields.filter((field) => (required(field) || (field.type === 'picklist' && !field.nillable)) && row[field.name] === null).map((field) => field.name);
  if (missing.length === 0) return;
  throw new SalesforceError([saveError('REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing)]);
}

function setName(object: ObjectName, row: Row): void {
  if (object !== 'Account') row['Name'] = [row['FirstName'], row['LastName']].filter(Boolean).join(' ');
}

/** Everything about a record as a whole: references, rules, uniqueness. */
function check(org: Org, object: ObjectDefinition, row: Row, changed: string[], id: string | undefined, context: SaveContext): void {
  const errors: SaveError[] = [];
  for (const name of changed) {
    const field = org.schema.field(object.name, name);
    if (field && isId(field.type)) errors.push(...brokenReference(org, field, row));
  }
  errors.push(...org.rules.violated(object, row));
  if (errors.length === 0) errors.push(...duplicates(org, object, row, changed, id, context));
  if (errors.length === 0) errors.push(...takenValues(org, object, row, changed, id));
  if (errors.length > 0) throw new SalesforceError(errors);
}

function brokenReference(org: Org, field: Field, row: Row): SaveError[] {
  const value = row[field.name];
  if (value === null || value === undefined) {
    return field.name === 'OwnerId' ? [saveError('INVALID_CROSS_REFERENCE_KEY', 'Owner ID: owner cannot be blank', ['OwnerId'])] : [];
  }
  const target = field.referenceTo.find((name) => String(value).startsWith(org.schema.definition(name).prefix));
  if (!target) return [wrongId(field, String(value))];
  const found = org.store.get(target, String(value));
  if (!found) return [saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [])];
  if (found['IsDeleted'] === 1) return [saveError('ENTITY_IS_DELETED', 'entity is deleted', [])];
  if (target === 'User' && found['IsActive'] !== 1) {
    return [saveError('INACTIVE_OWNER_OR_USER', `operation performed with inactive user [${String(value).slice(0, 15)}] as owner of ${field.name}`, [field.name])];
  }
  return [];
}

function duplicates(org: Org, object: ObjectDefinition, row: Row, changed: string[], id: string | undefined, context: SaveContext): SaveError[] {
  const rule = org.rules.duplicates.find((one) => one.object === object.name);
  const email = org.schema.field(object.name, 'Email');
  const value = row['Email'];
  if (!rule || !email || !value || context.person || !changed.includes('Email') || (context.allowSave && rule.mode === 'alert')) return [];
  const others = org.store.find(object.name, email, value).filter((one) => one['Id'] !== id && one['IsConverted'] !== 1);
  if (others.length === 0) return [];
  const path = `/services/data/v${context.version}/sobjects/${object.name}`;
  return [duplicatesDetected(object.name, rule, others.map((one) => ({ attributes: { type: object.name, url: `${path}/${one['Id'] ?? ''}` }, Id: one['Id'] })))];
}

function takenValues(org: Org, object: ObjectDefinition, row: Row, changed: string[], id: string | undefined): SaveError[] {
  const errors: SaveError[] = [];
  for (const field of object.fields) {
    const value = row[field.name];
    if (!field.unique || value === null || value === undefined || !changed.includes(field.name)) continue;
    const other = org.store.find(object.name, field, value).find((one) => one['Id'] !== id);
    // Salesforce writes the 15-character id here.
    if (other) errors.push(saveError('DUPLICATE_VALUE', `duplicate value found: ${field.name} duplicates value on record with id: ${String(other['Id']).slice(0, 15)}`));
  }
  return errors;
}
