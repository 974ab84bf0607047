export type PropertyType = 'string' | 'number' | 'date' | 'datetime' | 'enumeration' | 'bool';
export type Option = { label: string; value: string; displayOrder: number; hidden: boolean; description?: string };

/** A property definition, in the form of `GET /properties/contacts/{name}`. */
export type Property = {
  name: string;
  label: string;
  type: PropertyType;
  fieldType: string;
  description: string;
  groupName: string;
  options: Option[];
  displayOrder: number;
  calculated: boolean;
  externalOptions: boolean;
  hasUniqueValue: boolean;
  hidden: boolean;
  hubspotDefined: boolean;
  formField: boolean;
  archived: boolean;
  createdAt: string;
  updatedAt: string;
  archivedAt?: string;
  referencedObjectType?: string;
  modificationMetadata: { archivable: boolean; readOnlyDefinition: boolean; readOnlyValue: boolean; readOnlyOptions?: boolean };
};

export type PropertyGroup = { name: string; label: string; displayOrder: number; archived: boolean };

export function options(values: readonly (string | readonly [value: string, label: string])[]): Option[] {
  return values.map((entry, displayOrder) => {
    const [value, label] = typeof entry === 'string' ? [entry, entry] : entry;
    return { label, value, displayOrder, hidden: false };
  });
}
