import { z } from 'zod';
import type { Contact } from './contact.ts';
import { validationError } from './errors.ts';
import type { Properties } from './properties.ts';
import type { PropertyType } from './property.ts';
import { parseTime } from './times.ts';

const text = z.union([z.string(), z.number().transform(String)]);
const filter = z.object({
  propertyName: z.string(),
  operator: z.enum(['EQ', 'NEQ', 'LT', 'LTE', 'GT', 'GTE', 'BETWEEN', 'IN', 'NOT_IN', 'HAS_PROPERTY', 'NOT_HAS_PROPERTY', 'CONTAINS_TOKEN', 'NOT_CONTAINS_TOKEN']),
  value: text.nullish(), highValue: text.nullish(), values: z.array(text).nullish(),
});
const sort = z.union([z.string(), z.object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING') })]);

/** The body of `POST /search`. */
export const searchRequest = z.object({
  filterGroups: z.array(z.object({ filters: z.array(filter) })).nullish(),
  sorts: z.array(sort).nullish(),
  properties: z.array(z.string()).nullish(),
  limit: z.coerce.number().int().nullish(),
  after: z.union([z.string(), z.number()]).nullish(),
  query: z.string().nullish(),
});
export type SearchRequest = z.output<typeof searchRequest>;
type Filter = z.output<typeof filter>;

const WINDOW = 10_000;

/** Finds contacts as `POST /search` does. Throws 400 beyond HubSpot's limits of groups, filters, page size and window. */
export function search(request: SearchRequest, contacts: Contact[], properties: Properties): { total: number; page: Contact[]; next: string | undefined } {
  const groups = request.filterGroups ?? [];
  const limit = request.limit ?? 10;
  const after = Number(request.after ?? 0);
  if (groups.length > 5) throw validationError('The maximum number of filterGroups is 5.');
  if (groups.some(({ filters }) => filters.length > 6)) throw validationError('The maximum number of filters in a filterGroup is 6.');
  if (groups.reduce((sum, { filters }) => sum + filters.length, 0) > 18) throw validationError('The maximum number of filters in all filterGroups is 18.');
  if ((request.sorts?.length ?? 0) > 1) throw validationError('The maximum number of sorts is 1.');
  if (limit < 0 || limit > 200) throw validationError(`Invalid limit ${limit}: at most 200 results per page`);
  if ((request.query?.length ?? 0) > 3000) throw validationError('The query is longer than 3000 characters.');
  if (!Number.isInteger(after) || after < 0) throw validationError(`Invalid paging token: ${String(request.after)}`);
  if (after + limit > WINDOW) throw validationError(`The search reaches beyond ${WINDOW} results: paging past the first ${WINDOW} is not possible.`);

  const tests = groups.map(({ filters }) => filters.map((one) => compile(one, properties)));
  const words = request.query?.toLowerCase().split(/\s+/).filter((word) => word !== '') ?? [];
  const found = contacts.filter((contact) => {
    if (tests.length > 0 && !tests.some((group) => group.every((test) => test(contact)))) return false;
    return words.length === 0 || matchesQuery(contact, words);
  });
  const order = request.sorts?.[0];
  if (order !== undefined) sortBy(found, order, properties);
  const page = found.slice(after, after + limit);
  return { total: found.length, page, next: after + limit < found.length ? String(after + limit) : undefined };
}

function compile(one: Filter, properties: Properties): (contact: Contact) => boolean {
  const name = one.propertyName === 'id' ? 'hs_object_id' : one.propertyName;
  const property = properties.find(name === 'hs_lastmodifieddate' ? 'lastmodifieddate' : name);
  if (!property) throw validationError(`There was a problem with the request: property ${name} does not exist.`);
  const type = property.type;
  const read = (contact: Contact): string => contact.values[property.name] ?? '';
  const operand = (value: string | null | undefined): string | number => {
    if (value === null || value === undefined) throw validationError(`The operator ${one.operator} needs a value for the property ${name}.`);
    const comparable = toComparable(type, value);
    if (comparable === undefined) throw validationError(`${value} is no valid value for the property ${name} of type ${type}.`);
    return comparable;
  };
  const against = (contact: Contact, test: (value: string | number) => boolean): boolean => {
    const value = toComparable(type, read(contact));
    return read(contact) !== '' && value !== undefined && test(value);
  };
  const wanted = (): string[] => {
    if (!one.values || one.values.length === 0) throw validationError(`The operator ${one.operator} needs values for the property ${name}.`);
    return one.values;
  };
  const { operator } = one;
  switch (operator) {
    case 'HAS_PROPERTY':
      return (contact) => read(contact) !== '';
    case 'NOT_HAS_PROPERTY':
      return (contact) => read(contact) === '';
    case 'EQ': {
      const to = operand(one.value);
      return (contact) => against(contact, (value) => value === to);
    }
    case 'NEQ': {
      const to = operand(one.value);
      return (contact) => !against(contact, (value) => value === to);
    }
    case 'LT': case 'LTE': case 'GT': case 'GTE': {
      const to = operand(one.value);
      return (contact) => against(contact, (value) => ordered(operator, value, to));
    }
    case 'BETWEEN': {
      const low = operand(one.value);
      const high = operand(one.highValue);
      return (contact) => against(contact, (value) => value >= low && value <= high);
    }
    case 'IN': case 'NOT_IN': {
      // Stored text counts in lower case, the given values as they are: HubSpot asks for lower case here.
      const given = new Set(wanted().map((value) => (type === 'string' ? value : toComparable(type, value))));
      return (contact) => against(contact, (value) => given.has(value)) === (operator === 'IN');
    }
    case 'CONTAINS_TOKEN': case 'NOT_CONTAINS_TOKEN': {
      const pattern = tokenPattern(one.value ?? '');
      return (contact) => tokens(read(contact)).some((token) => pattern.test(token)) === (operator === 'CONTAINS_TOKEN');
    }
    default:
      throw new Error(`Unknown operator ${String(operator satisfies never)}`);
  }
}

function toComparable(type: PropertyType, value: string): string | number | undefined {
  if (type === 'number') return value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
  if (type === 'date' || type === 'datetime') return parseTime(value);
  return value.toLowerCase();
}

function ordered(operator: 'LT' | 'LTE' | 'GT' | 'GTE', value: string | number, to: string | number): boolean {
  if (operator === 'LT') return value < to;
  if (operator === 'LTE') return value <= to;
  return operator === 'GT' ? value > to : value >= to;
}

/** The words of a value; an email also counts as a whole. */
function tokens(value: string): string[] {
  const lower = value.toLowerCase();
  return [lower, ...lower.split(/[^\p{L}\p{N}]+/u).filter((token) => token !== '')];
}

function tokenPattern(value: string): RegExp {
  const escaped = value.toLowerCase().split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
  return new RegExp(`^${escaped}$`, 'u');
}

function matchesQuery(contact: Contact, words: string[]): boolean {
  const searched = ['firstname', 'lastname', 'email', 'hs_additional_emails', 'phone', 'mobilephone', 'company'].flatMap((name) => tokens(contact.values[name] ?? ''));
  return words.every((word) => searched.some((token) => token.startsWith(word)));
}

function sortBy(found: Contact[], order: z.output<typeof sort>, properties: Properties): void {
  const given = typeof order === 'string' ? { name: order.replace(/^-/, ''), down: order.startsWith('-') } : { name: order.propertyName, down: order.direction === 'DESCENDING' };
  const property = properties.find(given.name === 'hs_lastmodifieddate' ? 'lastmodifieddate' : given.name);
  if (!property) throw validationError(`There was a problem with the request: property ${given.name} does not exist.`);
  const key = (contact: Contact): string | number | undefined => {
    const value = contact.values[property.name];
    return value === undefined ? undefined : toComparable(property.type, value);
  };
  found.sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    if (one === other) return Number(a.id) - Number(b.id);
    if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
    return (one < other ? -1 : 1) * (given.down ? -1 : 1);
  });
}
