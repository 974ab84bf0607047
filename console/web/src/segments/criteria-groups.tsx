import type { ReactNode } from 'react';
import type { PropertyToChoose } from '../../../../activities/looks/criteria.ts';
import { CriterionFields } from './criterion-fields.tsx';
import { newCriterion, newKey, type DraftCriterion, type DraftGroup } from './draft.ts';

interface CriteriaGroupsProps {
  properties: readonly PropertyToChoose[];
  groups: readonly DraftGroup[];
  onChange: (groups: DraftGroup[]) => void;
}

/** Groups of criteria: within one all must hold, and one of the groups suffices. */
export function CriteriaGroups({ properties, groups, onChange }: CriteriaGroupsProps): ReactNode {
  const change = (key: number, criteria: DraftCriterion[]): void =>
    onChange(groups.flatMap((group) => (group.key !== key ? [group] : criteria.length === 0 ? [] : [{ ...group, criteria }])));
  return (
    <div>
      {groups.map(({ key, criteria }, g) => (
        <div key={key}>
          {g > 0 && <p className="or">or</p>}
          <section className="panel" aria-label={`Group ${g + 1}`}>
            <h2>Group {g + 1}</h2>
            {criteria.map((criterion, c) => (
              <div key={criterion.key}>
                {c > 0 && <p className="and">and</p>}
                <CriterionFields
                  criterion={criterion} properties={properties} place={`group ${g + 1}, criterion ${c + 1}`}
                  onChange={(changed) => change(key, criteria.map((one) => (one.key === changed.key ? changed : one)))}
                  onRemove={groups.length === 1 && criteria.length === 1 ? null : () => change(key, criteria.filter((one) => one.key !== criterion.key))}
                />
              </div>
            ))}
            <button type="button" onClick={() => change(key, [...criteria, newCriterion(properties)])}>+ and</button>
          </section>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...groups, { key: newKey(), criteria: [newCriterion(properties)] }])}>+ or another group</button>
    </div>
  );
}
