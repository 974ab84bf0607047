import type { HubSpotContactId } from '../../sync/records.ts';
import type { Feeds } from '../../sync/settings.ts';
import { workflowIds } from '../../workflows/ids.ts';
import { checkSegment } from '../../workflows/messages.ts';
import { countContacts, knownContacts } from '../contacts.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import type { SegmentMember } from '../hubspot/index.ts';
import { reached } from '../page/position.ts';
import { mostAlone } from '../tell-all.ts';
import type { World } from '../world.ts';
import { ready } from './ready.ts';
import { takeUp } from './take-up.ts';
import { admitted, tellChanged, type News } from './tell.ts';

const call: Call = { lane: 'retry' };
const pagesPerRead = 20;

/** How far the members of the segment in force were read, in the order of their joining. */
export interface JoinPosition {
  segmentId: string;
  selectedAt: string;
  /** Members that joined later are joiners (S3.3); null while HubSpot still processes the segment, whose members count as there from the start (S3.4). */
  since: string | null;
  processing: boolean;
  /** HubSpot's token, and who was seen on the page that follows it: the last page is read again and again. */
  after: string | null;
  tail: string[];
  /** Members at the last read; null where HubSpot does not say. */
  size: number | null;
}

export interface Joined {
  position: JoinPosition | null;
  joined: number;
  told: number;
  /** Joiners that a running import may be about to fill. */
  later: HubSpotContactId[];
  /** More members left than joined: the statuses should be compared. */
  left: boolean;
  /** What such a comparison costs: calls of HubSpot's. */
  sweepCalls: number;
  more: boolean;
  feeds: Feeds;
}

/**
 * Reads who joined the segment in force since the last time, and triggers them (S3.3): one call where nobody did. Members at the
 * moment of selecting are passed over: choosing a segment syncs nobody.
 */
export async function readJoiners(world: World, { position }: { position: JoinPosition | null }): Promise<Joined> {
  const { settings: { segment, feeds } } = await ready(world, call.lane);
  const nothing = (kept: JoinPosition | null, more = false): Joined => ({ position: kept, joined: 0, told: 0, later: [], left: false, sweepCalls: 0, more, feeds });
  if (position !== null && (position.segmentId !== segment?.id || position.selectedAt !== segment.selectedAt)) {
    return { ...nothing(null, true), ...await readFormer(world, position, segment?.selectedAt ?? new Date().toISOString()) };
  }
  if (segment === null || segment.unusable !== null) return nothing(null);
  const at: JoinPosition = position === null ? { segmentId: segment.id, selectedAt: segment.selectedAt, since: null, processing: false, after: null, tail: [], size: null } : { ...position };
  if (at.since === null) {
    const now = await world.segment(segment.id, Date.now());
    if (now.kind === 'unusable') return nothing(null);
    if (now.kind === 'processing') return nothing({ ...at, processing: true });
    at.since = at.processing ? new Date().toISOString() : segment.selectedAt;
  }
  try {
    const before = at.size;
    const { joiners, more } = await walk(world, at, at.since);
    const { told, later } = await trigger(world, joiners);
    const left = !more && before !== null && at.size !== null && before + joiners.length > at.size;
    const sweepCalls = left ? Math.ceil((await countContacts(world)) / 100) : 0;
    return { position: at, joined: joiners.length, told, later, left, sweepCalls, more, feeds };
  } catch (error) {
    if (!isGone(error)) throw error;
    await world.client.workflow.getHandle(workflowIds.connection(world.connection)).signal(checkSegment);
    return nothing(null);
  }
}

/**
 * Who joined the former segment while it was in force, `until` another was selected (ISO), and was not read yet. The present one
 * decides whether they may sync. The position is null once all are read.
 */
async function readFormer(world: World, position: JoinPosition, until: string): Promise<Partial<Joined>> {
  if (position.since === null) return {};
  const at: JoinPosition = { ...position };
  const { joiners, more } = await walk(world, at, position.since).catch((error: unknown) => {
    if (!isGone(error)) throw error;
    return { joiners: [], more: false };
  });
  const inForce = joiners.filter(({ joinedAt }) => Date.parse(joinedAt) <= Date.parse(until));
  const may = await admitted(world, inForce.map((one) => ({ ...one, id: one.contactId })), call);
  return { position: more ? at : null, joined: inForce.length, ...await trigger(world, may) };
}

const isGone = (error: unknown): boolean => error instanceof CrmFailure && error.status === 404;

/** Reads on from `at`, which moves along; answers who joined later than `since`. */
async function walk(world: World, at: JoinPosition, since: string): Promise<{ joiners: SegmentMember[]; more: boolean }> {
  const joiners: SegmentMember[] = [];
  let more = true;
  for (let page = 0; more && page < pagesPerRead; page++) {
    const { members, after, total } = await world.hubspot.joinedPage(at.segmentId, at.after, call);
    const seen = new Set(at.tail);
    const fresh = members.filter((m) => !seen.has(entryOf(m)));
    joiners.push(...fresh.filter(({ joinedAt }) => Date.parse(joinedAt) > Date.parse(since)));
    more = after !== null;
    at.after = after ?? at.after;
    at.tail = after === null ? members.map(entryOf) : [];
    if (!more) at.size = total;
    reached({ joiners: joiners.length });
  }
  return { joiners, more };
}

const entryOf = ({ contactId, joinedAt }: SegmentMember): string => `${contactId}@${joinedAt}`;

/** Whoever has synced as a member since joining, as those do whom an import fills, needs no trigger. */
async function trigger(world: World, joiners: readonly SegmentMember[]): Promise<{ told: number; later: HubSpotContactId[] }> {
  if (joiners.length === 0) return { told: 0, later: [] };
  const known = await knownContacts(world, joiners.map(({ contactId }) => contactId));
  const open = joiners.filter(({ contactId, joinedAt }) => {
    const workflow = known.get(contactId);
    return !(workflow?.status === 'in-sync' && workflow.inSegment === true && (workflow.syncedAt ?? 0) >= Date.parse(joinedAt));
  });
  const news = ({ contactId, joinedAt }: Pick<SegmentMember, 'contactId' | 'joinedAt'>): News =>
    ({ id: contactId, input: { source: 'segment', kind: 'joined', at: new Date(joinedAt).toISOString() } });
  const strangers = open.filter(({ contactId }) => !known.has(contactId));
  const jobRuns = strangers.length > 0 && (await world.pageJobRuns());
  const later = jobRuns && strangers.length > mostAlone ? strangers.map(({ contactId }) => contactId) : [];
  await tellChanged(world, open.filter(({ contactId }) => known.has(contactId)).map(news));
  const fresh = later.length > 0 ? [] : strangers.map(({ contactId }) => contactId);
  for (const ids of chunks(fresh, 200)) await takeUp(world, ids, 'joined', (id) => news({ contactId: id, joinedAt: new Date().toISOString() }));
  return { told: open.length - later.length, later };
}
