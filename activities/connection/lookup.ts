import { normaliseEmail } from '../../sync/email.ts';
import type { SegmentEntry } from '../../workflows/messages.ts';
import type { Segment } from '../hubspot/index.ts';
import type { World } from '../world.ts';

const call = { lane: 'live' } as const;

/** The active contact segments by name: static and deleted ones and those of other objects cannot be chosen (S2.1). */
export async function listSegments({ hubspot }: Pick<World, 'hubspot'>): Promise<SegmentEntry[]> {
  const segments = await hubspot.segments(call);
  return segments.map(entryOf).sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** A segment as a list of those that can be chosen has it. */
export const entryOf = ({ id, name, size, processingStatus }: Segment): SegmentEntry => ({ id, name, size, processing: processingStatus !== 'COMPLETE' });

/** The id of the contact segment with this name, of a static one too, so that refusing it can say why. Null where there is none. */
export async function findSegment({ hubspot }: World, { name }: { name: string }): Promise<{ segmentId: string | null }> {
  const exact = await hubspot.segmentByName(name, call);
  if (exact !== null) return { segmentId: exact.id };
  const alike = (await hubspot.segments(call)).filter((segment) => segment.name.toLowerCase() === name.toLowerCase());
  return { segmentId: alike.length === 1 ? alike[0]?.id ?? null : null };
}

/** The HubSpot contact that has this email, as its primary or an additional one. Null where there is none. */
export async function findContact({ hubspot }: World, { email }: { email: string }): Promise<{ hubspotId: string | null }> {
  const normal = normaliseEmail(email) ?? '';
  const found = await hubspot.readContactsByEmail([normal], ['email'], call);
  return { hubspotId: found.get(normal)?.id ?? null };
}
