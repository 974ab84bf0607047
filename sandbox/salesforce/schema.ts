import { z } from 'zod';
import { field, objectNames, type Field, type ObjectName } from './field.ts';
import { standardObjects, type ObjectDefinition } from './objects.ts';

export type Access = { read: boolean; edit: boolean };

export const fieldChange = z.strictObject({
  object: z.enum(objectNames),
  remove: z.array(z.string()).default([]),
  add: z.array(z.looseObject({
    name: z.string().regex(/^[A-Za-z]\w*$/),
    type: z.enum([
      'string', 'textarea', 'email', 'phone', 'url', 'picklist', 'multipicklist', 'boolean', 'int', 'double', 'currency', 'date', 'datetime',
    ]).default('string'),
    label: z.string().optional(),
    length: z.int().positive().optional(),
    precision: z.int().positive().optional(),
    scale: z.int().min(0).optional(),
    nillable: z.boolean().optional(),
    unique: z.boolean().optional(),
    externalId: z.boolean().optional(),
    picklist: z.array(z.string()).optional(),
    restricted: z.boolean().optional(),
  })).default([]),
});

const savedObject = z.custom<ObjectDefinition>((value) => z.object({ name: z.enum(objectNames), fields: z.array(z.object({ name: z.string(), type: z.string() })) }).safeParse(value).success);
/** What `Schema` writes into the org's file. */
export const savedSchema = z.object({ objects: z.array(savedObject), access: z.array(z.tuple([z.string(), z.object({ read: z.boolean(), edit: z.boolean() })])) });
type Saved = z.output<typeof savedSchema>;

/** The org's objects and fields, as an administrator changes them, and what the integration user may see and edit of them. */
export class Schema {
  #objects = new Map<string, ObjectDefinition>();
  #fields = new Map<ObjectName, Map<string, Field>>();
  #access = new Map<string, Access>();

  constructor(saved?: Saved) {
    for (const object of saved?.objects ?? standardObjects()) this.#objects.set(object.name.toLowerCase(), object);
    for (const [key, access] of saved?.access ?? []) this.#access.set(key, access);
    this.#index();
  }

  toJSON(): Saved {
    return { objects: [...this.#objects.values()], access: [...this.#access] };
  }

  /** An object by its API name, in any case; undefined where there is none or the user cannot read it. */
  object(name: string): ObjectDefinition | undefined {
    const object = this.#objects.get(name.toLowerCase());
    return object && this.access(object.name).read ? object : undefined;
  }

  objects(): ObjectDefinition[] {
    return [...this.#objects.values()].filter((object) => this.access(object.name).read);
  }

  byPrefix(id: string): ObjectDefinition | undefined {
    return [...this.#objects.values()].find((object) => id.startsWith(object.prefix));
  }

  /** A definition without regard to permissions. */
  definition(name: ObjectName): ObjectDefinition {
    const object = this.#objects.get(name.toLowerCase());
    if (!object) throw new Error(`No object ${name}`);
    return object;
  }

  /** A field by its API name, in any case; undefined where there is none or the user cannot see it. */
  field(object: ObjectName, name: string): Field | undefined {
    const found = this.#fields.get(object)?.get(name.toLowerCase());
    return found && this.access(object, found.name).read ? found : undefined;
  }

  /** The fields the user can see. */
  fields(object: ObjectName): Field[] {
    const all = this.definition(object).fields;
    return this.#access.size === 0 ? all : all.filter((one) => this.access(object, one.name).read);
  }

  access(object: ObjectName, name?: string): Access {
    return this.#access.get(name === undefined ? object : `${object}.${name}`) ?? { read: true, edit: true };
  }

  setAccess(object: ObjectName, name: string | undefined, access: Partial<Access>): Access {
    const fieldName = name === undefined ? undefined : (this.#fields.get(object)?.get(name.toLowerCase())?.name ?? name);
    const next = { ...this.access(object, fieldName), ...access };
    this.#access.set(fieldName === undefined ? object : `${object}.${fieldName}`, next);
    return next;
  }

  /** Takes fields away and adds new ones; a field that exists is replaced, which changes its picklist or length. Values stay in the table. */
  change(change: z.output<typeof fieldChange>): void {
    const definition = this.definition(change.object);
    const gone = new Set([...change.remove, ...change.add.map((one) => one.name)].map((name) => name.toLowerCase()));
    const kept = definition.fields.filter((one) => !gone.has(one.name.toLowerCase()));
    const added = change.add.map((one) => {
      const { name, type, ...rest } = one;
      const standard = standardObjects().find((object) => object.name === change.object)?.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
      const numbers = type === 'double' || type === 'currency' ? { precision: 18, scale: 2 } : type === 'int' ? { precision: 8 } : {};
      return field(name, standard?.type ?? type, { ...numbers, ...standard, ...rest, ...(rest.externalId ? { idLookup: true } : {}) });
    });
    definition.fields = [...kept, ...added];
    this.#index();
  }

  #index(): void {
    for (const object of this.#objects.values()) {
      this.#fields.set(object.name, new Map(object.fields.map((one) => [one.name.toLowerCase(), one])));
    }
  }
}
