import * as z from 'zod';
import type { HubSpotProperty } from '../../sync/schema.ts';

/** Operators of HubSpot's filter branches, by the kind of a property; of dates, `IS_EQUAL_TO` is the day itself. */
const operators = {
  text: ['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO', 'CONTAINS', 'DOES_NOT_CONTAIN', 'STARTS_WITH', 'ENDS_WITH', 'IS_KNOWN', 'IS_UNKNOWN'],
  number: ['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO', 'IS_GREATER_THAN', 'IS_GREATER_THAN_OR_EQUAL_TO', 'IS_LESS_THAN', 'IS_LESS_THAN_OR_EQUAL_TO', 'IS_BETWEEN', 'IS_KNOWN', 'IS_UNKNOWN'],
  choice: ['IS_ANY_OF', 'IS_NONE_OF', 'IS_KNOWN', 'IS_UNKNOWN'],
  checkbox: ['IS_EQUAL_TO', 'IS_KNOWN', 'IS_UNKNOWN'],
  date: ['IS_EQUAL_TO', 'IS_BEFORE', 'IS_AFTER', 'IS_BETWEEN', 'IS_KNOWN', 'IS_UNKNOWN'],
  /** Its choices are not to be had with the property. */
  other: ['IS_KNOWN', 'IS_UNKNOWN'],
} as const;
export type CriterionKind = keyof typeof operators;
export type CriterionOperator = (typeof operators)[CriterionKind][number];

/** One criterion: values as text, a date as `2025-01-31`; `IS_BETWEEN` takes two. */
export interface Criterion {
  property: string;
  operator: CriterionOperator;
  values: string[];
}

/** Criteria of a segment: within a group all hold (AND), of the groups at least one (OR). */
export type CriteriaGroups = Criterion[][];

const allOperators = [...new Set(Object.values(operators).flat())];
export const criteriaGroups = z.array(z.array(z.strictObject({
  property: z.string().min(1).max(200), operator: z.enum(allOperators), values: z.array(z.string().max(1_000)).max(100),
})).min(1).max(60)).min(1).max(20);

/** Which of HubSpot's operators go with a property. */
export function kindOf({ type, fieldType, options }: Pick<HubSpotProperty, 'type' | 'fieldType' | 'options'>): CriterionKind {
  switch (type) {
    case 'string': return 'text';
    case 'number': return 'number';
    case 'bool': return 'checkbox';
    case 'date': case 'datetime': return 'date';
    case 'enumeration': return fieldType === 'booleancheckbox' ? 'checkbox' : options.length === 0 ? 'other' : 'choice';
    default: return type satisfies never;
  }
}

export const operatorsOf = (property: HubSpotProperty): readonly CriterionOperator[] => operators[kindOf(property)];

interface Checked extends Criterion {
  kind: CriterionKind;
  described: HubSpotProperty;
}

/** The criteria with what their properties are, or the first fault as a sentence for the person who entered them. */
export function checkCriteria(groups: CriteriaGroups, properties: readonly HubSpotProperty[]): { groups: Checked[][] } | { fault: string } {
  const known = new Map(properties.map((property) => [property.name, property]));
  const checked: Checked[][] = [];
  for (const [g, group] of groups.entries()) {
    const row: Checked[] = [];
    for (const [c, criterion] of group.entries()) {
      const where = `Criterion ${c + 1} of group ${g + 1}`;
      const described = known.get(criterion.property);
      if (described === undefined) return { fault: `${where}: HubSpot has no contact property "${criterion.property}": choose another.` };
      const fault = faultOf(criterion, described);
      if (fault !== null) return { fault: `${where} ("${described.label}") ${fault}` };
      row.push({ ...criterion, values: criterion.values.map((value) => value.trim()), kind: kindOf(described), described });
    }
    checked.push(row);
  }
  return { groups: checked };
}

function faultOf({ operator, values }: Criterion, property: HubSpotProperty): string | null {
  const kind = kindOf(property);
  const allowed: readonly string[] = operators[kind];
  if (!allowed.includes(operator)) return 'has an operator that its kind of property does not take: choose another.';
  if (operator === 'IS_KNOWN' || operator === 'IS_UNKNOWN') return null;
  const wanted = operator === 'IS_BETWEEN' ? 2 : 1;
  if (values.length < wanted || values.some((value) => value.trim() === '')) return wanted === 2 ? 'needs two values: enter both.' : 'has no value: enter one.';
  if (kind === 'number' && values.some((value) => !Number.isFinite(Number(value)))) return 'needs a number: correct its value.';
  if (kind === 'date' && values.some((value) => !/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value)))) return 'needs a date such as 2025-01-31: correct its value.';
  if (kind === 'checkbox' && values.some((value) => value !== 'true' && value !== 'false')) return 'needs yes or no: choose one.';
  const options = new Set(property.options.map(({ value }) => value));
  if (kind === 'choice' && values.some((value) => !options.has(value))) return 'has a value that is none of its choices: choose again.';
  return null;
}

/** The criteria as the Lists API takes them: OR at the root, AND branches with the filters below [HS-LISTS]. */
export function filterBranchOf(groups: readonly (readonly Checked[])[]): unknown {
  return {
    filterBranchType: 'OR', filterBranchOperator: 'OR', filters: [],
    filterBranches: groups.map((group) => ({
      filterBranchType: 'AND', filterBranchOperator: 'AND', filterBranches: [],
      filters: group.map((criterion) => ({ filterType: 'PROPERTY', property: criterion.property, operation: operationOf(criterion) })),
    })),
  };
}

function operationOf({ kind, operator, values: [value = '', other = ''], values }: Checked): unknown {
  if (operator === 'IS_KNOWN' || operator === 'IS_UNKNOWN') return { operationType: 'ALL_PROPERTY', operator };
  const rest = { includeObjectsWithNoValueSet: false };
  switch (kind) {
    case 'text': return { operationType: 'MULTISTRING', operator, values, ...rest };
    case 'number':
      if (operator === 'IS_BETWEEN') return { operationType: 'NUMBER_RANGED', operator, lowerBound: Number(value), upperBound: Number(other), ...rest };
      return { operationType: 'NUMBER', operator, value: Number(value), ...rest };
    case 'checkbox': return { operationType: 'BOOL', operator, value: value === 'true', ...rest };
    case 'date': {
      if (operator === 'IS_BEFORE') return { operationType: 'TIME_POINT', operator, timePoint: pointOf(value, 'start'), ...rest };
      if (operator === 'IS_AFTER') return { operationType: 'TIME_POINT', operator, timePoint: pointOf(value, 'end'), ...rest };
      return { operationType: 'TIME_RANGED', operator: 'IS_BETWEEN', lowerBoundTimePoint: pointOf(value, 'start'), upperBoundTimePoint: pointOf(operator === 'IS_BETWEEN' ? other : value, 'end'), ...rest };
    }
    case 'choice': case 'other': return { operationType: 'ENUMERATION', operator, values, ...rest };
  }
}

/** A day's first or last instant, in UTC. */
function pointOf(day: string, edge: 'start' | 'end'): unknown {
  const [year, month, date] = day.split('-').map(Number);
  const time = edge === 'start' ? { hour: 0, minute: 0, second: 0, millisecond: 0 } : { hour: 23, minute: 59, second: 59, millisecond: 999 };
  return { timeType: 'DATE', timezoneSource: 'CUSTOM', zoneId: 'UTC', year, month, day: date, ...time };
}
const instantOf = (day: string, edge: 'start' | 'end'): string => String(Date.parse(`${day}T${edge === 'start' ? '00:00:00.000' : '23:59:59.999'}Z`));

export interface SearchFilter {
  propertyName: string;
  operator: string;
  value?: string;
  highValue?: string;
  values?: string[];
}

/** What the search takes in one request [HS-SEARCH]. */
const most = { groups: 5, perGroup: 6, inAll: 18 };

/**
 * The same criteria for HubSpot's search, which can count before there is a segment. `exact` is false where the search compares words
 * and the segment the whole text. Null where they are more than a search takes.
 */
export function searchFiltersOf(groups: readonly (readonly Checked[])[]): { filterGroups: { filters: SearchFilter[] }[]; exact: boolean } | null {
  let exact = true;
  const filterGroups = groups.map((group) => ({
    filters: group.flatMap((criterion) => {
      const [filters, same] = filtersOf(criterion);
      exact &&= same;
      return filters;
    }),
  }));
  const inAll = filterGroups.reduce((sum, { filters }) => sum + filters.length, 0);
  return filterGroups.length > most.groups || inAll > most.inAll || filterGroups.some(({ filters }) => filters.length > most.perGroup) ? null : { filterGroups, exact };
}

/** The search's negations take in who has no value, and a segment's do not unless asked to: so they come with HAS_PROPERTY. */
function filtersOf({ property: propertyName, operator, kind, values, values: [value = '', other = ''], described }: Checked): [SearchFilter[], exact: boolean] {
  const known: SearchFilter = { propertyName, operator: 'HAS_PROPERTY' };
  const dated = kind === 'date';
  switch (operator) {
    case 'IS_KNOWN': return [[known], true];
    case 'IS_UNKNOWN': return [[{ propertyName, operator: 'NOT_HAS_PROPERTY' }], true];
    case 'IS_EQUAL_TO':
      if (dated) return [[{ propertyName, operator: 'BETWEEN', value: instantOf(value, 'start'), highValue: instantOf(value, 'end') }], true];
      return [[{ propertyName, operator: 'EQ', value }], true];
    case 'IS_NOT_EQUAL_TO': return [[{ propertyName, operator: 'NEQ', value }, known], true];
    case 'CONTAINS': return [[{ propertyName, operator: 'CONTAINS_TOKEN', value: `*${value}*` }], false];
    case 'DOES_NOT_CONTAIN': return [[{ propertyName, operator: 'NOT_CONTAINS_TOKEN', value: `*${value}*` }, known], false];
    case 'STARTS_WITH': return [[{ propertyName, operator: 'CONTAINS_TOKEN', value: `${value}*` }], false];
    case 'ENDS_WITH': return [[{ propertyName, operator: 'CONTAINS_TOKEN', value: `*${value}` }], false];
    case 'IS_BETWEEN': return [[{ propertyName, operator: 'BETWEEN', value: dated ? instantOf(value, 'start') : value, highValue: dated ? instantOf(other, 'end') : other }], true];
    case 'IS_BEFORE': return [[{ propertyName, operator: 'LT', value: instantOf(value, 'start') }], true];
    case 'IS_AFTER': return [[{ propertyName, operator: 'GT', value: instantOf(value, 'end') }], true];
    // A choice of several is stored as one text.
    case 'IS_ANY_OF': return [[{ propertyName, operator: 'IN', values }], described.fieldType !== 'checkbox'];
    case 'IS_NONE_OF': return [[{ propertyName, operator: 'NOT_IN', values }, known], described.fieldType !== 'checkbox'];
    case 'IS_GREATER_THAN': return [[{ propertyName, operator: 'GT', value }], true];
    case 'IS_GREATER_THAN_OR_EQUAL_TO': return [[{ propertyName, operator: 'GTE', value }], true];
    case 'IS_LESS_THAN': return [[{ propertyName, operator: 'LT', value }], true];
    case 'IS_LESS_THAN_OR_EQUAL_TO': return [[{ propertyName, operator: 'LTE', value }], true];
  }
}
