/** What follows where one side of the pair is gone (behaviour: section 7). */
import { describeRef, type PairReading } from '../../sync/pair.ts';
import type { Hindrance, Pair } from '../../sync/plan.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { showsOutside } from '../../sync/relabel.ts';
import type { Deletes } from '../../sync/settings.ts';
import type { LiveActivities } from './activities.ts';
import type { ContactState } from './state.ts';
import { isPersonal, recordDeleted } from './inbox.ts';
import { failed, settled, type Verdict } from './verdict.ts';

type Deleted = Extract<PairReading, { kind: 'deleted' }>;

const frozen = (s: ContactState): boolean => showsOutside(s.phase.status) || s.membership?.kind === 'outside';

function noteGone(s: ContactState, side: 'hubspot' | 'salesforce', why: string, whileFrozen: boolean): void {
  // Whoever restores the side that went first must not see it deleted again for the other, which was deleted after it.
  if (s.gone !== null && (s.gone.side === side || s.gone.over)) return;
  s.gone = { side, at: new Date(Date.now()).toISOString(), why, whileFrozen, over: false };
}

/** Both sides are there again: whatever was to follow the delete is called off. */
export function revive(s: ContactState, pair: Pair): void {
  if (s.gone === null || (s.gone.side === 'salesforce' && pair.match.kind !== 'linked')) return;
  s.gone = null;
  s.pendingDelete = null;
}

/** Outside the segment the fate of the linked record is noted, without a write: it moves by conversion and merge, or is gone. */
export function noteFate(s: ContactState, { match }: Pair): void {
  if (match.kind === 'linked' && s.link !== null) {
    s.link = match.record.link;
    if (s.gone?.side === 'salesforce') s.gone = null;
  }
  if (match.kind === 'gone') noteGone(s, 'salesforce', match.why, true);
  s.pendingDelete = null;
}

/** The contact is gone from HubSpot. */
export async function deletedInHubSpot(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, reading: Deleted, trigger: string | null): Promise<Verdict | 'read again'> {
  const { privacy } = s.inbox;
  s.inbox.privacy = false;
  if (privacy && reading.how === 'missing') {
    s.inbox.forget = 'HubSpot deleted it for privacy.';
    // Its record is for a person to handle, whatever the settings say of deletes.
    return settled({ status: 'deleted', reason: s.inbox.forget });
  }
  noteGone(s, 'hubspot', reading.reason, frozen(s));
  return followDelete(activities, s, hubspotId, reading, trigger);
}

/**
 * The linked record is gone from Salesforce. It is matched anew where that was noted while the contact was frozen, or where a person
 * resyncs it; an ordinary trigger never makes another record.
 */
export async function deletedInSalesforce(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, pair: Pair, { how, reason }: Extract<Hindrance, { kind: 'gone' }>, trigger: string | null): Promise<Verdict | 'read again'> {
  // S4's record is gone before the pass was made: there is no pair.
  if (s.link === null && s.bypass !== null) {
    s.bypass = null;
    return 'read again';
  }
  const toldSo = s.gone?.side === 'salesforce' || trigger === recordDeleted;
  if (how === 'not-visible' && !toldSo && !isPersonal(trigger)) {
    return settled(failed({ category: 'permissions', code: 'NOT_VISIBLE', message: reason, remedy: 'Give the integration user access to the record, or resync the contact to match it anew.' }));
  }
  const matchAnew = isPersonal(trigger) || s.gone?.whileFrozen === true || (s.gone === null && frozen(s));
  if (trigger !== null && matchAnew) {
    Object.assign(s, { link: null, base: {}, baseFields: {}, gone: null, pendingDelete: null });
    return 'read again';
  }
  noteGone(s, 'salesforce', reason, false);
  return followDelete(activities, s, hubspotId, pair, trigger);
}

async function followDelete(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, reading: Deleted | Pair, trigger: string | null): Promise<Verdict | 'read again'> {
  const { gone, link } = s;
  if (gone === null) return 'read again';
  const side = gone.side === 'hubspot' ? 'salesforce' : 'hubspot';
  // Readings that older versions recorded say nothing of deletes.
  const deletes = (reading.deletes as Deletes | undefined) ?? { inHubSpot: 'do-nothing', inSalesforce: 'do-nothing', graceHours: 0 };
  const wanted = side === 'salesforce' ? deletes.inSalesforce : deletes.inHubSpot;
  if (gone.over || gone.whileFrozen || wanted === 'do-nothing' || link === null) {
    s.pendingDelete = null;
    return settled({ status: 'deleted', reason: gone.why });
  }
  const at = Date.parse(gone.at) + deletes.graceHours * 3_600_000;
  s.pendingDelete = { side, at };
  const what = side === 'hubspot' ? 'the HubSpot contact' : describeRef(link);
  if (trigger === null || Date.now() < at) return settled({ status: 'deleted', reason: `${gone.why} The settings say to delete ${what} too, after a time of grace.` });
  const outcome = await activities.deletePair({
    hubspotId, side, ref: { type: link.type, id: link.id }, settingsVersion: reading.settingsVersion,
    segmentId: s.membership === null || s.membership.kind === 'unrestricted' ? null : s.membership.segment.id,
    checkedAt: reading.kind === 'pair' && reading.membership.kind === 'member' ? reading.membership.checkedAt : null,
  });
  if (outcome.kind === 'stale') return 'read again';
  gone.over = true;
  s.pendingDelete = null;
  gone.why = outcome.kind === 'deleted' ? `${gone.why} Then ${what} was deleted too, as the settings say.` : `${gone.why} ${outcome.why}`;
  return settled({ status: 'deleted', reason: gone.why });
}
