import { refusal } from './errors.ts';
import { normalId } from './ids.ts';
import type { ObjectDefinition } from './objects.ts';
import type { Org } from './org.ts';
import { compile } from './soql/compile.ts';
import { run, type QueryRecord } from './soql/run.ts';

/** The object of a path. Throws 404 NOT_FOUND where it does not exist or is not visible. */
export function objectNamed(org: Org, name: string): ObjectDefinition {
  const object = org.schema.object(name);
  if (!object) throw refusal('NOT_FOUND', 'The requested resource does not exist');
  return object;
}

/** The id of a path in its 18-character form. Throws 404 as Salesforce does for what looks like no id. */
export function idInPath(text: string): string {
  const id = normalId(text);
  if (id === undefined) throw refusal('NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${text}`);
  return id;
}

/** Live records by id, in the order of `ids`, null where there is none. `fields` may pass relationships; without them all visible fields. */
export function readRecords(org: Org, object: ObjectDefinition, ids: string[], fields: string[] | undefined, version: string): (QueryRecord | null)[] {
  const names = fields ?? org.schema.fields(object.name).map((field) => field.name);
  for (const name of names) {
    if (!name.includes('.') && !org.schema.field(object.name, name)) throw refusal('INVALID_FIELD', `No such column '${name}' on sobject of type ${object.name}`);
    if (!/^\w+(\.\w+)*$/.test(name)) throw refusal('INVALID_FIELD', `Invalid field name '${name}'`);
  }
  const withId = names.some((name) => name.toLowerCase() === 'id') ? names : [...names, 'Id'];
  const wanted = ids.map((id) => normalId(id));
  const found = new Map<unknown, QueryRecord>();
  const known = [...new Set(wanted.filter((id) => id !== undefined))];
  if (known.length > 0) {
    const soql = `SELECT ${[...new Set(withId)].join(', ')} FROM ${object.name} WHERE Id IN (${known.map((id) => `'${id}'`).join(',')})`;
    const query = compile(org.schema, soql, { now: org.clock.now(), withDeleted: false });
    for (const record of run(org.database, query, version).records) found.set(record['Id'], record);
  }
  return wanted.map((id) => found.get(id) ?? null);
}
