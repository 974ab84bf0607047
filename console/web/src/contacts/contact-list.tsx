import { useState, type ReactNode } from 'react';
import type { ContactLine } from '../../../server/contact-routes.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { counted, when } from '../parts/words.ts';
import { Link, navigate, useQuery } from '../router.tsx';
import { useAsked } from '../use-asked.ts';
import { statusWords, wordsOf } from './status-words.ts';

/** Contacts by email, name or id, and by status; what was searched for stands in the address. */
export function ContactList(): ReactNode {
  const query = useQuery();
  const asked = new URLSearchParams(query);
  const { value, fault } = useAsked<{ contacts: ContactLine[]; total: number }>(`/api/contacts${query}`);
  const search = (q: string, status: string): void => {
    const wanted = new URLSearchParams({ ...(q.trim() !== '' && { q: q.trim() }), ...(status !== '' && { status }) }).toString();
    navigate(`/contacts${wanted === '' ? '' : `?${wanted}`}`, { replace: true });
  };
  return (
    <>
      <h1 tabIndex={-1}>Contacts</h1>
      <Search key={query} q={asked.get('q') ?? ''} status={asked.get('status') ?? ''} onSearch={search} />
      <Fault>{fault}</Fault>
      {value === null && fault === null && <Waiting />}
      {value !== null && <Found {...value} />}
    </>
  );
}

function Search({ q: given, status, onSearch }: { q: string; status: string; onSearch: (q: string, status: string) => void }): ReactNode {
  const [q, setQ] = useState(given);
  return (
    <form className="row" role="search" onSubmit={(event) => { event.preventDefault(); onSearch(q, status); }}>
      <label>Email, name, HubSpot or Salesforce id <input type="search" value={q} onChange={(event) => setQ(event.target.value)} /></label>
      <label>Status <select value={status} onChange={(event) => onSearch(q, event.target.value)}>
        <option value="">All</option>
        {Object.entries(statusWords).map(([name, words]) => <option key={name} value={name}>{words}</option>)}
      </select></label>
      <button>Search</button>
    </form>
  );
}

function Found({ contacts, total }: { contacts: ContactLine[]; total: number }): ReactNode {
  return (
    <>
      <p role="status">{total === 0 ? 'No contact was found. Without a search the list has those that Sluice has dealt with: import, resync or search for others by name.' : counted(total, 'contact')}{total > contacts.length && `, the first ${contacts.length} are shown`}</p>
      {contacts.length > 0 && (
        <div className="scroll"><table className="broad">
          <thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col">Last synced</th></tr></thead>
          <tbody>{contacts.map(({ hubspotId, name, email, status, lastSyncedAt }) => (
            <tr key={hubspotId}>
              <td><Link to={`/contacts/${hubspotId}`}>{name}</Link>{email !== null && email !== name && <small> {email}</small>}</td>
              <td>{wordsOf(status)}</td><td>{lastSyncedAt === null ? '' : when(lastSyncedAt)}</td>
            </tr>
          ))}</tbody>
        </table></div>
      )}
    </>
  );
}
