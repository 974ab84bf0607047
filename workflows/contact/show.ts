import { setCurrentDetails, upsertMemo, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { Connection, ErrorCategoryKey, HubSpotId, InSegment, LastSyncedAt, SalesforceIdKey, SyncStatus } from '../search-attributes.ts';
import { answer, restingStatus, shownPhase, type ContactState } from './state.ts';

/** The search attributes that a contact's state asks for. `now` is epoch ms. */
function attributesOf(s: ContactState, connection: string, hubspotId: string, now: number): SearchAttributeUpdatePair[] {
  const phase = shownPhase(s, now);
  return [
    { key: Connection, value: connection },
    { key: HubSpotId, value: hubspotId },
    { key: SyncStatus, value: restingStatus(s, now) },
    { key: ErrorCategoryKey, value: phase.status === 'error' ? phase.error.category : phase.status === 'outside-segment' && s.lockedOut !== null ? 'segment' : null },
    { key: SalesforceIdKey, value: s.link?.id ?? null },
    { key: InSegment, value: s.membership?.kind === 'member' ? true : s.membership?.kind === 'outside' ? false : null },
    { key: LastSyncedAt, value: s.lastSync === null ? null : new Date(s.lastSync.at) },
  ];
}

/** The current details alone: they do not survive a run, and cost nothing. */
export const showDetails = (s: ContactState, hubspotId: string): void => setCurrentDetails(details(s, hubspotId));

/** Shows the state where people look: search attributes and memo (only what changed: each costs an event), current details. */
export function show(s: ContactState, connection: string, hubspotId: string): void {
  const { typedSearchAttributes, memo } = workflowInfo();
  const changed = attributesOf(s, connection, hubspotId, Date.now()).filter(({ key, value }) => {
    const now = typedSearchAttributes.get(key) ?? null;
    return now instanceof Date && value instanceof Date ? now.getTime() !== value.getTime() : now !== value;
  });
  if (changed.length > 0) upsertSearchAttributes(changed);
  if (s.name !== null && memo?.name !== s.name) upsertMemo({ name: s.name });
  showDetails(s, hubspotId);
}

function details(s: ContactState, hubspotId: string): string {
  const a = answer(s, hubspotId, Date.now());
  const rows: [string, string][] = [
    ['HubSpot contact', hubspotId],
    ['Salesforce record', a.salesforce === null ? 'none yet' : `${a.salesforce.type} ${a.salesforce.id} (matched by ${a.salesforce.rung})`],
    ['Inclusion segment', a.segment === null ? 'none is set' : `${a.segment.name}: ${a.segment.member === null ? 'unknown' : a.segment.member ? 'member' : 'not a member'}, checked ${a.segment.checkedAt}`],
    ['Last sync', a.lastSync === null ? 'never' : `${a.lastSync.at}, asked for by ${a.lastSync.trigger}`],
    ['Waiting triggers', String(a.pending)],
  ];
  const lines = [
    `## ${a.name ?? `Contact ${hubspotId}`}: ${a.status}`, '', a.reason, ...(a.next === null ? [] : ['', `**Next:** ${a.next}`]), '',
    '| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value} |`),
    ...a.rejected.map((r) => `- Signal \`${r.signal}\` was not understood: ${r.fault}`),
    '', 'Signals: `resync {"reason": "..."}`, `look`, `keep`, `pause`, `resume`. Updates: `preview`, `resolve`, `forget`. Queries: `state`, `history`.',
  ];
  return lines.join('\n');
}

/** A pause or resume came that lists do not show yet: handlers only note, the loop shows. */
export function pauseUnshown(s: ContactState): boolean {
  return s.paused !== (workflowInfo().typedSearchAttributes.get(SyncStatus) === 'paused') && s.phase.status !== 'paused';
}
