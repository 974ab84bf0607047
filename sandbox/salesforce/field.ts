export const objectNames = ['Account', 'Contact', 'Lead', 'User'] as const;
export type ObjectName = (typeof objectNames)[number];
export type FieldType =
  | 'id' | 'reference' | 'string' | 'textarea' | 'email' | 'phone' | 'url' | 'picklist' | 'multipicklist'
  | 'boolean' | 'int' | 'double' | 'currency' | 'date' | 'datetime';

/** One field of an object, with what its describe tells and what a save obeys. */
export type Field = {
  name: string;
  label: string;
  type: FieldType;
  /** Characters of text; 0 for other types. */
  length: number;
  /** Digits before and after the point together, and after it; both 0 for other types than numbers. */
  precision: number;
  scale: number;
  nillable: boolean;
  createable: boolean;
  updateable: boolean;
  defaultedOnCreate: boolean;
  defaultValue: string | boolean | null;
  unique: boolean;
  externalId: boolean;
  idLookup: boolean;
  calculated: boolean;
  filterable: boolean;
  nameField: boolean;
  picklist: string[];
  restricted: boolean;
  referenceTo: ObjectName[];
  relationshipName: string | null;
};

const LENGTHS: Record<FieldType, number> = {
  id: 18, reference: 18, string: 255, textarea: 255, email: 80, phone: 40, url: 255, picklist: 255, multipicklist: 4099,
  boolean: 0, int: 0, double: 0, currency: 0, date: 0, datetime: 0,
};

/** A field with Salesforce's defaults for its type; `label` comes from the name where it is not given. */
export function field(name: string, type: FieldType, rest: Partial<Field> = {}): Field {
  const label = name.replace(/__c$/, '').replace(/Id$/, ' ID').replace(/_/g, ' ').replace(/([a-z])([A-Z])/g, '$1 $2');
  return {
    name, label, type, length: LENGTHS[type], precision: 0, scale: 0,
    nillable: type !== 'boolean', createable: true, updateable: true,
    defaultedOnCreate: type === 'boolean', defaultValue: type === 'boolean' ? false : null,
    unique: false, externalId: false, idLookup: type === 'id', calculated: false, filterable: true, nameField: false,
    picklist: [], restricted: false, referenceTo: [], relationshipName: null,
    ...rest,
  };
}

export const readOnly = { createable: false, updateable: false } as const;

/** Whether a create must give it: not nillable, and nothing fills it in. */
export function required(one: Field): boolean {
  return !one.nillable && one.createable && !one.defaultedOnCreate;
}

/** A text that compares without case, in queries and for uniqueness. */
export function isText(type: FieldType): boolean {
  return ['string', 'textarea', 'email', 'phone', 'url', 'picklist', 'multipicklist'].includes(type);
}

export function isNumber(type: FieldType): boolean {
  return type === 'int' || type === 'double' || type === 'currency';
}

export function isId(type: FieldType): boolean {
  return type === 'id' || type === 'reference';
}

/** Long text areas can be read but not filtered, sorted or grouped by. */
export function longText(name: string): Field {
  return field(name, 'textarea', { length: 32_000, filterable: false });
}
