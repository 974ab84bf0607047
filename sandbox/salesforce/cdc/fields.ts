import type { Field } from '../field.ts';
import type { ObjectDefinition } from '../objects.ts';
import { printValue, type Row } from '../values.ts';

/** What a change event says of the record's fields: compound ones nested, `Name.LastName` in the lists. */
export type EventFields = { changedFields: string[]; nulledFields: string[]; values: Record<string, unknown> };
export const noFields: EventFields = { changedFields: [], nulledFields: [], values: {} };

// No fields of a change event. `Name` is the compound of its parts.
const LEFT_OUT = new Set(['Id', 'Name', 'IsDeleted', 'MasterRecordId', 'SystemModstamp']);
const NAME_PARTS = new Set(['FirstName', 'LastName', 'Salutation']);
const ADDRESS_PART = /^(|Mailing)(Street|City|State|PostalCode|Country)$/;

/** All fields with a value, as events of a creation or an undelete have them; `changedFields` is empty there. */
export function allFields(object: ObjectDefinition, row: Row): EventFields {
  const values: Record<string, unknown> = {};
  for (const field of object.fields) if (!LEFT_OUT.has(field.name) && (row[field.name] ?? null) !== null) put(values, field, row);
  return { ...noFields, values };
}

/** The fields that an update changed. `touched`: LastModifiedDate is among them, whether or not it moved. */
export function changedFields(object: ObjectDefinition, before: Row, after: Row, touched: boolean): EventFields {
  const fields: EventFields = { changedFields: [], nulledFields: [], values: {} };
  for (const field of object.fields) {
    const stamp = field.name === 'LastModifiedDate' || field.name === 'LastModifiedById';
    const differs = (before[field.name] ?? null) !== (after[field.name] ?? null);
    if (LEFT_OUT.has(field.name) || !(stamp ? touched && (differs || field.name === 'LastModifiedDate') : differs)) continue;
    put(fields.values, field, after);
    fields.changedFields.push(pathOf(field.name).join('.'));
    if ((after[field.name] ?? null) === null) fields.nulledFields.push(pathOf(field.name).join('.'));
  }
  return fields;
}

function pathOf(name: string): [string] | [string, string] {
  if (NAME_PARTS.has(name)) return ['Name', name];
  const [, prefix, part] = ADDRESS_PART.exec(name) ?? [];
  return part === undefined ? [name] : [`${prefix}Address`, part];
}

function put(values: Record<string, unknown>, field: Field, row: Row): void {
  const stored = row[field.name] ?? null;
  // Unlike the REST API, events write datetimes with Z.
  const value = field.type === 'datetime' && stored !== null ? new Date(Number(stored)).toISOString() : printValue(field, stored);
  const [name, part] = pathOf(field.name);
  if (part === undefined) values[name] = value;
  else values[name] = { ...(values[name] as Record<string, unknown> | undefined), [part]: value };
}
