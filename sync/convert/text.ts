/** Text, email and phone: canonical forms and lengths (behaviour: section 5). */
import { isValidEmail, normaliseEmail } from '../email.ts';
import type { ApiValue, FieldProblem } from '../records.ts';
import type { Conversion, MappedField } from '../schema.ts';

/** HubSpot's limit of a text property, in characters [HS-PROP]. */
const HUBSPOT_MAX_LENGTH = 65_536;

/** One side's value on its way: see `Side`, before hashing and cutting. */
export interface Converted {
  key: string | null;
  write?: ApiValue;
  problem?: FieldProblem;
}

/** Which side a value was read from; it is converted for the other one. */
export type From = 'hubspot' | 'salesforce';

/** A problem that says whose value of which field it is about. */
export function problem(field: MappedField, from: From, code: string, what: string): FieldProblem {
  const source = from === 'hubspot' ? `HubSpot's ${field.hubspot}` : `Salesforce's ${field.salesforce}`;
  const target = from === 'hubspot' ? `Salesforce's ${field.salesforce}` : `HubSpot's ${field.hubspot}`;
  return { code, message: `${source} cannot be written to ${target}: ${what}.` };
}

/** A value as it is quoted in messages. */
export const quote = (value: string): string => `"${cut(value, 60)}"`;

/** Cuts to `length` characters and then adds an ellipsis; never through a surrogate pair. */
export function cut(value: string, length: number): string {
  if (value.length <= length) return value;
  return `${value.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Text that is too long for the other side is a problem, never cut silently. */
export function fitted(field: MappedField, from: From, maxLength: number, key: string, write: string): Converted {
  const limit = from === 'hubspot' ? maxLength : HUBSPOT_MAX_LENGTH;
  if (limit === 0 || write.length <= limit) return { key, write };
  return { key, problem: problem(field, from, 'STRING_TOO_LONG', `it has ${write.length} characters, ${limit} are possible`) };
}

/** Converts non-blank text, already trimmed and with LF. */
export function convertText(field: MappedField, from: From, value: string,
  conversion: Extract<Conversion, { maxLength: number; kind: 'text' | 'multiline' | 'email' | 'phone' }>): Converted {
  const key = keyOf(value, conversion.kind);
  if (conversion.kind === 'email' && !isValidEmail(value)) {
    return { key, problem: problem(field, from, 'INVALID_EMAIL_ADDRESS', `${quote(value)} is no email address`) };
  }
  return fitted(field, from, conversion.maxLength, key, value);
}

function keyOf(value: string, kind: 'text' | 'multiline' | 'email' | 'phone'): string {
  if (kind === 'email') return normaliseEmail(value) ?? value;
  return kind === 'phone' ? phoneKey(value) : value;
}

/** Digits and a leading plus: formatting by either CRM is no change. Without any digit the text itself. */
function phoneKey(value: string): string {
  const digits = value.replace(/\D/g, '');
  if (digits === '') return value;
  return /^[\s(]*\+/.test(value) ? `+${digits}` : digits;
}
