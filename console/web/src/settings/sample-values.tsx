import type { ReactNode } from 'react';
import type { Samples } from '../../../../activities/looks/mappings.ts';
import type { Mapping } from '../../../../sync/mapping.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { useAsked } from '../use-asked.ts';

/** Some values of both sides as they stand. */
export function SampleValues({ mapping: { hubspot, lead, contact } }: { mapping: Pick<Mapping, 'hubspot' | 'lead' | 'contact'> }): ReactNode {
  const query = new URLSearchParams({ hubspot, ...(lead !== undefined && { lead }), ...(contact !== undefined && { contact }) });
  const { value, fault } = useAsked<Samples>(`/api/mappings/samples?${query.toString()}`);
  if (value === null) return fault === null ? <Waiting>Reading...</Waiting> : <Fault>{fault}</Fault>;
  const sides = [['HubSpot', value.hubspot], ['Lead', value.lead], ['Contact', value.contact]] as const;
  return <dl className="samples">{sides.map(([side, values]) => (values === null ? null : <div key={side}><dt>{side}</dt><dd>{values.length === 0 ? '(all blank)' : values.join('; ')}</dd></div>))}</dl>;
}
