import type { Clock } from '../common/clock.ts';
import type { Database } from '../common/database.ts';
import { DEFAULT_GROUPS, defaultProperties } from './default-properties.ts';
import { HubSpotError, notFound, validationError } from './errors.ts';
import type { Property, PropertyGroup } from './property.ts';
import { hubspotTime } from './times.ts';

export type PropertyDraft = Partial<Omit<Property, 'modificationMetadata' | 'calculated' | 'archived' | 'createdAt' | 'updatedAt'>>;

/** The contact properties of the account. All of them are in memory; the database is what survives a restart. */
export class Properties {
  readonly #clock: Clock;
  readonly #database: Database;
  readonly #all = new Map<string, Property>();
  readonly #groups = new Map<string, PropertyGroup>();

  constructor(clock: Clock, database: Database) {
    this.#clock = clock;
    this.#database = database;
    database.exec('CREATE TABLE IF NOT EXISTS properties (name TEXT PRIMARY KEY, definition TEXT NOT NULL); CREATE TABLE IF NOT EXISTS property_groups (name TEXT PRIMARY KEY, definition TEXT NOT NULL)');
    for (const row of database.all('SELECT definition FROM properties')) this.#keep(JSON.parse(String(row['definition'])));
    for (const row of database.all('SELECT definition FROM property_groups')) this.#keepGroup(JSON.parse(String(row['definition'])));
    if (this.#all.size === 0) this.reset();
  }

  reset(): void {
    this.#all.clear();
    this.#groups.clear();
    this.#database.exec('DELETE FROM properties; DELETE FROM property_groups');
    for (const property of defaultProperties()) this.#save(property);
    for (const group of DEFAULT_GROUPS) this.#saveGroup(group);
  }

  /** The live property of that name. */
  find(name: string): Property | undefined {
    const property = this.#all.get(name);
    return property?.archived ? undefined : property;
  }

  /** Also where the property was archived meanwhile. */
  definition(name: string): Property | undefined {
    return this.#all.get(name);
  }

  list(archived = false): Property[] {
    return [...this.#all.values()].filter((property) => property.archived === archived);
  }

  read(name: string, archived = false): Property {
    const property = this.#all.get(name);
    if (!property || property.archived !== archived) throw notFound(`Property ${name} does not exist`);
    return property;
  }

  create(draft: PropertyDraft & { name: string }): Property {
    const existing = this.#all.get(draft.name);
    if (existing && !existing.archived) throw new HubSpotError(409, 'OBJECT_ALREADY_EXISTS', `Property with name ${draft.name} already exists`);
    if (!/^[a-z][a-z0-9_]*$/.test(draft.name)) throw validationError(`${draft.name} is not a valid property name: lower case letters, digits and underscores, beginning with a letter`);
    if (!this.#groups.has(draft.groupName ?? '')) throw validationError(`Property group ${draft.groupName} does not exist`);
    const now = hubspotTime(this.#clock.now());
    return this.#save({
      name: draft.name,
      label: draft.label ?? draft.name,
      type: draft.type ?? 'string',
      fieldType: draft.fieldType ?? 'text',
      description: draft.description ?? '',
      groupName: draft.groupName ?? '',
      options: draft.options ?? [],
      displayOrder: draft.displayOrder ?? -1,
      calculated: false,
      externalOptions: draft.externalOptions ?? false,
      hasUniqueValue: draft.hasUniqueValue ?? false,
      hidden: draft.hidden ?? false,
      hubspotDefined: false,
      formField: draft.formField ?? true,
      archived: false,
      createdAt: now,
      updatedAt: now,
      ...(draft.referencedObjectType ? { referencedObjectType: draft.referencedObjectType } : {}),
      modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: false },
    });
  }

  /** Changes what is given; uniqueness and the name cannot be changed. */
  update(name: string, change: PropertyDraft): Property {
    const property = this.read(name);
    return this.#save({ ...property, ...change, name, hasUniqueValue: property.hasUniqueValue, updatedAt: hubspotTime(this.#clock.now()) });
  }

  archive(name: string): void {
    const property = this.#all.get(name);
    if (!property || property.archived) return;
    if (!property.modificationMetadata.archivable) throw validationError(`Property ${name} is defined by HubSpot and cannot be archived`);
    this.#save({ ...property, archived: true, archivedAt: hubspotTime(this.#clock.now()) });
  }

  groups(): PropertyGroup[] {
    return [...this.#groups.values()];
  }

  readGroup(name: string): PropertyGroup {
    const group = this.#groups.get(name);
    if (!group) throw notFound(`Property group ${name} does not exist`);
    return group;
  }

  createGroup(group: PropertyGroup): PropertyGroup {
    if (this.#groups.has(group.name)) throw new HubSpotError(409, 'OBJECT_ALREADY_EXISTS', `Property group with name ${group.name} already exists`);
    return this.#saveGroup(group);
  }

  updateGroup(name: string, change: Partial<PropertyGroup>): PropertyGroup {
    return this.#saveGroup({ ...this.readGroup(name), ...change, name });
  }

  archiveGroup(name: string): void {
    this.#groups.delete(name);
    this.#database.run('DELETE FROM property_groups WHERE name = ?', name);
  }

  #keep(property: Property): Property {
    this.#all.set(property.name, property);
    return property;
  }

  #keepGroup(group: PropertyGroup): PropertyGroup {
    this.#groups.set(group.name, group);
    return group;
  }

  #save(property: Property): Property {
    this.#database.run('INSERT OR REPLACE INTO properties (name, definition) VALUES (?, ?)', property.name, JSON.stringify(property));
    return this.#keep(property);
  }

  #saveGroup(group: PropertyGroup): PropertyGroup {
    this.#database.run('INSERT OR REPLACE INTO property_groups (name, definition) VALUES (?, ?)', group.name, JSON.stringify(group));
    return this.#keepGroup(group);
  }
}
