import type { ReactNode } from 'react';
import type { FeedAnswer } from '../../../../workflows/messages/changes.ts';
import { Rows } from '../jobs/rows.tsx';
import { Fault } from '../parts/notes.tsx';
import { count, when } from '../parts/words.ts';
import { useAsked } from '../use-asked.ts';

const names = { hubspot: 'HubSpot', salesforce: 'Salesforce' } as const;

/** How changes are noticed on both sides. */
export function FeedsNow(): ReactNode {
  const { value, fault } = useAsked<{ feeds: FeedAnswer[] }>('/api/feeds');
  return (
    <>
      <h3>How changes are noticed</h3>
      <Fault>{fault}</Fault>
      {value?.feeds.map((feed) => (
        <section key={feed.crm} className="panel" aria-label={names[feed.crm]}>
          {feed.trouble !== null && <p className="note warning">{feed.trouble.what} ({when(feed.trouble.at)})</p>}
          <Rows caption={`${names[feed.crm]}: ${feed.paused ? 'paused' : feed.events === 'on' ? 'events come as they happen' : feed.why ?? `events: ${feed.events}`}`} rows={[
            ['Last event', feed.lastEventAt === null ? 'none yet' : when(feed.lastEventAt)], ['Next poll', when(feed.nextPollAt)],
            ['Waiting to be handed on', count(feed.waiting)], ['Contacts told of changes', count(feed.counts.told)],
          ]} />
        </section>
      ))}
    </>
  );
}
