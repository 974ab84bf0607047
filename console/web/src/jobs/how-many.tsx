import { useEffect, useState, type ReactNode } from 'react';
import { ask, sentenceOf } from '../api.ts';
import { Fault } from '../parts/notes.tsx';
import { counted } from '../parts/words.ts';

/** Each count is a call of Salesforce's: a person who types is waited for. */
const pauseMs = 600;

/** How many records the import would read. */
export function HowMany({ object, where }: { object: string; where: string }): ReactNode {
  const [found, setFound] = useState<{ lead: number | null; contact: number | null } | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    setFound(null);
    setFault(null);
    const controller = new AbortController();
    const timer = setTimeout(() => {
      ask<{ lead: number | null; contact: number | null }>('POST', '/api/jobs/import/count', { object, where }, controller.signal)
        .then(setFound, (error: unknown) => controller.signal.aborted || setFault(sentenceOf(error)));
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [object, where]);
  const parts = found === null ? [] : [...(found.lead === null ? [] : [counted(found.lead, 'Lead')]), ...(found.contact === null ? [] : [counted(found.contact, 'Contact')])];
  return (
    <>
      <p role="status">{found === null ? (fault === null ? 'Counting...' : '') : `${parts.join(' and ')} in Salesforce`}</p>
      <Fault>{fault}</Fault>
    </>
  );
}
