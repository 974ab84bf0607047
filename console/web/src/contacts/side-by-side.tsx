import { useEffect, useRef, type ReactNode } from 'react';
import type { Preview } from '../../../../workflows/messages/contact.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { useAsked } from '../use-asked.ts';

const actions: Record<Preview['fields'][number]['action'], string> = { none: 'Nothing.', 'to-hubspot': 'Write it in HubSpot.', 'to-salesforce': 'Write it in Salesforce.' };

/** Both records by mapped field, and what a sync would write now and why. `stamp` changes with what the contact says of itself. */
export function SideBySide({ path, stamp }: { path: string; stamp: string }): ReactNode {
  const { value, fault, again } = useAsked<Preview>(`${path}/preview`);
  const seen = useRef(stamp);
  useEffect(() => {
    if (seen.current === stamp) return;
    seen.current = stamp;
    again();
  }, [stamp, again]);
  return (
    <section aria-labelledby="both">
      <h2 id="both">Both records</h2>
      <Fault>{fault}</Fault>
      {value === null && fault === null && <Waiting>Reading both records...</Waiting>}
      {value !== null && (
        <>
          <p>{value.gate}</p>
          <p><strong>{value.wouldSync ? 'A sync now: ' : 'No sync now: '}</strong>{value.summary}</p>
          <div className="scroll" tabIndex={0} role="region" aria-label="Table of fields"><table className="broad">
            <thead><tr><th scope="col">Field</th><th scope="col" className="hubspot">HubSpot</th><th scope="col" className="salesforce">Salesforce</th><th scope="col">What a sync would do</th></tr></thead>
            <tbody>{value.fields.map((field) => (
              <tr key={field.hubspot}>
                <th scope="row">{field.hubspot}<small> {field.salesforce}</small></th>
                <td>{field.inHubSpot ?? <Blank />}</td><td>{field.inSalesforce ?? <Blank />}</td>
                <td>{actions[field.action]}<small> {field.reason}</small></td>
              </tr>
            ))}</tbody>
          </table></div>
          {value.fields.length === 0 && <p className="hint">{value.salesforce}</p>}
        </>
      )}
    </section>
  );
}

const Blank = (): ReactNode => <span className="hint">(blank)</span>;
