import type { Client } from '@temporalio/client';
import { contactCounts } from '../../activities/connection/counts.ts';
import { crms, workflowIds, type Crm } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

interface Watched {
  client: Client;
  connection: string;
  feeds: boolean;
  log: Log;
  /** Null where nobody asks for them. */
  metrics: Pick<Metrics, 'counted' | 'readUpTo'> | null;
  /** Between two looks; a minute. */
  everyMs?: number;
}

const firstMs = 15_000;

/** Now and then: how many contacts stand where, and how the feeds do, as metrics; a feed whose state has changed is logged. Answers how to end it, once a look that is under way is over. */
export function watchConnection(watched: Watched): () => Promise<void> {
  const last = new Map<Crm, string>();
  const look = async (): Promise<void> => {
    watched.metrics?.counted(await contactCounts(watched));
    if (watched.feeds) for (const crm of crms) await lookAtFeed(watched, crm, last);
  };
  // Temporal or a worker that is away shows elsewhere; the next look comes by itself.
  const tick = (): Promise<void> => look().catch((error: unknown) => watched.log.debug({ error: String(error) }, 'The connection could not be looked at.'));
  let looking = Promise.resolve();
  const next = (): void => { looking = looking.then(tick); };
  const everyMs = watched.everyMs ?? 60_000;
  // Not at once: what was on its way to a worker that died comes here some seconds later, and a question before it may do harm (docs/decisions/0019).
  const first = setTimeout(next, Math.min(everyMs, firstMs));
  const timer = setInterval(next, everyMs);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    return looking;
  };
}

async function lookAtFeed({ client, connection, log, metrics }: Watched, crm: Crm, last: Map<Crm, string>): Promise<void> {
  const { events, paused, trouble, readUpTo } = await client.workflow.getHandle(workflowIds.changes(connection, crm)).query(messages.feed);
  if (readUpTo !== null) metrics?.readUpTo(crm, Date.parse(readUpTo));
  // What the trouble is, its activity's failure has said.
  const state = { feed: crm, events, paused, trouble: trouble !== null };
  const text = JSON.stringify(state);
  if (last.get(crm) !== text) log[trouble === null ? 'info' : 'warn'](state, 'How a feed notices changes.');
  last.set(crm, text);
}
