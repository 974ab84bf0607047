/**
 * Brings both sides of a mapped field to one canonical form (behaviour: section 5). Equal keys mean equal values,
 * which are never written. Pure; runs in activities, because zone tables and picklists live there.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { convertChoice, convertChoices, convertReference } from './convert/choice.ts';
import { convertNumber } from './convert/number.ts';
import { convertText, cut, problem, quote, type Converted, type From } from './convert/text.ts';
import { convertTime } from './convert/time.ts';
import { NOT_PROVIDED } from './placeholder.ts';
import type { Side } from './records.ts';
import type { MappedField } from './schema.ts';

export { dayIn, isTimeZone, parseDay, parseInstant, startOfDay } from './convert/time.ts';

/** Active owners of both CRMs that have the same email. Owners missing here are unknown to the other side. */
export interface Owners {
  /** HubSpot owner id (not user id) -> Salesforce User id. */
  toSalesforce: Record<string, string>;
  /** Salesforce User id -> HubSpot owner id. */
  toHubSpot: Record<string, string>;
}

const MAX_KEY_LENGTH = 64;
const MAX_TEXT_LENGTH = 200;

/**
 * Reads one field of a pair. `hubspotValue` as the API gives it, `salesforceValue` as JSON (string, number, boolean,
 * null, or undefined for a record that does not exist yet). Throws only if `timeZone` is no IANA name.
 */
export function readField(field: MappedField, hubspotValue: string | null | undefined, salesforceValue: unknown,
  context: { owners: Owners; timeZone: string }): { h: Side; s: Side } {
  const hubspot = textOf(hubspotValue);
  const salesforce = textOf(salesforceValue);
  const h = converted(field, 'hubspot', hubspot, context) ?? blankInHubSpot(field, salesforce);
  const s = converted(field, 'salesforce', salesforce, context) ?? { key: null, write: '' };
  const sides = { h: sideOf(h, hubspot), s: sideOf(s, salesforce) };
  if (sides.h.key !== sides.s.key) return sides;
  return { h: { key: sides.h.key, text: sides.h.text }, s: { key: sides.s.key, text: sides.s.text } };
}

/** Trimmed, with LF; '' where blank. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const trimmed = text.replace(/\r\n?/g, '\n').trim();
  return trimmed === NOT_PROVIDED ? '' : trimmed;
}

/** Null where the value is blank. */
function converted(field: MappedField, from: From, value: string, { owners, timeZone }: { owners: Owners; timeZone: string }): Converted | null {
  if (value === '') return null;
  const { conversion } = field;
  switch (conversion.kind) {
    case 'text': case 'multiline': case 'email': case 'phone':
      return convertText(field, from, value, conversion);
    case 'choice':
      return convertChoice(field, from, value, conversion);
    case 'choices':
      return convertChoices(field, from, value, conversion);
    case 'reference':
      return convertReference(field, from, value, conversion.hubspot);
    case 'checkbox':
      return convertCheckbox(field, from, value);
    case 'number':
      return convertNumber(field, from, value, conversion);
    case 'owner':
      return convertOwner(field, from, value, owners);
    case 'date': case 'day': case 'datetime':
      return convertTime(field, from, value, conversion, timeZone);
  }
}

/** Salesforce takes null for a blank, except where it demands a value; a Salesforce checkbox that exists is never blank. */
function blankInHubSpot(field: MappedField, salesforce: string): Converted {
  if (field.conversion.kind === 'checkbox' && salesforce !== '') return { key: 'false', write: false };
  if (!field.required) return { key: null, write: null };
  return { key: null, problem: problem(field, 'hubspot', 'REQUIRED_FIELD_MISSING', 'it is blank, and Salesforce demands a value') };
}

function convertCheckbox(field: MappedField, from: From, value: string): Converted {
  const key = value.toLowerCase();
  if (key !== 'true' && key !== 'false') {
    return { key, problem: problem(field, from, 'INVALID_BOOLEAN', `${quote(value)} is neither true nor false`) };
  }
  return { key, write: from === 'hubspot' ? key === 'true' : key };
}

/** Owners meet in the Salesforce User id. An unknown one is a problem that `decide` answers with the owner rules. */
function convertOwner(field: MappedField, from: From, value: string, owners: Owners): Converted {
  const [table, unknownKey, what] = from === 'hubspot'
    ? [owners.toSalesforce, `hubspot-owner:${value}`, `HubSpot owner ${quote(value)} is no active Salesforce user`] as const
    : [owners.toHubSpot, value, `Salesforce owner ${quote(value)} is no HubSpot owner`] as const;
  const other = Object.hasOwn(table, value) ? table[value] : undefined;
  if (other === undefined) return { key: unknownKey, problem: problem(field, from, 'UNKNOWN_OWNER', what) };
  return { key: from === 'hubspot' ? other : value, write: other };
}

function sideOf(value: Converted, text: string): Side {
  return { ...value, key: shortened(value.key), text: text === '' ? null : cut(text, MAX_TEXT_LENGTH) };
}

/** Keys are kept in the base, in workflow history: long ones as their hash. */
function shortened(key: string | null): string | null {
  if (key === null || key.length <= MAX_KEY_LENGTH) return key;
  return `sha256:${bytesToHex(sha256(utf8ToBytes(key)))}`;
}
