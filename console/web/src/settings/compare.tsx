import { useState, type ReactNode } from 'react';
import type { ResyncProgress } from '../../../../workflows/messages/jobs.ts';
import type { SegmentEntry } from '../../../../workflows/messages/connection.ts';
import { ask } from '../api.ts';
import { type StartedJob } from '../jobs/job-progress.tsx';
import { Rows } from '../jobs/rows.tsx';
import { useLive } from '../live.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { count } from '../parts/words.ts';
import { useDoing } from '../use-asked.ts';

/** What choosing a segment, and then resyncing it, would come to: Sluice's own dry run, which saves and writes nothing. */
export function Compare({ segments }: { segments: readonly SegmentEntry[] }): ReactNode {
  const [segmentId, setSegmentId] = useState(segments[0]?.id ?? '');
  const [job, setJob] = useState<(StartedJob & { round: number }) | null>(null);
  const { busy, fault, run } = useDoing();
  const start = async (): Promise<void> => {
    const started = await run(() => ask<StartedJob>('POST', '/api/jobs/compare', { segmentId }));
    setJob((before) => (started === null ? null : { ...started, round: (before?.round ?? 0) + 1 }));
  };
  return (
    <section className="panel" aria-labelledby="compare">
      <h3 id="compare">Compare without saving</h3>
      <form className="row" onSubmit={(event) => { event.preventDefault(); void start(); }}>
        <label>Segment <select value={segmentId} onChange={(event) => { setSegmentId(event.target.value); setJob(null); }}>{segments.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>
        <button disabled={busy || segmentId === ''}>Compare</button>
      </form>
      <Fault>{fault}</Fault>
      {job !== null && <Comparison key={job.round} job={job} />}
    </section>
  );
}

function Comparison({ job }: { job: StartedJob }): ReactNode {
  const { value, trouble, ended } = useLive<ResyncProgress>(`/api/jobs/events?id=${encodeURIComponent(job.workflowId)}`);
  if (trouble !== null) return <Fault>{trouble}</Fault>;
  const choice = value?.choice ?? null;
  if (value === null || choice === null || !ended) return <Waiting>Comparing{value?.total == null ? '' : `: ${count(value.checked)} of ${count(value.total)}`}...</Waiting>;
  const rows: [string, string][] = [
    ['Would enter (may not sync now)', count(choice.enter)], ['Would leave, of those that Sluice has dealt with (kept, but no longer synced)', count(choice.leave)],
    ['Created in Salesforce by the next resync', count(value.createdIn.salesforce)],
    ['Updated by it in HubSpot / in Salesforce', `${count(value.writtenIn.hubspot)} / ${count(value.writtenIn.salesforce - value.createdIn.salesforce)}`],
    ['Told to sync by themselves', count(value.signalled)], ['Already in sync', count(value.unchanged)],
    ['In error / to be reviewed', `${count(value.error)} / ${count(value.needsReview)}`],
    ['API calls of it, HubSpot / Salesforce', `about ${count(choice.calls.hubspot)} / ${count(choice.calls.salesforce)}`],
  ];
  return (
    <div role="status">
      <p>Nothing was saved and nothing was written.</p>
      <Rows rows={rows} />
    </div>
  );
}
