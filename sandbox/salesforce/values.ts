import { isNumber, isText, type Field } from './field.ts';
import { saveError, type SaveError } from './errors.ts';
import { normalId } from './ids.ts';

/** A value as it lies in the table: text, ids and dates as text, booleans as 0 and 1, datetimes as ms since the epoch in whole seconds. */
export type Stored = string | number | null;
export type Row = Record<string, Stored>;

/** What came in the JSON of a save: the value to store, or why not. */
export type Read = { value: Stored } | { error: SaveError };

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATETIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;
const EMAIL = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

/** Milliseconds of an ISO datetime with a zone (`Z`, `+0000`, `+00:00`), cut to the second as Salesforce keeps it; undefined if it is none. */
export function parseDatetime(text: string): number | undefined {
  if (!DATETIME.test(text)) return undefined;
  const ms = Date.parse(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000) * 1000;
}

/** A calendar day `YYYY-MM-DD` that exists. */
export function isDate(text: string): boolean {
  const parts = DATE.exec(text);
  return parts !== null && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

export function isEmail(text: string): boolean {
  return EMAIL.test(text) && !text.includes('..') && !text.startsWith('.');
}

/** Reads one JSON value for a field. Type errors are JSON_PARSER_ERROR, the rest the codes of the field's checks. */
export function readValue(field: Field, input: unknown): Read {
  const value = typeof input === 'string' ? input.trim() : input;
  if (value === null || value === undefined || value === '') return field.type === 'boolean' ? { value: 0 } : { value: null };
  if (typeof value === 'object') return unparsed(field, Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT', Array.isArray(value) ? '[' : '{');
  if (isText(field.type)) return readText(field, value);
  if (isNumber(field.type)) return readNumber(field, value);
  if (field.type === 'boolean') {
    if (value === true || value === 'true') return { value: 1 };
    return value === false || value === 'false' ? { value: 0 } : unparsed(field, token(value), value);
  }
  if (typeof value !== 'string') return unparsed(field, token(value), value);
  if (field.type === 'date') return isDate(value) ? { value } : unparsed(field, 'VALUE_STRING', value);
  if (field.type === 'datetime') {
    const ms = parseDatetime(value);
    return ms === undefined ? unparsed(field, 'VALUE_STRING', value) : { value: ms };
  }
  const id = normalId(value);
  return id === undefined ? { error: wrongId(field, value) } : { value: id };
}

export function wrongId(field: Field, value: string): SaveError {
  return saveError('MALFORMED_ID', `${field.label}: id value of incorrect type: ${value}`, [field.name]);
}

function readText(field: Field, value: unknown): Read {
  if (typeof value === 'boolean') return unparsed(field, token(value), value);
  const text = String(value);
  if (text.length > field.length) {
    return { error: saveError('STRING_TOO_LONG', `${field.label}: data value too large: ${text} (max length=${field.length})`, [field.name]) };
  }
  if (field.type === 'email' && !isEmail(text)) {
    return { error: saveError('INVALID_EMAIL_ADDRESS', `${field.label}: invalid email address: ${text}`, [field.name]) };
  }
  if (field.type === 'picklist') return readPicklist(field, [text], (values) => values[0] ?? text);
  if (field.type === 'multipicklist') return readPicklist(field, text.split(';').map((one) => one.trim()).filter(Boolean), inOrder(field));
  return { value: text };
}

/** A restricted picklist takes its own values only, without regard to case, and stores them as they are defined; another takes anything. */
function readPicklist(field: Field, values: string[], join: (values: string[]) => string): Read {
  const known = values.map((value) => field.picklist.find((option) => option.toLowerCase() === value.toLowerCase()));
  const wrong = known.indexOf(undefined);
  if (wrong !== -1 && field.restricted) {
    return {
      error: saveError('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `${field.label}: bad value for restricted picklist field: ${values[wrong] ?? ''}`, [field.name]),
    };
  }
  return { value: join(known.map((option, at) => option ?? values[at] ?? '')) };
}

const inOrder = (field: Field) => (values: string[]): string => {
  const rank = (value: string): number => (field.picklist.includes(value) ? field.picklist.indexOf(value) : field.picklist.length);
  return [...new Set(values)].sort((a, b) => rank(a) - rank(b)).join(';');
};

function readNumber(field: Field, value: unknown): Read {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) return unparsed(field, token(value), value);
  if (field.type === 'int' && !Number.isInteger(number)) return unparsed(field, 'VALUE_NUMBER_FLOAT', value);
  const rounded = Number(`${Math.sign(number) * Math.round(Number(`${Math.abs(number)}e${field.scale}`))}e-${field.scale}`);
  const exact = Number.isFinite(rounded) ? rounded : number;
  if (Math.abs(exact) >= 10 ** (field.precision - field.scale)) {
    return { error: saveError('NUMBER_OUTSIDE_VALID_RANGE', `${field.label}: value outside of valid range on numeric field: ${String(value)}`, [field.name]) };
  }
  return { value: exact };
}

function token(value: unknown): string {
  if (typeof value === 'string') return 'VALUE_STRING';
  if (typeof value === 'boolean') return value ? 'VALUE_TRUE' : 'VALUE_FALSE';
  return Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
}

function unparsed(field: Field, token: string, value: unknown): Read {
  const type = isText(field.type) ? 'string' : field.type === 'currency' ? 'double' : field.type;
  const message = `Cannot deserialize instance of ${type} from ${token} value ${String(value)} or request may be missing a required field at [line:1, column:2]`;
  return { error: saveError('JSON_PARSER_ERROR', message) };
}

/** `2026-01-01T10:20:30.000+0000`, as Salesforce writes datetimes. */
export function printDatetime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

/** A stored value as it stands in an answer's JSON. */
export function printValue(field: Pick<Field, 'type'>, value: Stored): string | number | boolean | null {
  if (value === null) return null;
  if (field.type === 'boolean') return value === 1;
  if (field.type === 'datetime') return printDatetime(Number(value));
  return value;
}
