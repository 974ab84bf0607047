import type { Membership } from '../../sync/gate.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { Settings } from '../../sync/settings.ts';
import type { Call } from '../crm/call.ts';
import type { HubSpot, Segment, SegmentMembership } from '../hubspot/index.ts';
import { workflowIds } from '../../workflows/ids.ts';
import { checkSegment } from '../../workflows/messages.ts';
import type { World } from '../world.ts';

const contactType = '0-1';
const rememberedMs = 5_000;

/** A segment as HubSpot has it now. */
export type SegmentNow =
  | { kind: 'usable'; segment: Segment }
  /** HubSpot still evaluates it: its members are not to be trusted yet. */
  | { kind: 'processing'; segment: Segment }
  | { kind: 'unusable'; why: string };

/** Why a segment cannot be an inclusion segment, or null. Only active contact segments can (S2). */
export function unfitness(id: string, segment: Segment | null): string | null {
  if (segment === null) return `HubSpot has no segment ${id}: it was deleted or never existed.`;
  const called = `"${segment.name}" (${segment.id})`;
  if (segment.objectTypeId !== contactType) return `${called} is not a segment of contacts.`;
  if (segment.processingType !== 'DYNAMIC') return `${called} is a static segment: only active ones can be chosen, since they follow their criteria by themselves.`;
  return null;
}

/**
 * Reads a segment. What was read since `since` (epoch ms) is remembered: by default for 5 s, so that with its age the evidence stays
 * within the limits of S1.11.
 */
export function segmentReader(hubspot: HubSpot): (id: string, since?: number) => Promise<SegmentNow> {
  const kept = new Map<string, { at: number; now: Promise<SegmentNow> }>();
  const read = async (id: string): Promise<SegmentNow> => {
    const segment = await hubspot.segment(id, { lane: 'live' });
    const why = unfitness(id, segment);
    if (why !== null || segment === null) return { kind: 'unusable', why: why ?? '' };
    return { kind: segment.processingStatus === 'COMPLETE' ? 'usable' : 'processing', segment };
  };
  return (id, since = Date.now() - rememberedMs) => {
    const known = kept.get(id);
    if (known !== undefined && known.at >= since) return known.now;
    const entry = { at: Date.now(), now: read(id) };
    kept.set(id, entry);
    entry.now.catch(() => {
      if (kept.get(id) === entry) kept.delete(id);
    });
    return entry.now;
  };
}

/** The memberships of some contacts in the segment in force, read in batches; `listed` are taken for members, as a list has just shown them. */
export async function membershipsOf(
  world: World, settings: Settings, ids: readonly HubSpotContactId[], call: Call, listed: ReadonlySet<HubSpotContactId> = new Set(),
): Promise<{ of: (id: HubSpotContactId) => Membership; criteria: string[] }> {
  const chosen = settings.segment;
  if (chosen === null) return { of: () => ({ kind: 'unrestricted' }), criteria: [] };
  const ref = { id: chosen.id, name: chosen.name };
  let now = await world.segment(chosen.id);
  const readAt = Date.now();
  const asked = ids.filter((id) => !listed.has(id));
  const memberships = now.kind === 'usable' && asked.length > 0 ? await world.hubspot.memberships(asked, call) : new Map<HubSpotContactId, SegmentMembership[]>();
  const mine = (id: HubSpotContactId) => memberships.get(id)?.find((m) => m.segmentId === chosen.id);
  // A segment that is gone has no members either, which is not "left" (S2.3).
  if (now.kind === 'usable' && asked.some((id) => mine(id) === undefined)) now = await world.segment(chosen.id, readAt);
  const checkedAt = new Date(readAt).toISOString();
  if (now.kind === 'unusable') {
    // The connection shows it, and wakes those held up once the segment can be used again.
    if (chosen.unusable === null) await world.client.workflow.getHandle(workflowIds.connection(world.connection)).signal(checkSegment);
    const { why } = now;
    return { of: () => ({ kind: 'unusable', segment: ref, why, checkedAt }), criteria: [] };
  }
  const segment = { id: now.segment.id, name: now.segment.name };
  const criteria = now.segment.criteria ?? [];
  if (now.kind === 'processing') {
    return { of: () => ({ kind: 'unknown', segment, why: 'HubSpot is still processing the segment.', checkedAt }), criteria };
  }
  return {
    criteria,
    of: (id) => {
      // When it joined is not asked for: of these nothing is written, and nothing kept.
      if (listed.has(id)) return { kind: 'member', segment, joinedAt: checkedAt, checkedAt };
      const membership = mine(id);
      return membership === undefined ? { kind: 'outside', segment, checkedAt } : { kind: 'member', segment, joinedAt: membership.lastAddedAt, checkedAt };
    },
  };
}
