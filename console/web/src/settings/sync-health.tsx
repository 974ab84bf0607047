import { useState, type ReactNode } from 'react';
import type { CategoryInNeed, ErrorReport } from '../../../../client/errors.ts';
import type { ContactCounts } from '../../../../workflows/visibility.ts';
import { ask } from '../api.ts';
import { useConnection } from '../connection.tsx';
import { statusWords } from '../contacts/status-words.ts';
import { JobProgress, type StartedJob } from '../jobs/job-progress.tsx';
import { Fault, Waiting, Warnings } from '../parts/notes.tsx';
import { count, counted, when } from '../parts/words.ts';
import { Link } from '../router.tsx';
import { useAsked, useDoing } from '../use-asked.ts';
import { FeedsNow } from './feeds-now.tsx';

/** What needs attention, by category, with its remedy. */
export function SyncHealth(): ReactNode {
  const { value, fault, again } = useAsked<ErrorReport & Pick<ContactCounts, 'byStatus'>>('/api/errors');
  const connection = useConnection().value;
  const statuses = Object.entries(value?.byStatus ?? {}) as [keyof typeof statusWords, number][];
  return (
    <section aria-labelledby="health">
      <h2 id="health">Sync health</h2>
      <Warnings sentences={connection?.health.warnings ?? []} />
      {statuses.length > 0 && <ul className="figures">{statuses.map(([status, n]) => <li key={status}><Link to={`/contacts?status=${status}`}><strong>{count(n)}</strong> {statusWords[status]}</Link></li>)}</ul>}
      <Fault>{fault}</Fault>
      {value === null && fault === null && <Waiting />}
      {value !== null && (
        <>
          <p role="status">{value.total === 0 ? 'Nothing needs attention: no contact is in error or in review.' : `${counted(value.total, 'contact needs', 'contacts need')} attention.`}</p>
          {value.categories.map((category) => <Category key={category.category} category={category} contacts={value.contacts.filter((one) => one.category === category.category)} />)}
          <div className="row">
            <button type="button" onClick={again}>Look again</button>
            {value.total > 0 && <a href="/api/errors/export" download>Export all as CSV</a>}
          </div>
        </>
      )}
      <FeedsNow />
    </section>
  );
}

function Category({ category: { category, count: n, firstSeenAt, lastSeenAt, remedy }, contacts }: { category: CategoryInNeed; contacts: ErrorReport['contacts'] }): ReactNode {
  const [job, setJob] = useState<StartedJob | null>(null);
  const { busy, fault, run } = useDoing();
  const resync = async (): Promise<void> => setJob(await run(() => ask<StartedJob>('POST', '/api/jobs/resync', { scope: 'errors', category })));
  return (
    <section className="panel" aria-label={category}>
      <h3>{category}: {counted(n, 'contact')}</h3>
      {remedy !== null && <p>{remedy}</p>}
      {firstSeenAt !== null && lastSeenAt !== null && <p className="hint">First seen {when(firstSeenAt)}, last {when(lastSeenAt)}.</p>}
      <details>
        <summary>Contacts</summary>
        <ul>{contacts.map(({ hubspotId, name, message }) => <li key={hubspotId}><Link to={`/contacts/${hubspotId}`}>{name ?? `Contact ${hubspotId}`}</Link>: {message}</li>)}</ul>
      </details>
      <button type="button" disabled={busy} onClick={() => void resync()}>Resync these</button>
      <Fault>{fault}</Fault>
      {job !== null && <JobProgress key={job.workflowId} job={job} />}
    </section>
  );
}
