import { gate, type Membership } from './gate.ts';

/** Whether a status says that its contact is outside the segment; it lags behind the membership, which must be asked for. */
export const showsOutside = (status: string | null): boolean => status === 'outside-segment' || status === 'email-only';

/**
 * Whether a contact's shown status may be wrong under this membership, so that its workflow must look. `status` is its
 * `SyncStatus`. An unknown membership changes nothing: unknown is never open and never "left".
 */
export function statusIsStale(status: string | null, membership: Membership): boolean {
  // `paused` may be the connection's pause, and `error` the segment's: only a look can tell.
  if (status === 'paused' || status === 'error' || status === null) return true;
  switch (gate(membership).kind) {
    case 'open': return showsOutside(status);
    case 'outside': return status === 'waiting' || status === 'in-sync' || status === 'needs-review';
    case 'unknown': case 'unusable': return false;
  }
}
