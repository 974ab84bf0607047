import { ApplicationFailure } from '@temporalio/common';
import { gate } from '../../sync/gate.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { statusIsStale } from '../../sync/relabel.ts';
import { settingsIfReady } from '../connection/accounts.ts';
import { membershipsOf } from '../connection/segment.ts';
import { contactsInNeed, contactWorkflows } from '../contacts.ts';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import type { AttentionCategory, ResyncCounts } from '../../workflows/messages.ts';
import { tellAll } from '../tell-all.ts';
import type { World } from '../world.ts';
import { reached } from './position.ts';
import { pack } from './handovers.ts';
import type { PageOutcome } from './outcome.ts';
import { knownListed, syncPage } from './sync.ts';

const call: Call = { lane: 'backfill' };
/** People look at the statuses: they are brought up to date while imports wait. */
const statusCall: Call = { lane: 'retry' };
const membersPerPage = 250;
const contactsPerPage = 100;
/** Contacts of one listed page together; a page of a resync is one of these. */
const idsPerList = 1_000;
/** So many are read and written together: no more than 10 s may lie between the two. */
const idsPerSlice = 200;

/** What a resync goes through: the members of the segment in force, all contacts, or those that need attention. */
export interface ContactList {
  scope: 'segment' | 'all' | 'errors';
  /** As if this segment were chosen; null: the one in force. */
  candidate: string | null;
  after: string | null;
  /** Of `errors`: only these. */
  category?: AttentionCategory;
}

/** The world as it would be with another segment in force; what is asked in it must write nothing. */
const asIfChosen = (world: World, candidate: string | null): World => (candidate === null ? world : {
  ...world,
  settings: async () => ({ ...await world.settings(), segment: { id: candidate, name: `segment ${candidate}`, selectedAt: '', selectedBy: null, unusable: null, warnings: [] } }),
});

const stillProcessing = () => ApplicationFailure.create({ message: 'HubSpot is still processing the segment.', type: 'segment', nextRetryDelay: '5s' });

/** The next contacts, up to 1,000, and where to go on (null at the end); `segmentId` where they are the members of a segment. */
export async function listContacts(outer: World, { scope, candidate, after, category }: ContactList): Promise<{ ids: HubSpotContactId[]; after: string | null; total: number | null; segmentId?: string }> {
  if (scope === 'errors') return contactsInNeed(outer, category ?? null, after);
  const world = asIfChosen(outer, candidate);
  const ids: HubSpotContactId[] = [];
  let next = after;
  let total: number | null = null;
  const { segment } = await settingsIfReady(world, call.lane);
  if (scope === 'segment') {
    if (segment === null) throw ApplicationFailure.nonRetryable('No inclusion segment is set: resync everything instead (resync/<connection>/all), or select a segment.', 'NoSegment');
    const now = await world.segment(segment.id);
    if (now.kind === 'unusable') throw ApplicationFailure.nonRetryable(now.why, 'SegmentUnusable');
    if (now.kind === 'processing') throw stillProcessing();
    total = now.segment.size;
    do {
      const page: Awaited<ReturnType<typeof world.hubspot.membershipPage>> = await world.hubspot.membershipPage(segment.id, { after: next, limit: membersPerPage }, call);
      ids.push(...page.members.map((m) => m.contactId));
      next = page.after;
    } while (next !== null && ids.length + membersPerPage <= idsPerList);
  } else {
    do {
      const page: Awaited<ReturnType<typeof world.hubspot.contactPage>> = await world.hubspot.contactPage({ after: next, limit: contactsPerPage }, call);
      ids.push(...page.ids);
      next = page.after;
    } while (next !== null && ids.length + contactsPerPage <= idsPerList);
  }
  return { ids, after: next, total, ...(scope === 'segment' && segment !== null && { segmentId: segment.id }) };
}

/** Counts of one page of a resync; each contact is in exactly one of the first eight. */
export interface ResyncPageResult extends ResyncCounts {
  /** With a candidate: those of them who may not sync now. */
  enter: number;
  handovers: string | null;
}

/** Syncs one page of contacts; those outside the segment are counted and, without a workflow, get none. */
export async function resyncPage(outer: World, { ids, dryRun, candidate, segmentId }: { ids: readonly HubSpotContactId[]; dryRun: boolean; candidate: string | null; segmentId?: string }): Promise<ResyncPageResult> {
  reached({ contacts: ids.length });
  const world = asIfChosen(outer, candidate);
  const settings = await settingsIfReady(outer, call.lane);
  const now = candidate === null ? null : await membershipsOf(outer, settings, ids, call);
  const listed = segmentId !== undefined && segmentId === (candidate ?? settings.segment?.id);
  const outcomes: PageOutcome[] = [];
  const slices = chunks(ids, idsPerSlice);
  const known = (slice: HubSpotContactId[] | undefined) => {
    const answer = listed && slice !== undefined ? knownListed(world, slice) : null;
    answer?.catch(() => undefined); // whoever asks for it meets the failure; by then another slice may have failed
    return answer;
  };
  let next = known(slices[0]);
  for (const [i, slice] of slices.entries()) {
    const request = { ids: slice, trigger: 'resync', dryRun: dryRun || candidate !== null, listed: next } as const;
    next = known(slices[i + 1]); // asked for while this one is read
    outcomes.push(...await syncPage(world, request));
    reached({ contacts: ids.length, done: outcomes.length });
  }
  const count = (...kinds: string[]) => outcomes.filter((o) => kinds.includes(o.kind)).length;
  const written = outcomes.flatMap((o) => (o.kind === 'written' ? [o] : []));
  const handovers = dryRun || candidate !== null ? [] : outcomes.flatMap((o) => ('handover' in o && o.handover !== null && o.kind !== 'frozen' ? [o.handover] : []));
  return {
    unchanged: count('unchanged', 'at-rest'), written: written.length, signalled: count('signalled'), frozen: count('frozen'),
    needsReview: count('review'), error: count('error'), waiting: count('waiting'), gone: count('gone'),
    writtenIn: { hubspot: written.filter((o) => o.wroteIn.hubspot).length, salesforce: written.filter((o) => o.wroteIn.salesforce).length },
    createdIn: { hubspot: 0, salesforce: written.filter((o) => o.created).length },
    enter: now === null ? 0 : ids.filter((id) => gate(now.of(id)).kind !== 'open').length,
    handovers: await pack(handovers),
  };
}

/**
 * Compares one page of the existing workflows with the memberships and has those look whose status changes. Writes nothing in
 * either CRM. `after` is visibility's page token.
 */
export async function relabelPage(world: World, { after }: { after: string | null }): Promise<{ checked: number; told: number; after: string | null }> {
  const settings = await settingsIfReady(world, statusCall.lane);
  // Until HubSpot has evaluated it, nobody's membership is known, and no one would compare again.
  if (settings.segment !== null && (await world.segment(settings.segment.id)).kind === 'processing') throw stillProcessing();
  const { contacts, next } = await contactWorkflows(world, after);
  const memberships = await membershipsOf(world, settings, contacts.map((c) => c.id), statusCall);
  const stale = contacts.filter(({ id, status }) => statusIsStale(status, memberships.of(id)));
  await tellAll(world, stale.map(({ id }) => ({ id, news: { signal: 'look' } })));
  return { checked: contacts.length, told: stale.length, after: next };
}

/** Of one page of the contacts that have a workflow and may sync now: how many could not if the candidate were chosen. */
export async function leaversPage(world: World, { candidate, after }: { candidate: string; after: string | null }): Promise<{ leave: number; after: string | null }> {
  const settings = await settingsIfReady(world, call.lane);
  const { contacts, next } = await contactWorkflows(world, after);
  const ids = contacts.map((c) => c.id);
  const now = await membershipsOf(world, settings, ids, call);
  const then = await membershipsOf(world, await asIfChosen(world, candidate).settings(), ids, call);
  return { leave: ids.filter((id) => gate(now.of(id)).kind === 'open' && gate(then.of(id)).kind !== 'open').length, after: next };
}
