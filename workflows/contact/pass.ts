import { condition, isCancellation, patched } from '@temporalio/workflow';
import { attemptOf, landed, unsent } from '../../sync/attempt.ts';
import type { Decision } from '../../sync/decide.ts';
import { gate } from '../../sync/gate.ts';
import type { PairReading, PairWrite, WriteOutcome } from '../../sync/pair.ts';
import { decidePair, planPass, planWrite, type Pair } from '../../sync/plan.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { LiveActivities } from './activities.ts';
import { asPair, beforeDeciding, frozenPhase } from './admission.ts';
import { finish, loopGuard } from './finish.ts';
import { isPersonal, takeBase } from './inbox.ts';
import { takeProposed } from './resolve.ts';
import type { ContactState, Phase } from './state.ts';
import { settled, unsteady, verdictOf, type Verdict } from './verdict.ts';

const maxRounds = 6;
const keptPasses = 20;
const heirWithin = '5 seconds';

/** Reads both sides as they are now, without deciding anything. */
export const read = (activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId): Promise<PairReading> =>
  activities.readPair({
    hubspotId, link: s.proposed ?? s.link ?? (s.bypass === null ? null : { ...s.bypass, rung: 'created' }), hasBase: Object.keys(s.base).length > 0, mayBeOwed: s.lastSync === null,
    ...(s.trouble !== null && !isPersonal(s.syncing) && { retry: true }), ...(s.bypass !== null && { bypass: true }), ...(s.resolved === 'new' && { createNew: true }), ...(s.furtherRecord && { furtherRecord: true }),
  });

/**
 * One sync of the pair: read, gate, decide, write, until nothing is left to do. Changes `s` only by what was confirmed.
 * A decision that can no longer be sent (settings or membership moved) is made again from a fresh read.
 */
export async function syncPass(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, trigger: string): Promise<Verdict> {
  if (isPersonal(trigger)) Object.assign(s, { looping: false, writtenAt: [], resolved: s.resolved === 'ignore' ? null : s.resolved });
  if (s.looping) return settled(s.phase);
  let heirAwaited = false;
  try {
    for (let round = 0; round < maxRounds; round++) {
      const reading = await read(activities, s, hubspotId);
      if (s.paused) return { kind: 'held', phase: s.phase };
      const stop = await beforeDeciding(activities, s, hubspotId, reading, trigger);
      if (stop === 'read again') continue;
      if (stop !== null) return stop;
      const pair = asPair(reading);
      takeProposed(s, pair);
      if (s.attempt !== null && !patched('what both sides held is known though a write was not answered')) delete s.attempt.agreed;
      const passage = gate(pair.membership);
      if (passage.kind !== 'open') {
        const verdict = await passOnce(activities, s, hubspotId, pair, trigger);
        if (verdict !== 'read again') return verdict;
        continue;
      }
      if (s.link === null && inherits(s, pair) === 'read again') continue;
      if (!heirAwaited && lacksHeir(s, hubspotId, pair) && patched('the former primary hands over its base')) {
        heirAwaited = true;
        await condition(() => !lacksHeir(s, hubspotId, pair), heirWithin);
        continue;
      }
      const decision = decidePair(pair, s);
      const write = planWrite(hubspotId, pair, decision);
      if (write === null) return finishOpen(s, pair, decision, trigger, null);
      const loop = loopGuard(s);
      if (loop !== null) return loop;
      const outcome = await send(activities, s, pair, write, decision);
      if (outcome.kind === 'stale') continue;
      const verdict = finishOpen(s, pair, decision, trigger, outcome);
      // A new record holds what Salesforce itself filled in: it is read back, and the base set on what is there.
      if (outcome.kind === 'written' && outcome.created && verdict.kind === 'settled') continue;
      return verdict;
    }
    return unsteady;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return verdictOf(failure, s.trouble?.attempts ?? 0);
  }
}

/**
 * Sends a decision. What it was to bring, and what both sides held by then, is kept until an answer has come: the next attempt at the same
 * field takes its place, and may never be sent; and somebody's edit that comes meanwhile must not look like one of a first sync.
 */
async function send(activities: LiveActivities, s: ContactState, pair: Pair, write: PairWrite, decision: Decision): Promise<WriteOutcome> {
  const before = s.attempt;
  const attempt = attemptOf(write, decision, before, pair);
  s.attempt = attempt;
  const outcome = await activities.writePair(write);
  if (outcome.kind === 'stale' && outcome.mayHaveLanded !== true) s.attempt = unsent(attempt, before);
  return outcome;
}

/** Whoever may sync needs no pass through a closed gate, now or later. */
function finishOpen(s: ContactState, ...sync: [Pair, Decision, string, Parameters<typeof finish>[4]]): Verdict {
  const verdict = finish(s, ...sync);
  s.bypass = null;
  return verdict;
}

/**
 * S4: one pass from Salesforce to HubSpot through the closed gate, once per record; then the pair is frozen. One that landed without an
 * answer was made: what differs by now is left.
 */
async function passOnce(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId, pair: Pair, trigger: string): Promise<Verdict | 'read again'> {
  const made = s.attempt !== null && Object.keys(landed(s.attempt, pair)).length > 0 && patched('a pass that landed without an answer was made');
  const decided = decidePair(pair, s, 'hubspot-only');
  const decision = made ? { ...decided, hubspot: {}, fields: decided.fields.filter(({ action }) => action === 'none') } : decided;
  const write = planPass(hubspotId, pair, decision);
  const outcome = write === null ? null : await send(activities, s, pair, write, decision);
  if (outcome?.kind === 'stale') return 'read again';
  const verdict = finish(s, pair, decision, trigger, outcome);
  if (s.bypass !== null) s.passes = [...s.passes, s.bypass.id].slice(-keptPasses);
  s.bypass = null;
  s.origin = { kind: 'past-the-gate', at: new Date(Date.now()).toISOString() };
  return verdict.kind === 'settled' && verdict.phase.status === 'in-sync' ? settled(frozenPhase(s, gate(pair.membership).reason)) : verdict;
}

/** A contact that others were merged into takes over the link and base of the one whose record it is matched with. */
function inherits(s: ContactState, { match }: Pair): 'read again' | null {
  const { inherited } = s.inbox;
  if (match.kind === 'none' && inherited[0] !== undefined && s.resolved !== 'new') {
    s.link = inherited[0].link; // its record carries no id yet
    return 'read again';
  }
  const heir = match.kind === 'linked' ? inherited.find(({ link }) => link.id === match.record.link.id) : undefined;
  if (heir !== undefined && match.kind === 'linked') {
    s.link = match.record.link;
    s.duplicates = match.record.duplicates;
    takeBase(s, heir);
  }
  return null;
}

/** Its record carries the id of a contact that was merged into this one, and whose base is perhaps still on its way. */
function lacksHeir(s: ContactState, hubspotId: HubSpotContactId, { match }: Pair): boolean {
  if (s.lastSync !== null || match.kind !== 'linked') return false;
  const { link, externalId } = match.record;
  return externalId !== null && externalId !== hubspotId && !s.inbox.inherited.some((one) => one.link.id === link.id);
}

/** A look: status and reason, no write. Says `waiting` for who may sync and never did. */
export async function lookPass(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId): Promise<Verdict> {
  if (s.looping) return settled(s.phase);
  try {
    for (let round = 0; round < maxRounds; round++) {
      const reading = await read(activities, s, hubspotId);
      const stop = await beforeDeciding(activities, s, hubspotId, reading, null);
      if (stop === 'read again') continue;
      if (stop !== null) return stop;
      if (s.lastSync !== null && outlivesLook(s.phase)) return settled(s.phase);
      return settled({ status: 'waiting', reason: `${gate(asPair(reading).membership).reason} Not synced since it may sync.` });
    }
    return unsteady;
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return verdictOf(failure, s.trouble?.attempts ?? 0);
  }
}

/** What a look at an open gate leaves as it is: a contact that synced stays in sync, in error or in review until the next sync. */
const outlivesLook = (phase: Phase): boolean =>
  phase.status === 'in-sync' || phase.status === 'needs-review' || (phase.status === 'error' && phase.error.category !== 'segment' && phase.error.category !== 'authentication');
