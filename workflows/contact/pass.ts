import { ActivityFailure, ApplicationFailure, isCancellation, proxyActivities, sleep, TimeoutFailure } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { Decision } from '../../sync/decide.ts';
import { gate } from '../../sync/gate.ts';
import type { PairReading, WriteOutcome } from '../../sync/pair.ts';
import { baseOf, conclude, decidePair, fieldsOf, hindrance, nameAfter, planWrite, type Pair } from '../../sync/plan.ts';
import type { HubSpotContactId, SyncError } from '../../sync/records.ts';
import { sentenceOf } from '../failure.ts';
import type { PastDecision } from '../messages.ts';
import type { ContactState, Phase } from './state.ts';

/** What one pass came to: a phase to stay in, or a failure to wait out. */
export type Verdict =
  | { kind: 'settled'; phase: Phase }
  | { kind: 'again'; error: SyncError; policy: 'backoff' | 'hourly'; afterMs: number | null }
  /** Look again at this time although nothing went wrong (epoch ms). */
  | { kind: 'later'; phase: Phase; at: number }
  /** The trigger stays due, but must wait for a person or for the settings. */
  | { kind: 'held'; phase: Phase };

const maxRounds = 6;
const keptDecisions = 20;

/** Live activities of one connection. A write has one minute in all: whatever is left undone then is read and decided again. */
export function liveActivities(taskQueue: string) {
  const timeouts = { taskQueue, startToCloseTimeout: '30 seconds', scheduleToCloseTimeout: '1 minute' } as const;
  const retry = { initialInterval: '1 second', maximumInterval: '10 seconds' } as const;
  // A proxy answers any name and cannot be spread.
  const { readPair } = proxyActivities<Pick<Activities, 'readPair'>>({ ...timeouts, retry, summary: 'Read both records and the membership' });
  const { writePair } = proxyActivities<Pick<Activities, 'writePair'>>({ ...timeouts, retry, summary: 'Write what differs' });
  const { tellContact } = proxyActivities<Pick<Activities, 'tellContact'>>({ taskQueue, startToCloseTimeout: '30 seconds', retry, summary: 'Hand the news to the surviving contact' });
  return { readPair, writePair, tellContact };
}
export type LiveActivities = ReturnType<typeof liveActivities>;

/** Reads both sides as they are now, without deciding anything. */
export const read = (activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId): Promise<PairReading> =>
  activities.readPair({ hubspotId, link: s.link, hasBase: Object.keys(s.base).length > 0, mayBeOwed: s.lastSync === null });

/**
 * One sync of the pair: read, gate, decide, write, until nothing is left to do. Changes `s` only by what was confirmed.
 * A decision that can no longer be sent (settings or membership moved) is made again from a fresh read.
 */
export async function syncPass(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, trigger: string): Promise<Verdict> {
  try {
    for (let round = 0; round < maxRounds; round++) {
      const reading = await read(activities, s, hubspotId);
      if (s.paused) return { kind: 'held', phase: s.phase };
      const stop = await beforeDeciding(s, reading);
      if (stop === 'read again') continue;
      if (stop !== null) return stop;
      const pair = reading as Pair;
      const decision = decidePair(pair, s);
      const write = planWrite(hubspotId, pair, decision);
      if (write === null) return finish(s, pair, decision, trigger, null);
      const outcome = await activities.writePair(write);
      if (outcome.kind === 'stale') continue;
      const verdict = finish(s, pair, decision, trigger, outcome);
      // A new record holds what Salesforce itself filled in: it is read back, and the base set on what is there.
      if (outcome.kind === 'written' && outcome.created && verdict.kind === 'settled') continue;
      return verdict;
    }
    return unsteady;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return verdictOf(failure);
  }
}

/** A look: status and reason, no write. Says `waiting` for who may sync and never did. */
export async function lookPass(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId): Promise<Verdict> {
  try {
    for (let round = 0; round < maxRounds; round++) {
      const reading = await read(activities, s, hubspotId);
      const stop = await beforeDeciding(s, reading);
      if (stop === 'read again') continue;
      if (stop !== null) return stop;
      if (s.lastSync !== null && outlivesLook(s.phase)) return { kind: 'settled', phase: s.phase };
      return { kind: 'settled', phase: { status: 'waiting', reason: `${gate((reading as Pair).membership).reason} Not synced since it may sync.` } };
    }
    return unsteady;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return verdictOf(failure);
  }
}

/** What a look at an open gate leaves as it is: a contact that synced stays in sync, in error or in review until the next sync. */
const outlivesLook = (phase: Phase): boolean =>
  phase.status === 'in-sync' || phase.status === 'needs-review' || (phase.status === 'error' && phase.error.category !== 'segment' && phase.error.category !== 'authentication');

const unsteady: Verdict = {
  kind: 'again', policy: 'backoff', afterMs: null,
  error: { category: 'temporary', code: 'UNSTEADY', message: 'The settings or the membership changed at every attempt.', remedy: 'Nothing: Sluice tries again.' },
};

/** Everything that ends a pass before a decision: the connection, the contact's life, the gate. Null where it may be decided. */
async function beforeDeciding(s: ContactState, reading: PairReading): Promise<Verdict | 'read again' | null> {
  s.settingsVersion = reading.settingsVersion;
  switch (reading.kind) {
    case 'held':
      return {
        kind: 'held',
        phase: reading.hold === 'paused'
          ? { status: 'paused', reason: reading.reason }
          : failed({ category: 'authentication', code: 'CONNECTION_NOT_READY', message: reading.reason, remedy: 'See the settings of the connection.' }),
      };
    case 'merged':
      return { kind: 'settled', phase: { status: 'merged', reason: `Merged in HubSpot into contact ${reading.into}.`, into: reading.into } };
    case 'deleted':
      return { kind: 'settled', phase: { status: 'deleted', reason: reading.reason } };
    case 'pair':
      break;
  }
  s.membership = reading.membership;
  s.name = reading.name;
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
  if (passage.kind === 'outside') {
    const emailOnly = s.origin.kind === 'import' && s.lastSync === null;
    return { kind: 'settled', phase: { status: emailOnly ? 'email-only' : 'outside-segment', reason: passage.reason } };
  }
  const hindered = hindrance(reading);
  switch (hindered?.kind) {
    case 'waiting': return { kind: 'settled', phase: { status: 'waiting', reason: hindered.reason } };
    case 'review': return review(hindered.why, hindered.candidates);
    case 'gone': return { kind: 'settled', phase: { status: 'deleted', reason: hindered.reason } };
    case undefined: return null;
  }
}

const failed = (error: SyncError): Phase => ({ status: 'error', reason: error.message, error });

const review = (why: string, candidates: Extract<Phase, { status: 'needs-review' }>['review']['candidates']): Verdict =>
  ({ kind: 'settled', phase: { status: 'needs-review', reason: why, review: { why, candidates } } });

function finish(s: ContactState, pair: Pair, decision: Decision, trigger: string, outcome: Exclude<WriteOutcome, { kind: 'stale' }> | null): Verdict {
  if (outcome?.kind === 'review') return review(outcome.why, outcome.candidates);
  const { link, base, wrote, error, refused, reason } = conclude(pair, decision, baseOf(pair, s), outcome);
  const at = new Date(Date.now()).toISOString();
  s.link = link;
  s.base = base;
  s.baseFields = { ...s.baseFields, ...fieldsOf(pair) };
  s.name = nameAfter(pair, decision);
  s.lastSync = { at, trigger, wrote };
  s.salesforceSeenAt = Date.parse(pair.readAt);
  remember(s, decision, trigger, at);
  if (error !== null) {
    // A refusal for reasons that pass by themselves is tried again; one about a value waits for a change.
    const passing = refused.find((r) => r.retry === 'backoff' || r.retry === 'hourly');
    return passing === undefined ? { kind: 'settled', phase: failed(error) } : { kind: 'again', error, policy: passing.retry === 'hourly' ? 'hourly' : 'backoff', afterMs: null };
  }
  const phase: Phase = { status: 'in-sync', reason };
  // A field that waits for the base of a running page job is looked at again soon.
  return decision.fields.some((f) => f.waitsForBase) ? { kind: 'later', phase, at: Date.now() + 15_000 } : { kind: 'settled', phase };
}

function remember(s: ContactState, decision: Decision, trigger: string, at: string): void {
  const told = decision.fields.filter((f) => f.action !== 'none' || f.problem !== undefined || f.lost !== undefined);
  if (told.length === 0) return;
  const fields: PastDecision['fields'] = told.map(({ hubspot, salesforce, action, reason, lost, problem }) => ({
    hubspot, salesforce, action, reason, ...(lost && { lost }), ...(problem && { problem }),
  }));
  s.history = [{ at, trigger, summary: decision.summary, fields }, ...s.history].slice(0, keptDecisions);
}

/** What the activities' typed failures mean: `type` is the only identity that crosses to the workflow. */
function verdictOf(failure: unknown): Verdict {
  const cause = failure instanceof ActivityFailure ? failure.cause : failure;
  if (cause instanceof ApplicationFailure) {
    const told = cause.details?.[0] as { error: SyncError; retry: string; retryAfterMs: number | null } | undefined;
    if (told !== undefined) {
      // Nothing is wrong with the contact: its sync is still due once the credentials are repaired.
      if (told.retry === 'hold') return { kind: 'held', phase: failed(told.error) };
      if (told.retry === 'on-change') return { kind: 'settled', phase: failed(told.error) };
      return { kind: 'again', error: told.error, policy: told.retry === 'hourly' ? 'hourly' : 'backoff', afterMs: told.retryAfterMs };
    }
  }
  const message = cause instanceof TimeoutFailure ? 'Reading or writing took longer than a minute.' : sentenceOf(failure);
  return { kind: 'again', policy: 'backoff', afterMs: null, error: { category: 'temporary', code: 'ACTIVITY_FAILED', message, remedy: 'Nothing: Sluice tries again.' } };
}
