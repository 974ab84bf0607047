import type { ReactNode } from 'react';
import type { CallsMade, CallsUsed, Health } from '../../../../workflows/messages/connection.ts';
import { Rows } from '../jobs/rows.tsx';
import { Fault, Waiting } from '../parts/notes.tsx';
import { count, duration, when } from '../parts/words.ts';
import { useAsked } from '../use-asked.ts';
import { UsageChart } from './usage-chart.tsx';

/** What is spent of both APIs, against what Sluice may spend. */
export function ApiUsage(): ReactNode {
  const { value, fault, again } = useAsked<{ calls: Health['calls']; made: Record<'hubspot' | 'salesforce', CallsMade[]> }>('/api/usage');
  return (
    <section aria-labelledby="usage">
      <h2 id="usage">API usage</h2>
      <Fault>{fault}</Fault>
      {value === null && fault === null && <Waiting />}
      {value !== null && (
        <>
          <Usage name="HubSpot" used={value.calls.hubspot} made={value.made.hubspot} />
          <Usage name="Salesforce" used={value.calls.salesforce} made={value.made.salesforce} />
          <p className="hint">As the workers and this console reported their calls; a few of the last minutes may be missing.</p>
          <button type="button" onClick={again}>Read again</button>
        </>
      )}
    </section>
  );
}

function Usage({ name, used: { used, allowed, windowSeconds, byLane, account }, made }: { name: string; used: CallsUsed; made: CallsMade[] }): ReactNode {
  return (
    <section className="panel" aria-label={name}>
      <h3>{name}: {count(used)} {allowed === null ? 'calls' : `of ${count(allowed)} calls`} in {duration(windowSeconds)}</h3>
      {allowed !== null && <progress value={Math.min(used, allowed)} max={allowed} aria-label={`Used of ${name}'s allocation`} />}
      <UsageChart name={name} made={made} allowed={allowed} windowSeconds={windowSeconds} />
      <Rows caption="Calls by kind of work" rows={[['Live edits', count(byLane.live)], ['Retries and polls', count(byLane.retry)], ['Imports, fills and resyncs', count(byLane.backfill)]]} />
      {account !== null && <p className="hint">The whole account, other integrations included: {count(account.used)} of {count(account.limit)}, as {name} said {when(account.at)}.</p>}
    </section>
  );
}
