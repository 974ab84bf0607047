import { useState, type ReactNode } from 'react';
import type { ContactAnswer } from '../../../../workflows/messages/contact.ts';
import { ask } from '../api.ts';
import { Fault } from '../parts/notes.tsx';
import { useDoing } from '../use-asked.ts';

/** A person decides which Salesforce record is meant. */
export function Review({ path, review }: { path: string; review: NonNullable<ContactAnswer['review']> }): ReactNode {
  const [meant, setMeant] = useState('');
  const { busy, fault, run } = useDoing();
  const choices = [
    ...review.candidates.map(({ type, id }) => ({ value: id as string, label: `${type} ${id}` })),
    { value: 'new', label: 'None of them: a new record' }, { value: 'ignore', label: 'Leave this contact out of the sync' },
  ];
  return (
    <form className="panel" onSubmit={(event) => { event.preventDefault(); void run(() => ask('POST', `${path}/resolve`, { salesforceId: meant })); }}>
      <h2>Which record is meant?</h2>
      <p>{review.why}</p>
      <fieldset>
        <legend className="hidden">Which record is meant</legend>
        {choices.map(({ value, label }) => <p key={value}><label><input type="radio" name="meant" value={value} checked={meant === value} onChange={() => setMeant(value)} /> {label}</label></p>)}
      </fieldset>
      <button disabled={busy || meant === ''}>Resolve</button>
      <Fault>{fault}</Fault>
    </form>
  );
}
