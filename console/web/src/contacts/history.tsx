import type { ReactNode } from 'react';
import type { PastDecision } from '../../../../workflows/messages/contact.ts';
import { when } from '../parts/words.ts';

/** The decisions that wrote or lost something, newest first. */
export function History({ decisions }: { decisions: readonly PastDecision[] }): ReactNode {
  return (
    <section aria-labelledby="history">
      <h2 id="history">History of decisions</h2>
      {decisions.length === 0 && <p>Nothing was written for this contact yet.</p>}
      {decisions.map(({ at, trigger, summary, fields }) => (
        <details key={at} className="panel">
          <summary>{when(at)}: {summary} <small>({trigger})</small></summary>
          <ul>{fields.map(({ hubspot, salesforce, reason, lost, problem }) => (
            <li key={`${hubspot} ${salesforce}`}><strong>{hubspot}</strong> / {salesforce}: {reason}{lost !== undefined && ` It replaced ${lost.text === null ? 'a blank' : `"${lost.text}"`} in ${lost.side === 'hubspot' ? 'HubSpot' : 'Salesforce'}.`}{problem !== undefined && ` ${problem.message}`}</li>
          ))}</ul>
        </details>
      ))}
    </section>
  );
}
