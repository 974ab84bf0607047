/** S1.9: who left the segment by a value that Sluice itself took over from Salesforce. */
import type { Pair } from '../../sync/plan.ts';
import type { ContactState } from './state.ts';

/** Properties that Sluice wrote in HubSpot, and the segment in force then. */
export interface OwnWrites {
  segmentId: string;
  properties: string[];
}

/** HubSpot evaluates a segment some time after a change: whoever is a member later than this was not dropped for it. */
const evaluatedWithinMs = 600_000;

/** Notes what was written in HubSpot while the contact was a member, at epoch ms. */
export function noteOwnWrites(s: ContactState, properties: readonly string[], at: number): void {
  if (properties.length === 0 || s.membership?.kind !== 'member') return;
  const segmentId = s.membership.segment.id;
  const before = s.ownWrites === null || s.ownWrites.segmentId !== segmentId || at - s.ownWrites.at > evaluatedWithinMs ? [] : s.ownWrites.properties;
  s.ownWrites = { segmentId, properties: [...new Set([...before, ...properties])], at };
}

/** Notes by which properties the contact left, as long as HubSpot holds in them what Sluice wrote. */
export function followSegment(s: ContactState, { membership, criteria = [], fields }: Pair): void {
  switch (membership.kind) {
    case 'unknown': case 'unusable':
      return;
    case 'outside': {
      const segmentId = membership.segment.id;
      const changed = new Set(fields.flatMap(({ hubspot, h }) => (h.key === s.base[hubspot] ? [] : [hubspot])));
      const written = new Set([s.lockedOut, s.ownWrites].flatMap((own) => (own?.segmentId === segmentId ? own.properties : [])));
      const properties = criteria.filter((property) => written.has(property) && !changed.has(property));
      s.lockedOut = properties.length === 0 ? null : { segmentId, properties };
      s.ownWrites = null;
      return;
    }
    case 'member': case 'unrestricted':
      s.lockedOut = null;
      if (membership.kind === 'unrestricted' || (s.ownWrites !== null && Date.parse(membership.checkedAt) - s.ownWrites.at > evaluatedWithinMs)) s.ownWrites = null;
  }
}

/** For the reason of a contact outside the segment; '' where it left by something else. */
export const lockedOutReason = ({ lockedOut }: ContactState): string => (lockedOut === null ? ''
  : ` It left once Sluice had taken over ${lockedOut.properties.join(', ')} from Salesforce, which the segment goes by: a change back in Salesforce does not reach HubSpot, so correct it in HubSpot.`);
