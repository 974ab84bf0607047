import type { Decision } from '../../sync/decide.ts';
import type { Handover } from '../../sync/handover.ts';
import type { WriteOutcome } from '../../sync/pair.ts';
import { conclude, fieldsOf, nameAfter, takenReason, type Pair } from '../../sync/plan.ts';
import type { HubSpotContactId } from '../../sync/records.ts';

/** What became of one contact of a page. */
export type PageOutcome = { hubspotId: HubSpotContactId } & (
  | { kind: 'unchanged' | 'review' | 'error' | 'waiting'; handover: Handover }
  | { kind: 'written'; handover: Handover; wroteIn: { hubspot: boolean; salesforce: boolean }; created: boolean }
  /** It has a workflow of its own, which was told to sync (or, in a dry run, would be). */
  | { kind: 'signalled' }
  /** It has a workflow of its own, and nothing differs. */
  | { kind: 'at-rest' }
  /** Outside the segment. The handover is null where a workflow holds it already. */
  | { kind: 'frozen'; handover: Handover | null }
  | { kind: 'gone' }
);

/** The handover of a contact that a page met for the first time. */
export function handoverOf(hubspotId: HubSpotContactId, pair: Pair, trigger: Handover['trigger'], outcome: Handover['outcome'], more: Partial<Handover> = {}): Handover {
  return {
    hubspotId, name: pair.name, trigger, at: new Date().toISOString(), settingsVersion: pair.settingsVersion, membership: pair.membership,
    link: null, base: {}, baseFields: {}, wrote: { hubspot: [], salesforce: [] }, outcome, ...more,
  };
}

/** The outcome of a decided contact; `result` is null where nothing had to be written. */
export function decidedOutcome(hubspotId: HubSpotContactId, pair: Pair, decision: Decision, result: Exclude<WriteOutcome, { kind: 'stale' }> | null, trigger: Handover['trigger']): PageOutcome {
  if (result?.kind === 'review') {
    return { hubspotId, kind: 'review', handover: handoverOf(hubspotId, pair, trigger, { status: 'needs-review', reason: result.why, candidates: result.candidates }) };
  }
  const { link, base, wrote, created, error, refused, reason } = conclude(pair, decision, {}, result);
  const handover = (outcome: Handover['outcome']) => handoverOf(hubspotId, pair, trigger, outcome, { link, base, baseFields: fieldsOf(pair), wrote, name: nameAfter(pair, decision) });
  const taken = takenReason(refused);
  if (taken !== null) return { hubspotId, kind: 'review', handover: handover({ status: 'needs-review', reason: taken, candidates: [] }) };
  if (error !== null) return { hubspotId, kind: 'error', handover: handover({ status: 'error', error }) };
  const done = handover({ status: 'in-sync', reason });
  if (result === null) return { hubspotId, kind: 'unchanged', handover: done };
  return { hubspotId, kind: 'written', handover: done, created, wroteIn: { hubspot: wrote.hubspot.length > 0, salesforce: true } };
}
