import type { HubSpotContactId } from '../../sync/records.ts';
import { settingsIfReady } from '../connection/accounts.ts';
import type { Call } from '../crm/call.ts';
import type { World } from '../world.ts';
import { reached } from './position.ts';
import { pack } from './handovers.ts';
import { syncPage } from './sync.ts';

const call: Call = { lane: 'backfill' };
const membersPerPage = 250;
const idsPerBatch = 100;

/**
 * Which of these contacts are members of the inclusion segment now (S6.4): by its membership pages, or by the contacts' own
 * memberships where those are fewer calls. Everybody, where no segment is set.
 */
export async function findMembers(world: World, { ids }: { ids: readonly HubSpotContactId[] }): Promise<HubSpotContactId[]> {
  const { segment } = await settingsIfReady(world, call.lane);
  if (segment === null) return [...ids];
  const now = await world.segment(segment.id);
  if (now.kind !== 'usable') return [];
  const pages = Math.ceil((now.segment.size ?? Infinity) / membersPerPage);
  const wanted = new Set(ids);
  if (pages > Math.ceil(ids.length / idsPerBatch)) {
    const memberships = await world.hubspot.memberships(ids, call);
    return ids.filter((id) => memberships.get(id)?.some((m) => m.segmentId === segment.id));
  }
  const members: HubSpotContactId[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof world.hubspot.membershipPage>> = await world.hubspot.membershipPage(segment.id, { after, limit: membersPerPage }, call);
    members.push(...page.members.flatMap(({ contactId }) => (wanted.has(contactId) ? [contactId] : [])));
    ({ after } = page);
    reached({ members: members.length });
  } while (after !== null);
  return members;
}

/** What became of the contacts that an import looked at again. */
export interface FillResult {
  /** Of the ids given: which are filled, told, in review or in error now; the others are still outside. */
  filled: HubSpotContactId[];
  filling: HubSpotContactId[];
  needsReview: HubSpotContactId[];
  error: HubSpotContactId[];
  handovers: string | null;
}

/** Fills imported contacts that have joined the segment meanwhile. */
export async function fillPage(world: World, { ids }: { ids: readonly HubSpotContactId[] }): Promise<FillResult> {
  reached({ contacts: ids.length });
  await settingsIfReady(world, call.lane);
  const outcomes = await syncPage(world, { ids, trigger: 'import', dryRun: false });
  const of = (...kinds: string[]) => outcomes.filter((o) => kinds.includes(o.kind)).map((o) => o.hubspotId);
  const handovers = outcomes.flatMap((o) => ('handover' in o && o.handover !== null && o.kind !== 'frozen' ? [o.handover] : []));
  return { filled: of('written', 'unchanged', 'at-rest'), filling: of('signalled', 'waiting', 'gone'), needsReview: of('review'), error: of('error'), handovers: await pack(handovers) };
}
