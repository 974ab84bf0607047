import type { PropertyToChoose } from '../../../../activities/looks/criteria.ts';
import type { Criterion } from '../../../../activities/hubspot/segmentCriteria.ts';
import { valuesOf } from './operator-words.ts';

/** A criterion while it is being entered. */
export interface DraftCriterion extends Criterion {
  key: number;
}
export interface DraftGroup {
  key: number;
  criteria: DraftCriterion[];
}

let lastKey = 0;
export const newKey = (): number => ++lastKey;

/** The first criterion that a person sees: most segments go by something in the email. */
export function newCriterion(properties: readonly PropertyToChoose[], name = 'email'): DraftCriterion {
  const property = properties.find((one) => one.name === name) ?? properties[0];
  const operator = property?.operators.find((one) => one === 'CONTAINS') ?? property?.operators[0] ?? 'IS_KNOWN';
  return { key: newKey(), property: property?.name ?? '', operator, values: emptyValues(operator, property) };
}

/** Values for an operator, none entered yet; a checkbox begins at yes. */
export function emptyValues(operator: DraftCriterion['operator'], property: PropertyToChoose | undefined): string[] {
  const wanted = valuesOf(operator);
  if (wanted === 'several') return [];
  return Array.from({ length: wanted }, () => (property?.kind === 'checkbox' ? 'true' : ''));
}

/** Without what only the page needs. */
export const toSend = (groups: readonly DraftGroup[]): Criterion[][] => groups.map(({ criteria }) => criteria.map(({ property, operator, values }) => ({ property, operator, values })));

/** Whether every criterion has what it needs, so that it is worth counting. */
export const isComplete = (groups: readonly DraftGroup[]): boolean => groups.every(({ criteria }) => criteria.every(({ operator, values }) =>
  (valuesOf(operator) === 'several' ? values.length > 0 : values.every((value) => value.trim() !== ''))));
