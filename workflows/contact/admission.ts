import { sleep } from '@temporalio/workflow';
import { gate } from '../../sync/gate.ts';
import type { PairReading } from '../../sync/pair.ts';
import { hindrance, type Pair } from '../../sync/plan.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { LiveActivities } from './activities.ts';
import { deletedInHubSpot, deletedInSalesforce, noteFate, revive } from './fate.ts';
import { noteFormer } from './inbox.ts';
import { followSegment, lockedOutReason } from './locked-out.ts';
import type { ContactState, Phase } from './state.ts';
import { failed, heldWith, review, settled, type Verdict } from './verdict.ts';

/**
 * Everything that ends a pass before a decision: the connection, the contact's life, the gate, a review. Null where it may be decided,
 * also for S4's one pass through a closed gate. `trigger` is null for a look, which writes nothing.
 */
export async function beforeDeciding(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, reading: PairReading, trigger: string | null): Promise<Verdict | 'read again' | null> {
  s.settingsVersion = reading.settingsVersion;
  switch (reading.kind) {
    case 'held':
      return heldWith(reading);
    case 'merged':
      return settled({ status: 'merged', reason: `Merged in HubSpot into contact ${reading.into}.`, into: reading.into });
    case 'deleted':
      return deletedInHubSpot(activities, s, hubspotId, reading, trigger);
    case 'pair':
      break;
  }
  s.inbox.privacy = false;
  s.membership = reading.membership;
  s.name = reading.name;
  noteFormer(s, reading.mergedIds ?? []);
  if (s.gone?.side === 'hubspot') revive(s, reading);
  const passage = gate(reading.membership);
  switch (passage.kind) {
    case 'unknown':
      return { kind: 'again', policy: 'backoff', afterMs: null, error: { category: 'segment', code: 'MEMBERSHIP_UNKNOWN', message: passage.reason, remedy: 'Nothing: Sluice asks again.' } };
    case 'unusable':
      return { kind: 'held', phase: failed({ category: 'segment', code: 'SEGMENT_UNUSABLE', message: passage.reason, remedy: 'Choose another segment, or clear the setting.' }) };
    case 'open':
    case 'outside':
      break;
  }
  if (reading.settlesAt !== null) {
    await sleep(Math.max(1, Date.parse(reading.settlesAt) - Date.now()));
    return 'read again';
  }
  followSegment(s, reading);
  if (passage.kind === 'outside' && (trigger === null || s.bypass === null)) {
    if (s.proposed === null) noteFate(s, reading);
    return settled(frozenPhase(s, passage.reason));
  }
  revive(s, reading);
  if (s.resolved === 'ignore') return settled({ status: 'waiting', reason: 'A person decided to leave it out of the sync; a resync of the contact takes it in again.' });
  const hindered = hindrance(reading);
  if (s.proposed !== null && (hindered?.kind === 'review' || hindered?.kind === 'gone')) {
    s.proposed = null;
    return review(hindered.kind === 'review' ? hindered.why : `It cannot be the record that was named: ${hindered.reason}`, hindered.kind === 'review' ? hindered.candidates : []);
  }
  switch (hindered?.kind) {
    case 'waiting': return settled({ status: 'waiting', reason: hindered.reason });
    case 'review': return review(hindered.why, hindered.candidates);
    case 'gone': return deletedInSalesforce(activities, s, hubspotId, reading, hindered, trigger);
    case undefined: return null;
  }
}

/** Outside the segment: imported and never filled, or frozen; with what was noted of its record meanwhile. */
export function frozenPhase(s: ContactState, reason: string): Phase {
  const status = s.origin.kind === 'import' && s.lastSync === null ? 'email-only' : 'outside-segment';
  const past = s.origin.kind === 'past-the-gate' ? ` Created past the gate at ${s.origin.at}.` : '';
  const gone = s.gone === null ? '' : ` ${s.gone.why}`;
  return { status, reason: `${reason}${lockedOutReason(s)}${past}${gone}` };
}

/** A reading that `beforeDeciding` let through. */
export const asPair = (reading: PairReading): Pair => reading as Pair;
