/** What the two CRMs say about their fields, and what a mapping becomes once both have been asked. Plain data. */
import type { FieldTreatment, SalesforceType, UpdateRule } from './records.ts';

/** One choice of a HubSpot enumeration or of a Salesforce picklist. `value` is the internal name / API value. */
export interface Option {
  value: string;
  label: string;
}

/** A HubSpot contact property, as `GET /properties/contacts` describes it. */
export interface HubSpotProperty {
  name: string;
  label: string;
  type: 'string' | 'number' | 'date' | 'datetime' | 'enumeration' | 'bool';
  /** HubSpot's form control: text, textarea, select, radio, checkbox, booleancheckbox, phonenumber, ... */
  fieldType: string;
  options: Option[];
  /** `calculated` or `modificationMetadata.readOnlyValue`. */
  readOnly: boolean;
  hasUniqueValue: boolean;
}

/** A Salesforce field, as `describe` shows it to the integration user. */
export interface SalesforceField {
  name: string;
  label: string;
  /** Salesforce's own name: string, textarea, picklist, multipicklist, boolean, double, int, date, reference, ... */
  type: string;
  /** Characters; 0 where the type has no length. */
  length: number;
  /** Digits after the decimal point. */
  scale: number;
  /** Digits in all; 0 where not limited (type `int`). */
  precision: number;
  createable: boolean;
  updateable: boolean;
  nillable: boolean;
  /** Active values only. */
  picklist: Option[];
  restricted: boolean;
  calculated: boolean;
}

/**
 * How a value becomes comparable and goes across, fixed by the types of both fields (behaviour: section 5).
 * `maxLength` is Salesforce's, 0 = none.
 */
export type Conversion =
  | { kind: 'text' | 'multiline' | 'email' | 'phone'; maxLength: number }
  /** A null list is free text on that side; at most one is null. */
  | { kind: 'choice'; hubspot: Option[] | null; salesforce: Option[] | null; maxLength: number }
  | { kind: 'choices'; hubspot: Option[]; salesforce: Option[] }
  /** A dropdown whose internal names are Salesforce record ids. */
  | { kind: 'reference'; hubspot: Option[] }
  | { kind: 'checkbox' }
  /** `integer`: Salesforce's 32-bit `int`, which takes no fraction. `integerDigits`: before the point, null = any. */
  | { kind: 'number'; integer: boolean; scale: number; integerDigits: number | null }
  | { kind: 'date' }
  /** A day on one side, an instant on the other; `instant` names the side that holds the instant. */
  | { kind: 'day'; instant: 'hubspot' | 'salesforce' }
  | { kind: 'datetime' }
  | { kind: 'owner' };

/** A mapping that can run for one Salesforce object: both fields exist and their types go together. */
export interface MappedField {
  hubspot: string;
  salesforce: string;
  rule: UpdateRule;
  treatment: FieldTreatment;
  direction: 'both' | 'to-hubspot' | 'to-salesforce';
  conversion: Conversion;
  /** Salesforce refuses a blank here. */
  required: boolean;
}

/** What became of the mappings against the fields that both accounts have. */
export interface Resolved {
  fields: Record<SalesforceType, MappedField[]>;
  /** Mappings that do not run for that object, and why. */
  skipped: { hubspot: string; salesforce: string; object: SalesforceType; reason: string }[];
  /** Sentences for `settings`. */
  warnings: string[];
}
