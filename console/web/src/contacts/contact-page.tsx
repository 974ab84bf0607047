import { useEffect, type ReactNode } from 'react';
import type { ContactAnswer, PastDecision } from '../../../../workflows/messages/contact.ts';
import { useLive } from '../live.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { when } from '../parts/words.ts';
import { Link } from '../router.tsx';
import { useAsked } from '../use-asked.ts';
import { Actions } from './actions.tsx';
import { History } from './history.tsx';
import { Review } from './review.tsx';
import { SideBySide } from './side-by-side.tsx';
import { statusWords } from './status-words.ts';

interface Contact {
  state: ContactAnswer;
  history: PastDecision[];
  page: string | null;
}

/** One contact: how it stands, both records, what would be written, and what was. */
export function ContactPage({ id }: { id: string }): ReactNode {
  const path = `/api/contacts/${encodeURIComponent(id)}`;
  const contact = useAsked<Contact>(path);
  const live = useLive<ContactAnswer>(contact.value === null ? null : `${path}/events`);
  const state = live.value ?? contact.value?.state ?? null;
  const stamp = state === null ? '' : `${state.status} ${state.since} ${state.lastSync?.at ?? ''} ${state.settingsVersion}`;
  const { again } = contact;
  useEffect(() => { if (stamp !== '') again(); }, [stamp, again]);
  return (
    <>
      <nav aria-label="Where you are" className="crumbs"><Link to="/contacts">Contacts</Link></nav>
      <h1 tabIndex={-1}>{state?.name ?? `Contact ${id}`}</h1>
      <Fault>{contact.fault ?? live.trouble}</Fault>
      {state === null && contact.fault === null && <Waiting />}
      {state !== null && contact.value !== null && (
        <>
          <State state={state} />
          <Actions path={path} state={state} />
          {state.review !== null && <Review path={path} review={state.review} />}
          {state.mergedInto !== null && <p>HubSpot merged it into <Link to={`/contacts/${state.mergedInto}`}>contact {state.mergedInto}</Link>.</p>}
          {state.status !== 'merged' && <SideBySide path={path} stamp={stamp} />}
          <History decisions={contact.value.history} />
          {contact.value.page !== null && <p><a href={contact.value.page} rel="noreferrer">Its workflow in the Temporal Web UI</a></p>}
        </>
      )}
    </>
  );
}

function State({ state: s }: { state: ContactAnswer }): ReactNode {
  return (
    <div className="panel">
      <div role="status"><p><strong className={`state ${s.status}`}>{statusWords[s.status]}</strong> {s.reason}</p></div>
      {s.next !== null && <p>{s.next}</p>}
      {s.error !== null && <Fault>{s.error.message} {s.error.remedy}{s.error.nextAttemptAt !== null && ` It is tried again at ${when(s.error.nextAttemptAt)}.`}</Fault>}
      {s.pendingDelete !== null && <p className="note warning">It is going to be deleted in {s.pendingDelete.side === 'hubspot' ? 'HubSpot' : 'Salesforce'} at {when(s.pendingDelete.at)}.</p>}
      <p className="hint">
        HubSpot contact {s.hubspotId}{s.salesforce === null ? ', no Salesforce record' : `, Salesforce ${s.salesforce.type} ${s.salesforce.id} (matched by ${s.salesforce.rung})`}
        {s.segment !== null && `; ${s.segment.member === null ? 'not known whether a' : s.segment.member ? 'a' : 'no'} member of "${s.segment.name}"`}
        {s.lastSync !== null && `; last synced ${when(s.lastSync.at)}`}
      </p>
    </div>
  );
}
