import { ApplicationFailure, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { HubSpotContactId } from '../../sync/records.ts';
import { ErrorCategoryKey, InSegment, LastSyncedAt, SyncStatus } from '../search-attributes.ts';
import type { LiveActivities } from './activities.ts';
import { newContact, type ContactState } from './state.ts';

const eraseAgainMs = 30_000;

/**
 * The state of the run that goes on for a forgotten contact: ids and the time, nothing else. The name leaves the memo, which a new run
 * would take over. The erasure of the earlier runs is due at once.
 */
export function forgetAll(s: ContactState): ContactState {
  const now = new Date(Date.now()).toISOString();
  const record = s.link === null ? '' : ` Its Salesforce record is ${s.link.type} ${s.link.id}, which is for a person to handle.`;
  const why = s.forgotten?.why ?? `${s.inbox.forget ?? ''} Forgotten at ${now}: nothing syncs any more, and only ids are kept.${record}`.trim();
  upsertMemo({ name: null });
  upsertSearchAttributes([{ key: SyncStatus, value: 'deleted' }, { key: InSegment, value: null }, { key: ErrorCategoryKey, value: null }, { key: LastSyncedAt, value: null }]);
  return {
    ...newContact(now), phase: { status: 'deleted', reason: why }, link: s.link, formerIds: s.formerIds, settingsVersion: s.settingsVersion, origin: s.origin,
    forgotten: { why, erased: false }, alarm: { at: Date.now(), what: 'look', trigger: 'erasure' },
  };
}

/** Whether somebody told a forgotten contact of values again, such as a page that had read it before: they stand in this run. */
export const toldValues = ({ inbox, forgotten }: ContactState): boolean => forgotten !== null && (inbox.handovers.length > 0 || inbox.inherited.length > 0);

/** @throws ApplicationFailure for what cannot be done with a contact that is forgotten, or is about to be. */
export function refuseForgotten({ forgotten, inbox }: ContactState): void {
  if (forgotten !== null || inbox.forget !== null) throw ApplicationFailure.nonRetryable('This contact is forgotten: nothing syncs any more, and only ids are kept.', 'Forgotten');
}

/** All that a forgotten contact still does, whatever it is told: have the runs deleted that hold values, until none is left. */
export async function staysForgotten(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId): Promise<void> {
  const { inbox, forgotten } = s;
  Object.assign(inbox, { sync: null, look: false, handovers: [], inherited: [], privacy: false, forget: null });
  s.bypass = null;
  if (forgotten === null || forgotten.erased) return;
  const { runId, continuedFromExecutionRunId } = workflowInfo();
  const { left } = await activities.eraseRuns({ hubspotId, runId, previousRunId: continuedFromExecutionRunId ?? null, before: s.since, former: s.formerIds });
  if (left === 0) forgotten.erased = true;
  else s.alarm = { at: Date.now() + eraseAgainMs, what: 'look', trigger: 'erasure' };
}
