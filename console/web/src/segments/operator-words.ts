import type { CriterionKind, CriterionOperator } from '../../../../activities/hubspot/segmentCriteria.ts';

const words: Record<CriterionOperator, string> = {
  IS_EQUAL_TO: 'is equal to', IS_NOT_EQUAL_TO: 'is not equal to', CONTAINS: 'contains', DOES_NOT_CONTAIN: "doesn't contain", STARTS_WITH: 'starts with', ENDS_WITH: 'ends with',
  IS_GREATER_THAN: 'is greater than', IS_GREATER_THAN_OR_EQUAL_TO: 'is greater than or equal to', IS_LESS_THAN: 'is less than', IS_LESS_THAN_OR_EQUAL_TO: 'is less than or equal to',
  IS_BETWEEN: 'is between', IS_ANY_OF: 'is any of', IS_NONE_OF: 'is none of', IS_BEFORE: 'is before', IS_AFTER: 'is after', IS_KNOWN: 'is known', IS_UNKNOWN: 'is unknown',
};

/** As HubSpot's segment editor says it. */
export const operatorWords = (operator: CriterionOperator, kind: CriterionKind): string => (kind === 'date' && operator === 'IS_EQUAL_TO' ? 'is on' : words[operator]);

/** How many values an operator takes; `several` of the property's choices. */
export function valuesOf(operator: CriterionOperator): 0 | 1 | 2 | 'several' {
  if (operator === 'IS_KNOWN' || operator === 'IS_UNKNOWN') return 0;
  if (operator === 'IS_ANY_OF' || operator === 'IS_NONE_OF') return 'several';
  return operator === 'IS_BETWEEN' ? 2 : 1;
}
