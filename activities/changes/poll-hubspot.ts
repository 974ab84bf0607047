import type { HubSpotContactId } from '../../sync/records.ts';
import type { Feeds } from '../../sync/settings.ts';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import type { ChangePosition } from '../hubspot/index.ts';
import { reached } from '../page/position.ts';
import type { World } from '../world.ts';
import { compareContacts, type Compared } from './compare-contacts.ts';
import { ready } from './ready.ts';
import { takeUp } from './take-up.ts';
import { tellChanged } from './tell.ts';

const call: Call = { lane: 'retry' };
/** The search lags writes by seconds: so far back a poll begins before the last one's end. */
const overlapMs = 30_000;
const pagesPerPoll = 10;
/** Many are told no faster than they sync: after so many the position is kept, and the next poll goes on there. */
export const mostTold = 500;

/** What a poll, or a comparison of a page, came to. */
export interface Told {
  read: number;
  told: number;
  later: HubSpotContactId[];
}

export interface HubSpotPoll extends Told {
  position: ChangePosition;
  more: boolean;
  feeds: Feeds;
}

/**
 * Reads what changed in HubSpot since the last poll, up to 2,000 contacts, and tells those that differ from their records. The first
 * poll only marks the place: what is older comes by import or resync (R22).
 */
export async function pollHubSpot(world: World, { startedAt, position, more }: { startedAt: string; position: ChangePosition | null; more: boolean }): Promise<HubSpotPoll> {
  const setting = await ready(world, call.lane);
  const sum: HubSpotPoll = { position: position ?? { time: new Date().toISOString(), afterId: null }, more: false, read: 0, told: 0, later: [], feeds: setting.settings.feeds };
  if (position === null) return sum;
  const since = Date.parse(position.time) - overlapMs;
  if (!more) sum.position = { time: new Date(since).toISOString(), afterId: null };
  for (let page = 0; page < pagesPerPoll; page++) {
    const { contacts, next, more: further } = await world.hubspot.changedContacts(sum.position, setting.schema.properties, call);
    sum.read += contacts.length;
    await settle(world, await compareContacts(world, setting, contacts, Math.max(since, Date.parse(startedAt)), call), sum);
    // An empty page says nothing of time: the place is kept, and never moves back.
    sum.position = Date.parse(next.time) < Date.parse(position.time) ? { ...position, ...(further && next) } : next;
    sum.more = further;
    reached({ read: sum.read, position: sum.position });
    if (!further || sum.told >= mostTold) break;
  }
  return sum;
}

/** Compares contacts of which events told, or that had to wait for a page job: up to 100. */
export async function compareHubSpot(world: World, { ids }: { ids: readonly HubSpotContactId[] }): Promise<Told> {
  const setting = await ready(world, call.lane);
  const sum: Told = { read: ids.length, told: 0, later: [] };
  const answers = await world.hubspot.readContacts(ids, setting.schema.properties, call);
  const live = [...answers.values()].flatMap((answer) => (answer.kind === 'live' ? [answer.contact] : []));
  await settle(world, await compareContacts(world, setting, live, null, call), sum);
  return sum;
}

async function settle(world: World, { tell, later, fresh, told }: Compared, sum: Told): Promise<void> {
  await tellChanged(world, tell);
  for (const ids of chunks(fresh, 200)) await takeUp(world, ids, 'change', (id) => ({ id, input: { source: 'hubspot', kind: 'change' } }));
  told();
  sum.told += tell.length + fresh.length;
  sum.later.push(...later);
}
