import type { ReactNode } from 'react';
import type { CriteriaCount } from '../../../../activities/looks/criteria.ts';
import { Fault } from '../parts/notes.tsx';
import { People } from '../parts/people.tsx';
import { counted } from '../parts/words.ts';
import { useAskedInPauses } from '../use-asked.ts';
import { isComplete, toSend, type DraftGroup } from './draft.ts';

/** HubSpot lets a search through five times a second: a person who types is waited for. */
const pauseMs = 400;

/** How many contacts would be in, and some of them, by HubSpot's search, as the criteria are entered. */
export function WhoIsIn({ groups }: { groups: readonly DraftGroup[] }): ReactNode {
  const complete = isComplete(groups);
  const { value: found, fault } = useAskedInPauses<CriteriaCount>('/api/segments/count', complete ? JSON.stringify({ groups: toSend(groups) }) : null, pauseMs);
  return (
    <aside className="panel who" aria-label="Who would be in">
      <Fault>{fault}</Fault>
      <div role="status">
        {!complete && <p>Enter a value for each criterion, and you see who would be in.</p>}
        {complete && fault === null && found === null && <p className="waiting">Counting...</p>}
        {found !== null && ('fault' in found ? <p>{found.fault}</p> : (
          <>
            <p className="figure">{found.exact ? '' : 'about '}{counted(found.total, 'contact')}</p>
            <People people={found.sample} />
            {found.total > found.sample.length && <p className="hint">and {counted(found.total - found.sample.length, 'other')}</p>}
            <p className="hint">Counted by HubSpot's search, which shows an edit some seconds late.{found.exact ? '' : ' It compares words, the segment the whole text: the segment may come to another number.'}</p>
          </>
        ))}
      </div>
    </aside>
  );
}
