import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { PropertyToChoose } from '../../../../activities/looks/criteria.ts';
import type { SegmentEntry } from '../../../../workflows/messages/connection.ts';
import { ask } from '../api.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { navigate } from '../router.tsx';
import { useAsked, useDoing } from '../use-asked.ts';
import { CriteriaGroups } from './criteria-groups.tsx';
import { newCriterion, newKey, toSend, type DraftGroup } from './draft.ts';
import { WhoIsIn } from './who-is-in.tsx';

/** The segment editor: name, criteria, Review and save. It creates an active segment in HubSpot as any other there. */
export function NewSegment(): ReactNode {
  const { value, fault } = useAsked<{ properties: PropertyToChoose[] }>('/api/properties');
  if (value !== null) return <Editor properties={value.properties} />;
  return (
    <>
      <h1 tabIndex={-1}>New segment</h1>
      <Fault>{fault}</Fault>
      {fault === null && <Waiting />}
    </>
  );
}

const unnamed = 'Unnamed segment';

function Editor({ properties }: { properties: readonly PropertyToChoose[] }): ReactNode {
  const [name, setName] = useState('');
  const [groups, setGroups] = useState<DraftGroup[]>(() => [{ key: newKey(), criteria: [newCriterion(properties)] }]);
  const { busy, fault, run } = useDoing();
  const save = async (): Promise<void> => {
    const created = await run(() => ask<SegmentEntry>('POST', '/api/segments', { name, groups: toSend(groups) }));
    if (created !== null) navigate(`/segments/${created.id}`);
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <div className="row head">
        <Name name={name} onChange={setName} />
        <button className="primary" disabled={busy}>Review and save</button>
      </div>
      <Fault>{fault}</Fault>
      {busy && <Waiting>Saving in HubSpot...</Waiting>}
      <p className="hint">An active contact segment: HubSpot lets contacts in and out as they come to meet the criteria or no longer do.</p>
      <div className="columns wide">
        <CriteriaGroups properties={properties} groups={groups} onChange={setGroups} />
        <WhoIsIn groups={groups} />
      </div>
    </form>
  );
}

/** The name, with the pencil that opens it. */
function Name({ name, onChange }: { name: string; onChange: (name: string) => void }): ReactNode {
  const [editing, setEditing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  useEffect(() => { if (editing) input.current?.select(); }, [editing]);
  const close = (): void => {
    setEditing(false);
    setTimeout(() => pencil.current?.focus());
  };
  return (
    <div className="name">
      <h1 tabIndex={-1}>{editing ? <span className="hidden">Name of the segment</span> : name.trim() === '' ? unnamed : name}</h1>
      {editing
        ? <input ref={input} aria-label="Name of the segment" value={name} maxLength={200} onChange={(event) => onChange(event.target.value)} onBlur={() => setEditing(false)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== 'Escape') return;
              event.preventDefault();
              close();
            }} />
        : <button ref={pencil} type="button" className="plain" aria-label="Edit the name" onClick={() => setEditing(true)}><span aria-hidden="true">✎</span></button>}
    </div>
  );
}
