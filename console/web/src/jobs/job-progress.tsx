import type { ReactNode } from 'react';
import type { ImportProgress, ResyncProgress } from '../../../../workflows/messages/jobs.ts';
import { ask } from '../api.ts';
import { useLive } from '../live.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { count, duration, when } from '../parts/words.ts';
import { useDoing } from '../use-asked.ts';
import { ImportCounts } from './import-counts.tsx';
import { ResyncCounts } from './resync-counts.tsx';

export interface StartedJob {
  workflowId: string;
  alreadyRunning: boolean;
  /** In Temporal's Web UI. */
  page: string | null;
}

type Progress = ImportProgress | ResyncProgress;

/** How far an import or resync is, with pause and cancel; at its end, what came of it. */
export function JobProgress({ job }: { job: StartedJob }): ReactNode {
  const { value, trouble, ended } = useLive<Progress>(`/api/jobs/events?id=${encodeURIComponent(job.workflowId)}`);
  const over = ended || value?.finishedAt != null;
  return (
    <section className="job" aria-label="Progress">
      {job.alreadyRunning && !over && <p className="hint">It ran already: this is how far it is.</p>}
      <Fault>{trouble}</Fault>
      {value === null && trouble === null && <Waiting>Starting...</Waiting>}
      {value !== null && <Bar progress={value} over={over} />}
      {value !== null && (value.job === 'import' ? <ImportCounts progress={value} /> : <ResyncCounts progress={value} />)}
      {value !== null && !over && <Controls id={job.workflowId} paused={value.paused} />}
      {job.page !== null && <p><a href={job.page} rel="noreferrer">{job.workflowId} in the Temporal Web UI</a></p>}
    </section>
  );
}

function Bar({ progress, over }: { progress: Progress; over: boolean }): ReactNode {
  const done = progress.job === 'import' ? progress.read : progress.checked;
  const { total, paused, phase, perSecond, secondsLeft, waits } = progress;
  return (
    <>
      <p role="status"><strong className="phase">{over ? 'Done' : paused ? 'Paused' : phase}</strong></p>
      <progress value={over ? 1 : done} max={over ? 1 : total ?? undefined} aria-label="How far it is" />
      <p className="hint">
        {count(done)}{total === null ? '' : ` of ${count(total)}`}, {count(perSecond)} a second
        {!over && secondsLeft !== null && `, ${duration(secondsLeft)} left`}
      </p>
      {waits !== null && !over && <p className="note warning">It waits until {when(waits.until)}: {waits.why}</p>}
    </>
  );
}

function Controls({ id, paused }: { id: string; paused: boolean }): ReactNode {
  const { busy, fault, run } = useDoing();
  const send = (what: 'pause' | 'resume' | 'cancel'): void => void run(() => ask('POST', `/api/jobs/${what}`, { id }));
  return (
    <>
      <div className="row">
        <button type="button" disabled={busy} onClick={() => send(paused ? 'resume' : 'pause')}>{paused ? 'Resume' : 'Pause'}</button>
        <button type="button" disabled={busy} onClick={() => send('cancel')}>Cancel</button>
      </div>
      <Fault>{fault}</Fault>
    </>
  );
}
