import type { ReactNode } from 'react';
import type { ContactAnswer } from '../../../../workflows/messages/contact.ts';
import { ask } from '../api.ts';
import { Fault, Waiting } from '../parts/notes.tsx';
import { useDoing } from '../use-asked.ts';

/** What a person can have the contact do now. */
export function Actions({ path, state }: { path: string; state: ContactAnswer }): ReactNode {
  const { busy, fault, run } = useDoing();
  if (state.status === 'merged' || state.status === 'deleted') return null;
  const send = (what: 'resync' | 'pause' | 'resume' | 'keep'): void => void run(() => ask('POST', `${path}/${what}`));
  return (
    <>
      <div className="row">
        <button type="button" className="primary" disabled={busy} onClick={() => send('resync')}>Resync</button>
        <button type="button" disabled={busy} onClick={() => send(state.paused ? 'resume' : 'pause')}>{state.paused ? 'Resume' : 'Pause'}</button>
        {state.pendingDelete !== null && <button type="button" disabled={busy} onClick={() => send('keep')}>Keep it</button>}
      </div>
      {busy && <Waiting>Asked for...</Waiting>}
      <Fault>{fault}</Fault>
    </>
  );
}
