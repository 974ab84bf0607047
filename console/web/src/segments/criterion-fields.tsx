import type { ReactNode } from 'react';
import type { PropertyToChoose } from '../../../../activities/looks/criteria.ts';
import type { CriterionOperator } from '../../../../activities/hubspot/segmentCriteria.ts';
import { emptyValues, newCriterion, type DraftCriterion } from './draft.ts';
import { operatorWords, valuesOf } from './operator-words.ts';

interface CriterionFieldsProps {
  criterion: DraftCriterion;
  properties: readonly PropertyToChoose[];
  /** `group 1, criterion 2`, for those who hear it. */
  place: string;
  onChange: (criterion: DraftCriterion) => void;
  onRemove: (() => void) | null;
}

/** One criterion: property, operator, value. */
export function CriterionFields({ criterion, properties, place, onChange, onRemove }: CriterionFieldsProps): ReactNode {
  const property = properties.find(({ name }) => name === criterion.property);
  const chooseProperty = (name: string): void => onChange({ ...newCriterion(properties, name), key: criterion.key });
  const chooseOperator = (operator: CriterionOperator): void => onChange({ ...criterion, operator, values: valuesOf(operator) === valuesOf(criterion.operator) ? criterion.values : emptyValues(operator, property) });
  return (
    <fieldset className="criterion">
      <legend className="hidden">Criterion, {place}</legend>
      <label>Property <select value={criterion.property} onChange={(event) => chooseProperty(event.target.value)}>{properties.map(({ name, label }) => <option key={name} value={name}>{label}</option>)}</select></label>
      <label>Operator <select value={criterion.operator} onChange={(event) => chooseOperator(event.target.value as CriterionOperator)}>
        {property?.operators.map((operator) => <option key={operator} value={operator}>{operatorWords(operator, property.kind)}</option>)}
      </select></label>
      {property !== undefined && <Values criterion={criterion} property={property} onChange={(values) => onChange({ ...criterion, values })} />}
      {onRemove !== null && <button type="button" className="plain" aria-label={`Remove the criterion, ${place}`} onClick={onRemove}>Remove</button>}
    </fieldset>
  );
}

function Values({ criterion: { operator, values }, property: { kind, options }, onChange }: { criterion: DraftCriterion; property: PropertyToChoose; onChange: (values: string[]) => void }): ReactNode {
  if (valuesOf(operator) === 'several') {
    const toggle = (value: string): void => onChange(values.includes(value) ? values.filter((one) => one !== value) : [...values, value]);
    return (
      <fieldset className="choices">
        <legend>Values</legend>
        {options.map(({ value, label }) => <label key={value}><input type="checkbox" checked={values.includes(value)} onChange={() => toggle(value)} /> {label}</label>)}
      </fieldset>
    );
  }
  const set = (n: number, value: string): void => onChange(values.map((one, i) => (i === n ? value : one)));
  return values.map((value, n) => (
    <label key={n}>{values.length === 1 ? 'Value' : n === 0 ? 'From' : 'To'}{' '}
      {kind === 'checkbox'
        ? <select value={value} onChange={(event) => set(n, event.target.value)}><option value="true">Yes</option><option value="false">No</option></select>
        : <input type={kind === 'number' ? 'number' : kind === 'date' ? 'date' : 'text'} step="any" value={value} onChange={(event) => set(n, event.target.value)} />}
    </label>
  ));
}
