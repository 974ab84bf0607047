import type { ReactNode } from 'react';
import { Fault } from '../parts/notes.tsx';
import { counted } from '../parts/words.ts';
import { useAskedInPauses } from '../use-asked.ts';

/** Each count is a call of Salesforce's: a person who types is waited for. */
const pauseMs = 600;

/** How many records the import would read. */
export function HowMany({ object, where }: { object: string; where: string }): ReactNode {
  const { value: found, fault } = useAskedInPauses<{ lead: number | null; contact: number | null }>('/api/jobs/import/count', JSON.stringify({ object, where }), pauseMs);
  const parts = found === null ? [] : [...(found.lead === null ? [] : [counted(found.lead, 'Lead')]), ...(found.contact === null ? [] : [counted(found.contact, 'Contact')])];
  return (
    <>
      <p role="status">{found === null ? (fault === null ? 'Counting...' : '') : `${parts.join(' and ')} in Salesforce`}</p>
      <Fault>{fault}</Fault>
    </>
  );
}
