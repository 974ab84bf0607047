import { contactsOf, knownContacts } from '../contacts.ts';
import type { Call } from '../crm/call.ts';
import { reached } from '../page/position.ts';
import type { World } from '../world.ts';
import { ready } from './ready.ts';
import { tellChanged } from './tell.ts';

const call: Call = { lane: 'retry' };
const archivedPages = 20;
/** Salesforce's own log of deletions reaches 15 days back [SF-GD]. */
const deletionLogMs = 14 * 86_400_000;
/** Visibility shows a link a moment late: who had linked a record just before it was deleted is found the next time. */
const overlapMs = 600_000;

/**
 * Looks through HubSpot's archived contacts, which no search shows (R3), 2,000 at a time, and tells those whose workflow has not
 * heard yet. `after` null begins and ends.
 */
export async function reconcileHubSpot(world: World, { after }: { after: string | null }): Promise<{ after: string | null; told: number }> {
  await ready(world, call.lane);
  let next = after;
  let told = 0;
  for (let page = 0; page < archivedPages; page++) {
    const archived = await world.hubspot.archivedPage(next, call);
    const known = await knownContacts(world, archived.ids);
    const unheard = archived.ids.filter((id) => known.has(id) && known.get(id)?.status !== 'deleted');
    await tellChanged(world, unheard.map((id) => ({ id, input: { source: 'hubspot', kind: 'deletion' } })));
    told += unheard.length;
    next = archived.after;
    reached({ told, after: next });
    if (next === null) break;
  }
  return { after: next, told };
}

/** Reads Salesforce's log of deletions, which has purged records too, and tells the contacts whose workflow has not heard yet. Two calls. */
export async function reconcileSalesforce(world: World, { since }: { since: string }): Promise<{ covered: string; told: number }> {
  await ready(world, call.lane);
  const start = new Date(Math.max(Date.parse(since) - overlapMs, Date.now() - deletionLogMs)).toISOString();
  const logs = await Promise.all((['Lead', 'Contact'] as const).map((type) => world.salesforce.deletedSince(type, start, call)));
  const holders = await contactsOf(world, logs.flatMap(({ ids }) => ids));
  const unheard = [...holders.values()].filter(({ known }) => known.status !== 'deleted');
  await tellChanged(world, unheard.map(({ id }) => ({ id, input: { source: 'salesforce', kind: 'delete' } })));
  // Its coverage may lag for hours behind long transactions.
  return { covered: logs.map(({ covered }) => covered).sort()[0] ?? since, told: unheard.length };
}
