import * as wf from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';
import type { JoinPosition } from '../../activities/changes/joiners.ts';
import type { ChangePosition } from '../../activities/hubspot/types.ts';
import { readWorkflowId, taskQueues } from '../ids.ts';
import { readStart } from '../input.ts';
import * as m from '../messages.ts';
import { feedActivities } from './activities.ts';
import { allAlike, aloneNow, compareLater, freshEventsFirst, handleFeed, inPages, isBurst, laterDue, mostAlone, newFeed, noteEvents, pageSize, postpone, taking, type Feed } from './feed.ts';
import { singlesToTheEnd, untilLong } from './run.ts';

interface State extends Feed<m.HubSpotEvent, ChangePosition> {
  joining: JoinPosition | null;
  joinersDueAt: number;
  /** Somebody left the segment: the statuses are to be compared, not before `notBefore` (epoch ms). */
  sweep: { wanted: boolean; notBefore: number };
  sweptAt: number;
  /** HubSpot's token in the list of archived contacts. */
  archivedAfter: string | null;
}

const input = lazily(() => z.strictObject({ carried: z.custom<State>().optional() }));

/** How often a segment that HubSpot still processes is looked at. */
const processingMs = 2_000;
/** Comparisons of the statuses may spend 5 % of HubSpot's day (625,000 calls): so long a call has to last. */
const msPerCall = 86_400_000 / (0.05 * 625_000);

/** Events that the search shows too; deletes, merges and privacy deletions come by webhook and reconciliation alone. */
const isChange = ({ kind }: m.HubSpotEvent): boolean => kind === 'change' || kind === 'creation';

/** A person's edit of one property is none of an import of others, nor of somebody else's. */
const alikeIn = ({ kind, by = '', property = '' }: m.HubSpotEvent): string => `${kind} ${by} ${property}`;

/**
 * What changes in HubSpot, for as long as the connection lives: webhooks as they come, a poll as the net under them, and who joins the
 * segment. Says "look" to the contacts, never what to write.
 */
export async function hubspotChanges(...given: [z.input<ReturnType<typeof input>>?]): Promise<void> {
  const { connection } = readWorkflowId('changes', 'hubspot');
  const { carried } = readStart(input, given);
  const s: State = { ...newFeed<m.HubSpotEvent, ChangePosition>(), joining: null, joinersDueAt: 0, sweep: { wanted: false, notBefore: 0 }, sweptAt: 0, archivedAfter: null, ...carried };
  const activities = feedActivities(taskQueues(connection));
  const { note, show, last } = handleFeed(s, () => answer(s));
  const keptFor = wf.patched('single edits are kept however many of a mass wait') ? alikeIn : null;
  note(m.hubspotEvents, m.hubspotEventsInput, ({ events }) => noteEvents(s, events, isChange, keptFor), 'From a webhook receiver: ids and kinds of what happened, e.g. {"events": [{"id": "51", "kind": "change", "at": "2026-01-05T10:00:00Z"}]}.');
  last();
  show();

  const freshFirst = wf.patched(freshEventsFirst);
  const likeness = wf.patched('of a mass are only events that are alike') ? alikeIn : allAlike;
  const alone = () => aloneNow(s, isChange, freshFirst, likeness);
  const toTheEnd = wf.patched(singlesToTheEnd);
  const paged = () => (toTheEnd ? inPages(s, isChange, alone(), likeness) : isBurst(s, isChange) ? s.inbox.filter(isChange) : []);
  const deliver = () => taking(s, s.inbox.filter(alone()).slice(0, mostAlone), async (events) => {
    s.counts.told += (await activities.deliverHubSpot({ events })).told;
  });
  const compare = () => taking(s, paged().slice(0, pageSize), async (events) => {
    const { told, later } = await activities.compareHubSpot({ ids: [...new Set(events.map(({ id }) => id))] as typeof s.later });
    s.counts.told += told;
    postpone(s, later);
  });
  const poll = async () => {
    const { position, more, read, told, later, feeds } = await activities.pollHubSpot({ startedAt: s.startedAt, position: rewound(s), more: s.more && s.lostSince === null });
    Object.assign(s, { position, more, feeds, lostSince: null, lastPollAt: new Date(Date.now()).toISOString() });
    s.counts.read += read;
    s.counts.told += told;
    postpone(s, later);
    s.pollDueAt = more ? 0 : Date.now() + feeds.hubspotPollSeconds * 1000;
  };
  const join = async () => {
    const { position, joined, told, later, left, sweepCalls, more, feeds } = await activities.readJoiners({ position: s.joining });
    Object.assign(s, { joining: position, feeds });
    s.counts.joined += joined;
    s.counts.told += told;
    postpone(s, later);
    if (left) s.sweep = { wanted: true, notBefore: Math.max(s.sweep.notBefore, s.sweptAt + sweepCalls * msPerCall) };
    // Whoever joins between the end of the first processing and the read that notices it is no joiner: that is kept short.
    const pauseMs = position?.processing === true && position.since === null ? Math.min(processingMs, feeds.joinersSeconds * 1000) : feeds.joinersSeconds * 1000;
    s.joinersDueAt = more ? 0 : Date.now() + pauseMs;
  };
  const sweep = async () => {
    s.sweep.wanted = false;
    s.sweptAt = Date.now();
    try {
      await activities.startRelabel();
    } catch (error) {
      s.sweep.wanted ||= toTheEnd;
      throw error;
    }
  };
  const reconcile = async () => {
    const { after, told } = await activities.reconcileHubSpot({ after: s.archivedAfter });
    s.counts.told += told;
    s.archivedAfter = after;
    // Once around: whoever left the segment unnoticed is found by a comparison of the statuses.
    if (after === null) s.sweep.wanted = true;
    s.reconcileDueAt = after === null ? Date.now() + s.feeds.reconcileHours * 3_600_000 : 0;
  };
  // A feed that starts has nothing to reconcile yet.
  if (s.reconcileDueAt === 0 && s.position === null) s.reconcileDueAt = Date.now() + s.feeds.reconcileHours * 3_600_000;
  await untilLong(s, show, { due: () => s.inbox.some(alone()), work: deliver }, [
    { due: () => paged().length > 0, work: compare },
    { due: () => s.pollDueAt, work: poll },
    { due: () => s.joinersDueAt, work: join },
    { due: () => s.reconcileDueAt, work: reconcile },
    { due: () => (s.sweep.wanted ? s.sweep.notBefore : false), work: sweep },
    { due: () => laterDue(s), work: () => compareLater(s, activities.compareLater) },
  ], toTheEnd);
  await wf.condition(wf.allHandlersFinished);
  await wf.continueAsNew<typeof hubspotChanges>({ carried: s });
}

/** Where the next poll begins: earlier, where events were lost. */
function rewound({ position, lostSince }: State): ChangePosition | null {
  if (position === null || lostSince === null || Date.parse(lostSince) >= Date.parse(position.time)) return position;
  return { time: new Date(Date.parse(lostSince)).toISOString(), afterId: null };
}

function answer(s: State): m.FeedAnswer {
  const { paused, lastEventAt, lastPollAt, counts, trouble, rejected } = s;
  const [events, why] = lastEventAt === null ? ['none-yet', 'no webhook has come yet; changes are noticed by polling'] as const : ['on', null] as const;
  return {
    crm: 'hubspot', paused, events, why, lastEventAt, lastPollAt, nextPollAt: new Date(s.pollDueAt).toISOString(), readUpTo: s.position?.time ?? null,
    waiting: s.inbox.length, later: s.later.length, replay: { Lead: null, Contact: null }, counts, trouble, rejected,
  };
}
