import { ApplicationFailure } from '@temporalio/common';
import type { Decision } from '../../sync/decide.ts';
import { gate } from '../../sync/gate.ts';
import type { Handover } from '../../sync/handover.ts';
import type { PairReading, PairWrite } from '../../sync/pair.ts';
import { conclude, decidePair, hindrance, mayNeedWrite, planWrite, type Memory, type Pair } from '../../sync/plan.ts';
import type { HubSpotContactId, Link } from '../../sync/records.ts';
import { heldFailure } from '../connection/accounts.ts';
import { allInSync, knownContacts, type ContactNews, type KnownContact } from '../contacts.ts';
import type { Call } from '../crm/call.ts';
import { readPairs, type Prefetched } from '../pair/read.ts';
import { evidenceAgeMs, writePairs } from '../pair/write.ts';
import { tellAll } from '../tell-all.ts';
import type { World } from '../world.ts';
import { decidedOutcome, handoverOf, type PageOutcome } from './outcome.ts';

export interface PageRequest {
  ids: readonly HubSpotContactId[];
  trigger: Handover['trigger'];
  /** Counts what would be done; writes and signals nothing. */
  dryRun: boolean;
  /** Whoever of them has a workflow; given where the list of the segment in force has just shown these contacts. */
  listed?: Promise<Map<HubSpotContactId, KnownContact>> | null;
}

const call: Call = { lane: 'backfill' };
const nothingKnown: Memory = { link: null, base: {}, salesforceSeenAt: null };
/** Between a page's read and its writes. */
export const mostAgeMs = 10_000;

/** What is to be done about one contact: it is finished, its own workflow is told, or the page writes it. */
type Step =
  | { kind: 'done'; outcome: PageOutcome }
  | { kind: 'tell'; outcome: PageOutcome; look: boolean }
  | { kind: 'write'; pair: Pair; decision: Decision; write: PairWrite };

/**
 * Syncs a page of contacts by the same gate, matching and decisions as the live lane. It writes only contacts without a workflow
 * whose Salesforce record carries no external id; every other one that differs is told to sync by itself: one writer per pair.
 * Converges when repeated, since it begins with the read. Answers in the order of the ids.
 */
export async function syncPage(world: World, request: PageRequest, prefetched: Prefetched | null = null): Promise<PageOutcome[]> {
  const { ids, trigger, dryRun } = request;
  const readAt = prefetched?.readAt ?? Date.now();
  // A page writes nobody who has a workflow: of those the list is evidence enough.
  const before = await request.listed ?? new Map<HubSpotContactId, KnownContact>();
  const readings = await readPairs(world, ids.map((hubspotId) => ({ hubspotId, link: null, hasBase: false, mayBeOwed: false, listed: before.has(hubspotId) })), call, prefetched);
  const known = new Map([...before, ...await knownContacts(world, ids.filter((id) => !before.has(id)))]);
  const claimedTwice = recordsClaimedTwice(readings);
  const steps = readings.map((reading, i) => stepFor(ids[i] as HubSpotContactId, reading, trigger, known, claimedTwice, prefetched?.createdNow));
  const writing = steps.flatMap((step) => (step.kind === 'write' ? [step] : []));
  const written = new Map<HubSpotContactId, PageOutcome>();
  if (dryRun) {
    for (const { pair, decision, write } of writing) written.set(write.hubspotId, planned(pair, decision, write, trigger));
  } else {
    if (Date.now() - readAt > mostAgeMs) throw ApplicationFailure.create({ message: 'Reading the page took longer than 10 seconds: it is read again before anything is written.', type: 'temporary' });
    const results = await writePairs(world, writing.map((step) => step.write), call, evidenceAgeMs.page);
    writing.forEach(({ pair, decision, write }, i) => {
      const result = results[i];
      if (result === undefined || result.kind === 'stale') throw ApplicationFailure.create({ message: `${result?.why ?? 'A write was not answered.'} The page is read again.`, type: 'temporary' });
      written.set(write.hubspotId, decidedOutcome(write.hubspotId, pair, decision, result, trigger));
    });
    for (const outcome of await readBackCreated(world, [...written.values()])) written.set(outcome.hubspotId, outcome);
    await tellAll(world, steps.flatMap((step) => (step.kind === 'tell' ? [newsOf(step, trigger)] : [])));
  }
  return steps.flatMap((step) => (step.kind === 'write' ? written.get(step.write.hubspotId) ?? [] : step.outcome));
}

/** As `knownContacts`; where all are in sync, as mostly in a resync, nobody need be listed. */
export const knownListed = async (world: World, ids: readonly HubSpotContactId[]): Promise<Map<HubSpotContactId, KnownContact>> =>
  (await allInSync(world, ids) ? new Map(ids.map((id) => [id, shownInSync])) : knownContacts(world, ids));

const shownInSync: KnownContact = { status: 'in-sync', inSegment: null, salesforceId: null, syncedAt: null };

function stepFor(hubspotId: HubSpotContactId, reading: PairReading, trigger: Handover['trigger'], known: Map<HubSpotContactId, KnownContact>, claimedTwice: Set<string>, createdNow?: ReadonlySet<HubSpotContactId>): Step {
  if (reading.kind === 'held') throw heldFailure(reading);
  if (reading.kind !== 'pair') return { kind: 'done', outcome: { hubspotId, kind: 'gone' } };
  const workflow = known.get(hubspotId);
  const passage = gate(reading.membership);
  switch (passage.kind) {
    case 'outside': {
      if (workflow !== undefined) {
        const outcome: PageOutcome = { hubspotId, kind: 'frozen', handover: null };
        return workflow.inSegment === false ? { kind: 'done', outcome } : { kind: 'tell', outcome, look: true };
      }
      const status = trigger === 'import' ? 'email-only' : 'outside-segment';
      return { kind: 'done', outcome: { hubspotId, kind: 'frozen', handover: handoverOf(hubspotId, reading, trigger, { status, reason: passage.reason }, { link: importedLink(reading, trigger) }) } };
    }
    case 'unknown':
      throw ApplicationFailure.create({ message: passage.reason, type: 'segment', nextRetryDelay: '5s' });
    case 'unusable': // until a person acts: asking more often would only spend calls
      throw ApplicationFailure.create({ message: passage.reason, type: 'segment', nextRetryDelay: '1m' });
    case 'open':
      break;
  }
  const decision = decidePair(reading, nothingKnown);
  const write = planWrite(hubspotId, reading, decision);
  const hindered = hindrance(reading);
  // After a loss of Temporal's data the ids in Salesforce are still there: such a contact gets its workflow, which decides. Only
  // what an earlier attempt of this page created is the page's own to finish.
  const carriesOurId = reading.match.kind === 'linked' && reading.match.record.externalId === hubspotId && createdNow?.has(hubspotId) !== true;
  if (workflow !== undefined || carriesOurId || reading.settlesAt !== null) {
    const differs = write !== null || reading.fields.some(mayNeedWrite) || hindered !== null || workflow?.status !== 'in-sync';
    return differs ? { kind: 'tell', outcome: { hubspotId, kind: 'signalled' }, look: false } : { kind: 'done', outcome: { hubspotId, kind: 'at-rest' } };
  }
  const handover = (outcome: Handover['outcome']) => handoverOf(hubspotId, reading, trigger, outcome);
  switch (hindered?.kind) {
    case 'waiting':
      return { kind: 'done', outcome: { hubspotId, kind: 'waiting', handover: handover({ status: 'waiting', reason: hindered.reason }) } };
    case 'review':
      return { kind: 'done', outcome: { hubspotId, kind: 'review', handover: handover({ status: 'needs-review', reason: hindered.why, candidates: hindered.candidates }) } };
    case 'gone':
      return { kind: 'done', outcome: { hubspotId, kind: 'gone' } };
    case undefined:
      break;
  }
  if (reading.match.kind === 'linked' && claimedTwice.has(reading.match.record.link.id)) {
    const { type, id } = reading.match.record.link;
    return { kind: 'done', outcome: { hubspotId, kind: 'review', handover: handover({ status: 'needs-review', reason: 'Two contacts of HubSpot match the same Salesforce record.', candidates: [{ type, id }] }) } };
  }
  return write === null ? { kind: 'done', outcome: decidedOutcome(hubspotId, reading, decision, null, trigger) } : { kind: 'write', pair: reading, decision, write };
}

/** A new record holds what Salesforce itself filled in (a Lead's Status): read back, decided against the new base, and written. */
async function readBackCreated(world: World, outcomes: readonly PageOutcome[]): Promise<PageOutcome[]> {
  const created = outcomes.flatMap((outcome) => (outcome.kind === 'written' && outcome.created ? [outcome] : []));
  if (created.length === 0) return [];
  const readings = await readPairs(world, created.map(({ hubspotId, handover: { link } }) => ({ hubspotId, link, hasBase: true, mayBeOwed: false })), call);
  const again = created.flatMap((outcome, i) => {
    const pair = readings[i];
    if (pair?.kind !== 'pair' || gate(pair.membership).kind !== 'open' || hindrance(pair) !== null) return [];
    const { link, base } = outcome.handover;
    const decision = decidePair(pair, { link, base, salesforceSeenAt: null });
    return [{ outcome, pair, decision, write: planWrite(outcome.hubspotId, pair, decision) }];
  });
  const results = await writePairs(world, again.flatMap(({ write }) => write ?? []), call, evidenceAgeMs.page);
  let next = 0;
  return again.flatMap(({ outcome, pair, decision, write }): PageOutcome[] => {
    const result = write === null ? null : results[next++];
    if (result === undefined || result?.kind === 'stale' || result?.kind === 'review') return [];
    const { base, error } = conclude(pair, decision, outcome.handover.base, result);
    return error === null ? [{ ...outcome, handover: { ...outcome.handover, base } }] : [{ hubspotId: outcome.hubspotId, kind: 'error', handover: { ...outcome.handover, base, outcome: { status: 'error', error } } }];
  });
}

/** An import keeps the link of those it may not fill, without a write. */
const importedLink = (pair: Pair, trigger: Handover['trigger']): Link | null =>
  trigger === 'import' && pair.match.kind === 'linked' ? { ...pair.match.record.link, rung: 'import' } : null;

function recordsClaimedTwice(readings: readonly PairReading[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const reading of readings) {
    if (reading.kind !== 'pair' || reading.match.kind !== 'linked') continue;
    const { id } = reading.match.record.link;
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
  return twice;
}

function planned(pair: Pair, decision: Decision, write: PairWrite, trigger: Handover['trigger']): PageOutcome {
  const wroteIn = { hubspot: write.writeIds || Object.keys(write.hubspot).length > 0, salesforce: true };
  return { hubspotId: write.hubspotId, kind: 'written', wroteIn, created: write.salesforce.kind === 'create', handover: handoverOf(write.hubspotId, pair, trigger, { status: 'waiting', reason: decision.summary }) };
}

const newsOf = ({ outcome, look }: Extract<Step, { kind: 'tell' }>, trigger: Handover['trigger']): { id: HubSpotContactId; news: ContactNews } =>
  ({ id: outcome.hubspotId, news: look ? { signal: 'look' } : { signal: 'changed', input: { source: 'page', kind: trigger } } });
