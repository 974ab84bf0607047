import { Membership } from './membership.ts';
import { clock, writesByContact, type Story, type Violation } from './story.ts';

/** How long after leaving a write may begin: the age of its evidence (S1.11). */
const liveMs = 5_000;
const pageMs = 60_000;
/** From its beginning until the sandbox has carried it out. */
const onTheWayMs = 1_000;
/** A page writes a contact's first sync only; so long its writes on both sides may take. */
const firstSyncMs = 10_000;

export interface GateFound {
  violations: Violation[];
  /** Writes decided on a membership that was read before the contact left: the race of S1.7 and S1.8. */
  slips: Violation[];
}

/** Whether every write was of a member, or began soon enough after it left. */
export function checkGate(story: Story): GateFound {
  const found: GateFound = { violations: [], slips: [] };
  const membership = new Membership(story);
  const byContact = writesByContact(story);
  for (const { hubspotId, formerIds = [], synced } of story.contacts) {
    const writes = byContact.get(hubspotId) ?? [];
    const firstAt = synced ? -Infinity : writes[0]?.at ?? -Infinity;
    for (const { side, at, values, id } of writes) {
      const last = latest([hubspotId, ...formerIds].map((one) => membership.lastMember(one, at)));
      if (last === at) continue;
      const written = `${clock(at)} ${side} ${id}: ${JSON.stringify(values)}`;
      if (last === null) {
        found.violations.push({ invariant: 'a write of a contact that never was a member', hubspotId, what: written });
        continue;
      }
      const age = at - last;
      const what = `${written}, ${(age / 1000).toFixed(2)} s after it left at ${clock(last)}`;
      const most = at - firstAt <= firstSyncMs ? pageMs : liveMs;
      if (age > most + onTheWayMs + (story.lateMs ?? 0)) found.violations.push({ invariant: `a write begun more than ${most / 1000} s after the contact left`, hubspotId, what });
      else found.slips.push({ invariant: 'a write decided on a membership read before the contact left', hubspotId, what });
    }
  }
  const orphans = byContact.get('') ?? [];
  for (const { side, id, at } of orphans) found.violations.push({ invariant: 'a write of a record that nobody knows', hubspotId: '', what: `${clock(at)} ${side} ${id}` });
  return found;
}

function latest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
