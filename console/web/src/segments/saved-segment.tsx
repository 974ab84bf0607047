import { useEffect, type ReactNode } from 'react';
import type { SegmentEntry } from '../../../../workflows/messages/connection.ts';
import { Done, Fault, Waiting } from '../parts/notes.tsx';
import { counted } from '../parts/words.ts';
import { Link } from '../router.tsx';
import { appPath } from '../settings/salesforce.tsx';
import { useAsked } from '../use-asked.ts';

const lookEveryMs = 1_000;

/** A segment in HubSpot: whether it is evaluated yet. */
export function SavedSegment({ id }: { id: string }): ReactNode {
  const { value, fault, again } = useAsked<SegmentEntry>(`/api/segments/${encodeURIComponent(id)}`);
  useEffect(() => {
    if (value?.processing !== true) return;
    const timer = setTimeout(again, lookEveryMs);
    return () => clearTimeout(timer);
  }, [value, again]);
  return (
    <>
      <h1 tabIndex={-1}>{value?.name ?? 'Segment'}</h1>
      <Fault>{fault}</Fault>
      {value === null && fault === null && <Waiting />}
      {value?.processing === true && <Waiting>Saved. HubSpot is processing the segment, which can take a while; you need not wait here.</Waiting>}
      {value?.processing === false && <Done><p>HubSpot has processed the segment{value.size === null ? '' : `: ${counted(value.size, 'contact')}`}.</p></Done>}
      <p><Link to={`${appPath}/contacts`}>{value === null ? 'Back to the settings' : 'Back to the settings, to choose it as inclusion list'}</Link></p>
    </>
  );
}
