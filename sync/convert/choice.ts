/** Dropdowns, radio buttons and multiple checkboxes against picklists and references (behaviour: section 5). */
import type { Conversion, MappedField, Option } from '../schema.ts';
import { fitted, problem, quote, type Converted, type From } from './text.ts';

/** The option with exactly this value; else the only one whose value or label is the same without case; else null. */
function optionFor(value: string, label: string | null, options: readonly Option[]): Option | null {
  const exact = options.find((option) => option.value === value);
  if (exact !== undefined) return exact;
  const wanted = new Set([value, label ?? value].map((word) => word.toLowerCase()));
  const alike = options.filter((option) => wanted.has(option.value.toLowerCase()) || wanted.has(option.label.toLowerCase()));
  return alike.length === 1 ? alike[0] ?? null : null;
}

const labelOf = (value: string, options: readonly Option[] | null): string | null =>
  options?.find((option) => option.value === value)?.label ?? null;

/** A value as its own side's list spells it: CRMs keep values in another case, or of options long gone. */
const own = (value: string, options: readonly Option[] | null): string =>
  options === null ? value : optionFor(value, null, options)?.value ?? value;

type Lists = { hubspot: readonly Option[] | null; salesforce: readonly Option[] | null };

/** Both sides meet in Salesforce's values, or in HubSpot's where Salesforce holds free text. Nothing to write: no such option there. */
function across(from: From, value: string, lists: Lists): { key: string; write: string | null } {
  const source = own(value, lists[from]);
  const target = lists[from === 'hubspot' ? 'salesforce' : 'hubspot'];
  if (target === null) return { key: source, write: source };
  const option = optionFor(source, labelOf(source, lists[from]), target);
  if (from === 'hubspot' || lists.salesforce === null) return { key: option?.value ?? source, write: option?.value ?? null };
  // What is written must read back as the same value, or the two sides would never settle.
  return { key: source, write: option !== null && optionFor(option.value, option.label, lists.salesforce)?.value === source ? option.value : null };
}

const notAnOption = (field: MappedField, from: From, values: readonly string[]): Converted['problem'] =>
  problem(field, from, 'INVALID_OPTION', `${values.map(quote).join(', ')} is not exactly one of the options there`);

/** Converts one non-blank choice. Options are never added: what the other side does not know is a problem. */
export function convertChoice(field: MappedField, from: From, value: string, conversion: Extract<Conversion, { kind: 'choice' }>): Converted {
  const { key, write } = across(from, value, conversion);
  if (write === null) return { key, problem: notAnOption(field, from, [value]) };
  return conversion.salesforce === null ? fitted(field, from, conversion.maxLength, key, write) : { key, write };
}

/** Converts a non-blank `;`-separated set; order and repeats are no difference. Null where it holds nothing but `;`. */
export function convertChoices(field: MappedField, from: From, value: string, conversion: Extract<Conversion, { kind: 'choices' }>): Converted | null {
  const values = value.split(';').map((one) => one.trim()).filter((one) => one !== '');
  if (values.length === 0) return null;
  const converted = values.map((value) => ({ value, ...across(from, value, conversion) }));
  const key = [...new Set(converted.map((one) => one.key))].sort().join(';');
  const unknown = converted.filter((one) => one.write === null).map((one) => one.value);
  if (unknown.length > 0) return { key, problem: notAnOption(field, from, unknown) };
  // Never with a leading semicolon: HubSpot would add to the set instead of replacing it [HS-PROP].
  return { key, write: [...new Set(converted.map((one) => one.write))].join(';') };
}

/** Converts a non-blank record id. The first 15 characters identify a record; 18 only make it safe to compare without case. */
export function convertReference(field: MappedField, from: From, value: string, options: readonly Option[]): Converted {
  const isId = /^(?:[a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})$/.test(value);
  const key = isId ? value.slice(0, 15) : value;
  if (!isId) return { key, problem: problem(field, from, 'MALFORMED_ID', `${quote(value)} is no Salesforce record id`) };
  if (from === 'hubspot') return { key, write: value };
  const option = options.find((one) => one.value.slice(0, 15) === key);
  return option === undefined ? { key, problem: notAnOption(field, from, [value]) } : { key, write: option.value };
}
