import { refusal, SalesforceError, saveError } from './errors.ts';
import type { Field } from './field.ts';
import { normalId } from './ids.ts';
import type { ObjectDefinition } from './objects.ts';
import type { Org } from './org.ts';
import { createRecord, updateRecord, type Body, type SaveContext } from './save.ts';
import { readValue } from './values.ts';

/** Several records hold the external id: 300 with their URLs, or DUPLICATE_EXTERNAL_ID in a row of a collection. */
export class SeveralMatches extends SalesforceError {
  readonly ids: string[];

  constructor(field: Field, ids: string[]) {
    super([saveError('DUPLICATE_EXTERNAL_ID', `${field.label}: more than one record found for external id field: [${ids.join(', ')}]`, [])]);
    this.ids = ids;
  }
}

/** The field of an upsert, which must be an external id, a lookup such as Email, or Id. Throws 404 NOT_FOUND. */
export function externalField(org: Org, object: ObjectDefinition, name: string): Field {
  const field = org.schema.field(object.name, name);
  if (!field?.idLookup) throw refusal('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${name}`);
  return field;
}

/** Ids of the live records with this external id, at most 20. */
export function matching(org: Org, object: ObjectDefinition, field: Field, value: unknown): string[] {
  const read = readValue(field, value);
  if ('error' in read) throw new SalesforceError([read.error]);
  if (read.value === null) return [];
  return org.store.find(object.name, field, read.value).map((row) => String(row['Id']));
}

/** Creates or updates by external id. Without a value: MISSING_ARGUMENT. `updateOnly` answers 404 NOT_FOUND instead of creating. */
export function upsertRecord(
  org: Org, object: ObjectDefinition, field: Field, value: unknown, body: Body, context: SaveContext, updateOnly = false,
): { id: string; created: boolean } {
  if (field.name === 'Id') return upsertById(org, object, value, body, context);
  if (value === undefined || value === null || value === '') throw refusal('MISSING_ARGUMENT', `${field.name} not specified`);
  const ids = matching(org, object, field, value);
  if (ids.length > 1) throw new SeveralMatches(field, ids);
  const id = ids[0];
  if (id !== undefined) {
    updateRecord(org, object, id, body, context);
    return { id, created: false };
  }
  if (updateOnly) throw refusal('NOT_FOUND', 'The requested resource does not exist');
  return { id: createRecord(org, object, { ...body, [field.name]: value }, context), created: true };
}

function upsertById(org: Org, object: ObjectDefinition, value: unknown, body: Body, context: SaveContext): { id: string; created: boolean } {
  if (value === undefined || value === null || value === '') return { id: createRecord(org, object, body, context), created: true };
  const id = typeof value === 'string' ? normalId(value) : undefined;
  if (id === undefined) throw refusal('MALFORMED_ID', `Record ID: id value of incorrect type: ${JSON.stringify(value)}`);
  updateRecord(org, object, id, body, context);
  return { id, created: false };
}
