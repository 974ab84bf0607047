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
import type { World } from '../world.ts';
import { ready } from './ready.ts';
import { mostAlone, takeUp } from './take-up.ts';
import { admitted, tellAll, type News } from './tell.ts';

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
  const { settings } = await ready(world);
  const nothing = (kept: JoinPosition | null): Joined => ({ position: kept, joined: 0, told: 0, later: [], left: false, sweepCalls: 0, more: false, feeds: settings.feeds });
  const { segment } = settings;
  const same = position !== null && position.segmentId === segment?.id && position.selectedAt === segment.selectedAt;
  if (position !== null && !same) return { ...await readFormer(world, position, segment?.selectedAt), feeds: settings.feeds };
  if (segment === null || segment.unusable !== null) return nothing(null);
  const at: JoinPosition = same ? { ...position, tail: [...position.tail] }
    : { segmentId: segment.id, selectedAt: segment.selectedAt, since: null, processing: false, after: null, tail: [], size: null };
  if (at.since === null) {
    const now = await world.segment(segment.id, Date.now());
    if (now.kind === 'unusable') return nothing(null);
    if (now.kind === 'processing') return nothing({ ...at, processing: true });
    at.since = at.processing ? new Date().toISOString() : segment.selectedAt;
  }
  try {
    return { ...await walk(world, at, at.since), feeds: settings.feeds };
  } catch (error) {
    if (!(error instanceof CrmFailure) || error.status !== 404) throw error;
    await world.client.workflow.getHandle(workflowIds.connection(world.connection)).signal(checkSegment);
    return nothing(null);
  }
}

/** Who joined the former segment while it was still in force, and was not read yet: the present one decides whether they may sync. */
async function readFormer(world: World, position: JoinPosition, until: string | undefined): Promise<Omit<Joined, 'feeds'>> {
  const over = { position: null, left: false, sweepCalls: 0, more: true };
  if (position.since === null) return { ...over, joined: 0, told: 0, later: [] };
  try {
    const read = await walk(world, { ...position, tail: [...position.tail], size: null }, position.since, until);
    return read.more ? read : { ...read, ...over };
  } catch (error) {
    if (!(error instanceof CrmFailure) || error.status !== 404) throw error;
    return { ...over, joined: 0, told: 0, later: [] };
  }
}

/** `until` is a time (ISO) after which joining is not meant. */
async function walk(world: World, at: JoinPosition, since: string, until?: string): Promise<Omit<Joined, 'feeds'>> {
  const joiners: SegmentMember[] = [];
  const before = at.size;
  let more = true;
  for (let page = 0; more && page < pagesPerRead; page++) {
    const { members, after, total } = await world.hubspot.joinedPage(at.segmentId, at.after, call);
    const seen = new Set(at.tail);
    const fresh = members.filter((m) => !seen.has(entryOf(m)));
    joiners.push(...fresh.filter(({ joinedAt }) => Date.parse(joinedAt) > Date.parse(since) && (until === undefined || Date.parse(joinedAt) <= Date.parse(until))));
    more = after !== null;
    at.after = after ?? at.after;
    at.tail = after === null ? members.map(entryOf) : [];
    if (!more) at.size = total;
    reached({ joiners: joiners.length });
  }
  const { told, later } = await trigger(world, until === undefined ? joiners : await admitted(world, joiners.map((one) => ({ ...one, id: one.contactId })), call));
  const left = !more && before !== null && at.size !== null && before + joiners.length > at.size;
  const sweepCalls = left ? Math.ceil((await countContacts(world)) / 100) : 0;
  return { position: at, joined: joiners.length, told, later, left, sweepCalls, more };
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
  await tellAll(world, open.filter(({ contactId }) => known.has(contactId)).map(news));
  const fresh = later.length > 0 ? [] : strangers.map(({ contactId }) => contactId);
  for (const ids of chunks(fresh, 200)) await takeUp(world, ids, 'joined', (id) => news({ contactId: id, joinedAt: new Date().toISOString() }));
  return { told: open.length - later.length, later };
}
