import { z } from 'zod';
import type { Contact } from './contact.ts';
import { validationError } from './errors.ts';
import { compileOperation } from './filter-operations.ts';
import type { Properties } from './properties.ts';

export type Predicate = (contact: Contact) => boolean;
/** Whether a contact is in another list, for IN_LIST filters. */
export type InList = (listId: string, contactId: string) => boolean;

const propertyFilter = z.object({ filterType: z.literal('PROPERTY'), property: z.string(), operation: z.looseObject({ operationType: z.string(), operator: z.string(), includeObjectsWithNoValueSet: z.boolean().default(false) }) });
const inListFilter = z.object({ filterType: z.literal('IN_LIST'), listId: z.string(), operator: z.enum(['IN_LIST', 'NOT_IN_LIST']) });
const filter = z.discriminatedUnion('filterType', [propertyFilter, inListFilter]);

export type FilterBranch = { filterBranchType: 'OR' | 'AND'; filterBranchOperator: string; filterBranches: FilterBranch[]; filters: z.output<typeof filter>[] };

const branch: z.ZodType<FilterBranch> = z.lazy(() =>
  z.object({
    filterBranchType: z.enum(['OR', 'AND']),
    filterBranchOperator: z.string().optional(),
    filterBranches: z.array(branch).default([]),
    filters: z.array(filter).default([]),
  }).transform((one) => ({ ...one, filterBranchOperator: one.filterBranchOperator ?? one.filterBranchType })),
);

/**
 * Reads a `filterBranch` as HubSpot takes it: an OR at the root without filters of its own, below it AND branches with the filters. PROPERTY and
 * IN_LIST filters are evaluated; the other filter types of HubSpot are refused, as are unknown contact properties and operators (without
 * `properties`, for lists of other objects, these are not looked at). Throws 400.
 */
export function parseFilterBranch(input: unknown, properties: Properties | undefined): FilterBranch {
  const parsed = branch.safeParse(input);
  if (!parsed.success) throw validationError(`Invalid filter branch: ${z.prettifyError(parsed.error)}`);
  const root = parsed.data;
  if (root.filterBranchType !== 'OR') throw validationError('The root filter branch must be of type OR.');
  if (root.filters.length > 0) throw validationError('The root OR filter branch cannot have filters; put them into AND filter branches.');
  if (root.filterBranches.length === 0) throw validationError('The root OR filter branch must have at least one AND filter branch.');
  for (const below of root.filterBranches) {
    if (below.filterBranchType !== 'AND') throw validationError('Filter branches below the root OR branch must be of type AND.');
    if (below.filterBranches.length > 0) throw validationError('An AND filter branch cannot have OR or AND branches below it.');
  }
  if (properties) {
    for (const one of root.filterBranches.flatMap(({ filters }) => filters)) {
      if (one.filterType === 'PROPERTY' && !properties.find(one.property)) throw validationError(`Property "${one.property}" does not exist`);
    }
    compileFilters(root, properties, () => false);
  }
  return root;
}

/** A branch without filters accepts nobody. */
export function compileFilters(input: FilterBranch, properties: Properties, inList: InList): Predicate {
  const parts: Predicate[] = [
    ...input.filters.map((one) => compileFilter(one, properties, inList)),
    ...input.filterBranches.map((below) => compileFilters(below, properties, inList)),
  ];
  if (parts.length === 0) return () => false;
  return input.filterBranchType === 'AND' ? (contact) => parts.every((part) => part(contact)) : (contact) => parts.some((part) => part(contact));
}

function compileFilter(one: z.output<typeof filter>, properties: Properties, inList: InList): Predicate {
  if (one.filterType === 'IN_LIST') {
    const wanted = one.operator === 'IN_LIST';
    return (contact) => inList(one.listId, contact.id) === wanted;
  }
  const property = properties.definition(one.property);
  if (!property) throw validationError(`Property "${one.property}" does not exist`);
  const test = compileOperation(property, one.operation);
  return (contact) => test(contact.values[one.property] ?? '');
}
