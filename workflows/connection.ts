import * as wf from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../sync/lazily.ts';
import type { Activities } from '../activities/index.ts';
import { checkMappings } from '../sync/mapping.ts';
import { newSettings, settingsChange, withChange, type Settings, type SettingsNow } from '../sync/settings.ts';
import { budgetsOf, callsMade, forgetRefusals, newLedger, noteSpent, openInTime, reassess, type Ledger } from './connection/budgets.ts';
import { connectionDetails, healthOf } from './connection/health.ts';
import { failingPlainly } from './failure.ts';
import { readWorkflowId, taskQueues } from './ids.ts';
import { answering } from './answering.ts';
import { readInput, readStart } from './input.ts';
import * as m from './messages.ts';
import { noting, rejectOtherSignals } from './noting.ts';

const input = lazily(() => z.strictObject({ carried: z.custom<Settings & { ledger?: Ledger }>().optional(), doubt: z.boolean().default(false), skipped: z.array(z.string()).default([]) }));
const longHistory = 1_000;
const keptChanges = 20;
const recheckEvery = '1 minute';

/**
 * One HubSpot-Salesforce pair and its settings, for as long as the connection lives. Everything that syncs asks it for the
 * settings and says under which version it decided. Selecting a segment writes nothing in either CRM.
 */
export async function connection(...given: [z.input<ReturnType<typeof input>>?]): Promise<void> {
  const { connection: name } = readWorkflowId('connection');
  const { carried, ...start } = readStart(input, given);
  const { ledger = newLedger(), ...kept } = carried ?? {};
  const s: Settings = { ...newSettings(name), ...kept };
  const now = (): SettingsNow => ({ ...s, budgets: budgetsOf(ledger, s) });
  const { live } = taskQueues(name);
  const { readSegment } = wf.proxyActivities<Pick<Activities, 'readSegment'>>({
    taskQueue: live, startToCloseTimeout: '10 seconds', scheduleToCloseTimeout: '20 seconds', retry: { maximumAttempts: 3 }, summary: 'Read the segment from HubSpot',
  });
  const { checkConnection } = wf.proxyActivities<Pick<Activities, 'checkConnection'>>({
    taskQueue: live, startToCloseTimeout: '1 minute', heartbeatTimeout: '12 seconds', retry: { maximumInterval: '30 seconds' }, summary: 'Check both accounts',
  });
  const { startRelabel } = wf.proxyActivities<Pick<Activities, 'startRelabel'>>({
    taskQueue: live, startToCloseTimeout: '10 seconds', retry: { maximumInterval: '30 seconds' }, summary: 'Have the statuses of the contacts brought up to date',
  });
  const { wakeMismapped } = wf.proxyActivities<Pick<Activities, 'wakeMismapped'>>({
    taskQueue: live, startToCloseTimeout: '10 minutes', heartbeatTimeout: '12 seconds', retry: { maximumInterval: '30 seconds' }, summary: 'Have those sync again that a mapping kept in error',
  });
  const { listSegments, findSegment, findContact } = wf.proxyActivities<Pick<Activities, 'listSegments' | 'findSegment' | 'findContact'>>({
    taskQueue: live, startToCloseTimeout: '15 seconds', scheduleToCloseTimeout: '30 seconds', summary: 'Look something up in HubSpot',
  });
  let checkDue = carried === undefined;
  /** The last check met what passes by itself: the accounts count as before, and are looked at again soon. */
  let { doubt, skipped } = start;
  let warned = s.warnings;
  /** What a worker was refused since the last check. */
  let met: string | null = null;
  let relabelDue = false;
  let wakeDue = false;
  let segmentDue = false;
  let renewDue = false;
  let checkedInVain = carried !== undefined;
  let turn: Promise<unknown> = Promise.resolve();
  /** Updates wait for one another, so that two people cannot change the settings at once. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const mine = turn.then(change);
    turn = mine.catch(() => undefined);
    return mine;
  };
  const changedBy = (by: string | undefined, what: string) => {
    s.version += 1;
    s.changes = [{ at: new Date(Date.now()).toISOString(), by: by ?? null, what }, ...s.changes].slice(0, keptChanges);
    relabelDue = true;
    show();
  };
  const show = () => wf.setCurrentDetails(connectionDetails(s, budgetsOf(ledger, s)));
  const note = noting(s.rejected, show);

  wf.setHandler(m.selectInclusionSegment, (i) => inTurn(async () => {
    const choice = await failingPlainly(() => readSegment({ segmentId: i.segmentId }));
    if (choice.kind === 'refused') throw wf.ApplicationFailure.nonRetryable(choice.why, 'SegmentRefused');
    s.segment = { id: choice.id, name: choice.name, selectedAt: new Date(Date.now()).toISOString(), selectedBy: i.by ?? null, unusable: null, warnings: choice.warnings };
    changedBy(i.by, `Selected the inclusion segment "${choice.name}" (${choice.id}).`);
    return now();
  }), { description: 'Limit the sync to an active segment; writes nothing. {"segmentId": "12"}', validator: (...given) => { readInput(m.selectInclusionSegmentInput, given); } });

  wf.setHandler(m.clearInclusionSegment, (i) => inTurn(async () => {
    s.segment = null;
    changedBy(i?.by, 'Cleared the inclusion segment: every contact may sync.');
    return now();
  }), { description: 'Let every contact sync again. Takes {}.', validator: (...given: [m.ClearInclusionSegment?]) => { readInput(m.clearInclusionSegmentInput, given); } });

  wf.setHandler(m.changeSettings, (i) => inTurn(async () => {
    const { by, ...change } = i;
    Object.assign(s, withChange(s, change));
    reassess(ledger, s);
    changedBy(by, `Changed ${Object.keys(change).join(', ')}.`);
    checkDue ||= change.mappings !== undefined;
    wakeDue ||= change.mappings !== undefined && wf.patched('other mappings wake whom the old ones kept in error');
    return now();
  }), { description: 'Change any of createAs, contactForAccountDomain, createInHubSpot, mappings, deletes, feeds, allocation, allocationWindow, timeZone, settleWindowMs, looksAfterSeconds, e.g. {"createAs": "Contact"}', validator: validateChange });

  wf.setHandler(m.listSegments, () => failingPlainly(() => listSegments()), { description: 'The active segments that can be selected. Changes nothing; takes {}.', validator: (...given: [object?]) => { readInput(m.emptyInput, given); } });
  wf.setHandler(m.findSegment, (i) => failingPlainly(() => findSegment(i)), { description: 'The id of a segment, e.g. {"name": "Webmail prospects"}. Changes nothing.', validator: (...given) => { readInput(m.findSegmentInput, given); } });
  wf.setHandler(m.findContact, (i) => failingPlainly(() => findContact(i)), { description: 'The HubSpot id of a contact, e.g. {"email": "ada@example.com"}. Changes nothing.', validator: (...given) => { readInput(m.findContactInput, given); } });

  note(m.pause, m.emptyInput, () => { s.paused = true; }, 'Stop all syncing of this connection; triggers are kept. Takes {}.');
  const checkAgain = () => { checkDue = true; s.checkedAt = null; };
  note(m.resume, m.emptyInput, () => { s.paused = false; met = null; forgetRefusals(ledger); checkAgain(); relabelDue = true; }, 'Sync again, and check both accounts; a CRM that refused all calls is asked again. Takes {}.');
  note(m.check, m.checkInput, (i) => { met = i.met ?? met; checkAgain(); }, 'Check both accounts: access, fields and identity. Takes {}.');
  note(m.checkSegment, m.emptyInput, () => { segmentDue = true; }, 'Look at the inclusion segment again: a contact met it unusable. Takes {}.');
  note(m.renew, m.emptyInput, () => { renewDue = true; }, 'Go on in a new run: a person whom this one speaks of is to be forgotten. Takes {}.');
  note(m.spent, m.spentInput, (i) => noteSpent(ledger, s, i), 'From a worker: the API calls it made since its last report.');
  answering(m.settings, now, 'All settings, and whether both accounts are in order. Takes nothing.');
  answering(m.health, () => healthOf(s, budgetsOf(ledger, s)), 'In one look: does it sync, and if not, why and what to do. Takes nothing.');
  answering(m.usage, () => callsMade(ledger, s), 'When the API calls of each CRM were made that still count against its allocation. Takes nothing.');
  rejectOtherSignals(s.rejected, show);
  show();

  void openInTime(ledger, s, show);

  const due = () => checkDue || relabelDue || wakeDue || segmentDue || renewDue || runIsLong();
  for (;;) {
    if (s.ready && !doubt && s.segment?.unusable == null) await wf.condition(due);
    else if (!(await wf.condition(due, recheckEvery))) checkDue = true;
    if (checkDue) {
      checkDue = false;
      // Before its first check is over, nothing can have been held up.
      const wasReady = s.ready || (s.accounts === null && !checkedInVain);
      const couldUse = s.segment?.unusable == null;
      const { segment } = s;
      const found = await checkConnection({ accounts: s.accounts, mappings: s.mappings, segment });
      doubt = found.passing === true && s.ready;
      s.problems = doubt ? [] : found.problems;
      s.checkedAt = checkDue ? null : new Date(Date.now()).toISOString();
      if (!doubt) warned = found.warnings;
      s.warnings = [...new Set([...(doubt ? found.problems : found.problems.length === 0 && met !== null ? [met] : []), ...warned])];
      if (!checkDue) met = null;
      s.ready = s.problems.length === 0;
      checkedInVain ||= !s.ready;
      if (s.ready) s.accounts ??= found.accounts;
      // Another may have been selected during the check, which says nothing about that one.
      if (segment !== null && segment === s.segment && s.ready && !doubt) Object.assign(segment, found.segment);
      // Older histories know nothing of what was skipped.
      const stillSkipped = found.skipped;
      if (stillSkipped !== undefined) {
        wakeDue ||= skipped.some((mapping) => !stillSkipped.includes(mapping));
        skipped = stillSkipped;
      }
      // What was held up by the accounts or by the segment may go on, or must be shown as held.
      relabelDue ||= (s.ready && !wasReady) || couldUse !== (s.segment?.unusable == null);
      show();
    } else if (segmentDue) {
      segmentDue = false;
      const { segment } = s;
      const found = segment === null ? null : await readSegment({ segmentId: segment.id }).catch(() => null);
      if (segment !== null && segment === s.segment && found !== null) segment.unusable = found.kind === 'refused' ? found.why : null;
      relabelDue = true; // whoever was held up may go on again, or is shown as held
      show();
    } else if (relabelDue) {
      relabelDue = false;
      await startRelabel();
    } else if (wakeDue) {
      wakeDue = false;
      await wakeMismapped({});
    } else if (renewDue || runIsLong()) {
      await wf.condition(wf.allHandlersFinished);
      if (!checkDue && !relabelDue && !wakeDue && !segmentDue) await wf.continueAsNew<typeof connection>({ carried: { ...s, ledger }, ...(doubt && { doubt }), ...(skipped.length > 0 && { skipped }) });
    }
  }
}

function runIsLong(): boolean {
  const { continueAsNewSuggested, historyLength } = wf.workflowInfo();
  return continueAsNewSuggested || historyLength > longHistory;
}

function validateChange(...given: [m.ChangeSettings]): void {
  const { by: _, ...change } = readInput(m.changeSettingsInput, given);
  if (Object.keys(change).length === 0) throw wf.ApplicationFailure.nonRetryable(`Nothing to change: give at least one of ${Object.keys(settingsChange().shape).join(', ')}.`, 'InvalidInput');
  const fault = change.mappings === undefined ? null : checkMappings(change.mappings);
  if (fault !== null) throw wf.ApplicationFailure.nonRetryable(fault, 'InvalidInput');
}
