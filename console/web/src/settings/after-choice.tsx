import { useState, type ReactNode } from 'react';
import type { ContactSeen } from '../../../../activities/looks/contacts.ts';
import type { MembershipChange } from '../../../../activities/looks/membership-change.ts';
import { ask } from '../api.ts';
import { JobProgress, type StartedJob } from '../jobs/job-progress.tsx';
import { Done, Fault, Waiting, Warnings } from '../parts/notes.tsx';
import { People } from '../parts/people.tsx';
import { counted } from '../parts/words.ts';
import { useAsked, useDoing } from '../use-asked.ts';
import type { Choice } from './limit-sync.tsx';

/** What a choice that was just saved means, who entered and who left, with the way back and the resync. */
export function AfterChoice({ choice: { settings, before }, undo }: { choice: Choice; undo: () => void }): ReactNode {
  const { segment } = settings;
  const query = new URLSearchParams({ ...(before !== null && { before: before.id }), ...(segment !== null && { after: segment.id }) });
  const change = useAsked<MembershipChange>(`/api/connection/segment/change?${query.toString()}`);
  const resync = useDoing();
  const [job, setJob] = useState<StartedJob | null>(null);
  const start = async (): Promise<void> => setJob(await resync.run(() => ask<StartedJob>('POST', '/api/jobs/resync', { scope: segment === null ? 'all' : 'segment' })));

  return (
    <div className="panel">
      <Done>
        {segment === null
          ? <p><strong>Saved: no segment limits the sync.</strong> Every contact may sync from now on. Nothing was written: each contact syncs on its next trigger, such as an edit of a mapped field, or when you resync.</p>
          : <p><strong>Saved: "{segment.name}" is the inclusion segment.</strong> Its members may sync from now on, nobody else. Nothing was written: each member syncs on its next trigger, such as an edit of a mapped field, or when you resync.</p>}
      </Done>
      <Warnings sentences={segment?.warnings ?? []} />
      <Fault>{change.fault}</Fault>
      {change.value === null && change.fault === null && <Waiting>Comparing the members...</Waiting>}
      {change.value !== null && ('fault' in change.value ? <p>{change.value.fault}</p> : (
        <div className="columns">
          <Moved title="Entered" what="may sync now" people={change.value.entered} />
          <Moved title="Left" what="kept as they are, but no longer synced" people={change.value.left} />
        </div>
      ))}
      <div className="row">
        <button type="button" onClick={undo}>Undo</button>
        <button type="button" className="primary" disabled={resync.busy || job !== null} onClick={() => void start()}>Resync</button>
      </div>
      <Fault>{resync.fault}</Fault>
      {job !== null && <JobProgress job={job} />}
    </div>
  );
}

function Moved({ title, what, people: { count, sample } }: { title: string; what: string; people: { count: number; sample: ContactSeen[] } }): ReactNode {
  return (
    <section>
      <h3>{title}: {counted(count, 'contact')}</h3>
      {count > 0 && <p className="hint">{what}</p>}
      <People people={sample} />
      {count > sample.length && sample.length > 0 && <p className="hint">and {counted(count - sample.length, 'other')}</p>}
    </section>
  );
}
