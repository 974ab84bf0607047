import { useState, type ReactNode } from 'react';
import type { MappingSeen, MappingsSeen } from '../../../../activities/looks/mappings.ts';
import type { Mapping } from '../../../../sync/mapping.ts';
import { ask } from '../api.ts';
import { useConnection } from '../connection.tsx';
import { JobProgress, type StartedJob } from '../jobs/job-progress.tsx';
import { Done, Fault, Waiting } from '../parts/notes.tsx';
import { useAsked, useDoing } from '../use-asked.ts';
import { AddMapping } from './add-mapping.tsx';
import { MappingRow } from './mapping-row.tsx';

/** Which property goes with which field, and which side wins. A change of a rule is saved at once. */
export function FieldMappings(): ReactNode {
  const asked = useAsked<MappingsSeen>('/api/mappings');
  const [saved, setSaved] = useState<{ seen: MappingsSeen; what: string; added: boolean } | null>(null);
  const { busy, fault, run } = useDoing();
  const seen = saved?.seen ?? asked.value;
  const save = async (mappings: Mapping[], what: string, added = false): Promise<boolean> => {
    setSaved((before) => (before === null ? null : { ...before, what: '', added: false }));
    const now = await run(() => ask<MappingsSeen>('PUT', '/api/mappings', { mappings }));
    if (now !== null) setSaved({ seen: now, what, added });
    return now !== null;
  };
  const plain = (mappings: readonly MappingSeen[]): Mapping[] => mappings.map(({ hubspot, lead, contact, rule }) => ({ hubspot, lead, contact, rule }));
  return (
    <section aria-labelledby="mappings">
      <h2 id="mappings">Field mappings</h2>
      <p>A change of a mapping is no trigger: values follow as contacts sync, or by a backfill.</p>
      <Fault>{asked.fault}</Fault>
      {seen === null && asked.fault === null && <Waiting />}
      {busy && <Waiting>Saving...</Waiting>}
      <Fault>{fault}</Fault>
      {saved !== null && saved.what !== '' && <Done><p>{saved.what}</p></Done>}
      {saved?.added === true && <Backfill />}
      {seen !== null && (
        <>
          <AddMapping seen={seen} busy={busy} onAdd={async (mapping) => save([...plain(seen.mappings), mapping], `Saved: ${mapping.hubspot} is mapped.`, true)} />
          <div className="scroll" tabIndex={0} role="region" aria-label="Table of mappings"><table className="broad">
            <thead><tr><th scope="col" className="hubspot">HubSpot property</th><th scope="col" className="salesforce">Lead field</th><th scope="col" className="salesforce">Contact field</th><th scope="col">Rule</th><th scope="col">Types, values</th></tr></thead>
            <tbody>{seen.mappings.map((mapping) => (
              <MappingRow
                key={mapping.hubspot} mapping={mapping} busy={busy}
                onRule={(rule) => void save(plain(seen.mappings).map((one) => (one.hubspot === mapping.hubspot ? { ...one, rule } : one)), `Saved: the rule of ${mapping.label}.`)}
              />
            ))}</tbody>
          </table></div>
        </>
      )}
    </section>
  );
}

/** Brings the values over that were there before the mapping: a resync, which fills what has no base yet. */
function Backfill(): ReactNode {
  const segment = useConnection().value?.settings.segment ?? null;
  const [job, setJob] = useState<StartedJob | null>(null);
  const { busy, fault, run } = useDoing();
  const start = async (): Promise<void> => setJob(await run(() => ask<StartedJob>('POST', '/api/jobs/resync', { scope: segment === null ? 'all' : 'segment' })));
  return (
    <div className="panel">
      <p>Values that are there already do not follow by themselves. A backfill resyncs {segment === null ? 'every contact' : `the members of "${segment.name}"`} and brings them over.</p>
      <button type="button" disabled={busy || job !== null} onClick={() => void start()}>Backfill now</button>
      <Fault>{fault}</Fault>
      {job !== null && <JobProgress job={job} />}
    </div>
  );
}
