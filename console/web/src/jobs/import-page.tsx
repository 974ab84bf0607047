import { useState, type ReactNode } from 'react';
import type { ImportInput } from '../../../../workflows/messages/jobs.ts';
import { ask } from '../api.ts';
import { useConnection } from '../connection.tsx';
import { Fault, Waiting } from '../parts/notes.tsx';
import { useAsked, useDoing } from '../use-asked.ts';
import { HowMany } from './how-many.tsx';
import { JobProgress, type StartedJob } from './job-progress.tsx';

type What = NonNullable<ImportInput['object']>;
const choices: readonly [What, string][] = [['both', 'Leads and Contacts'], ['Lead', 'Leads'], ['Contact', 'Contacts']];

/** An import from Salesforce, with the fill behind it. One that runs, or ran last, is shown when the page opens. */
export function ImportPage(): ReactNode {
  const last = useAsked<{ job: StartedJob | null }>('/api/jobs/import');
  const [object, setObject] = useState<What>('both');
  const [where, setWhere] = useState('');
  const [started, setStarted] = useState<(StartedJob & { round: number }) | null>(null);
  const { busy, fault, run } = useDoing();
  const segment = useConnection().value?.settings.segment ?? null;
  const start = async (): Promise<void> => {
    const job = await run(() => ask<StartedJob>('POST', '/api/jobs/import', { object, where }));
    if (job !== null) setStarted((before) => ({ ...job, round: (before?.round ?? 0) + 1 }));
  };
  const job = started ?? last.value?.job ?? null;
  return (
    <>
      <h1 tabIndex={-1}>Import from Salesforce</h1>
      <p>Each new contact comes with its email alone. Then those who may sync are filled with their other values{segment === null ? ': everybody, since no segment is set' : `: the members of "${segment.name}"`}. The others keep their email only, until they join.</p>
      <form onSubmit={(event) => { event.preventDefault(); void start(); }}>
        <fieldset className="row">
          <legend>What to import</legend>
          {choices.map(([value, label]) => <label key={value}><input type="radio" name="object" value={value} checked={object === value} onChange={() => setObject(value)} /> {label}</label>)}
        </fieldset>
        <label className="long">Filter (a SOQL condition; blank for all) <input value={where} maxLength={2000} placeholder="LeadSource = 'Web' AND CreatedDate = LAST_N_DAYS:90" onChange={(event) => setWhere(event.target.value)} /></label>
        <HowMany object={object} where={where} />
        <button className="primary" disabled={busy}>Start the import</button>
      </form>
      <Fault>{fault ?? last.fault}</Fault>
      {busy && <Waiting>Starting...</Waiting>}
      {job !== null && <JobProgress key={started?.round ?? 0} job={job} />}
    </>
  );
}
