import * as wf from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';
import type { SalesforcePosition } from '../../activities/changes/poll-salesforce.ts';
import { sentenceOf } from '../failure.ts';
import { readWorkflowId, taskQueues } from '../ids.ts';
import { readStart } from '../input.ts';
import * as m from '../messages.ts';
import { feedActivities } from './activities.ts';
import { allAlike, aloneNow, compareLater, freshEventsFirst, handleFeed, inPages, isBurst, laterDue, mostAlone, newFeed, noteEvents, pageSize, postpone, taking, type Feed } from './feed.ts';
import { runIsLong, singlesToTheEnd, untilLong } from './run.ts';

interface State extends Feed<m.SalesforceEvent, SalesforcePosition> {
  stream: { status: 'on' | 'off' | 'unavailable'; why: string | null; againAt: number };
  replay: m.FeedAnswer['replay'];
  /** Up to when Salesforce's log of deletions was read (ISO). */
  deletionsReadTo: string;
}

const input = lazily(() => z.strictObject({ carried: z.custom<State>().optional() }));
const streamAgainMs = 3_600_000;
const newStream: State['stream'] = { status: 'on', why: null, againAt: 0 };

/** Polls read all that events tell, deleted records too. */
const isPolled = () => true;

/** A person's edit is none of an import by somebody else, nor of a load of other fields. */
const alikeIn = ({ object, kind, by = '', fields = '' }: m.SalesforceEvent): string => `${object} ${kind} ${by} ${fields}`;

/**
 * What changes in Salesforce, for as long as the connection lives: change events as they come, and a poll as the net under them, or as
 * the only way where the org sends none. Says "look" to the contacts; whoever has none may be created in HubSpot (S4).
 */
export async function salesforceChanges(...given: [z.input<ReturnType<typeof input>>?]): Promise<void> {
  const { connection } = readWorkflowId('changes', 'salesforce');
  const { carried } = readStart(input, given);
  const s: State = {
    ...newFeed<m.SalesforceEvent, SalesforcePosition>(), stream: { ...newStream }, replay: { Lead: null, Contact: null }, deletionsReadTo: new Date(Date.now()).toISOString(), ...carried,
  };
  const activities = feedActivities(taskQueues(connection));
  const toTheEnd = wf.patched(singlesToTheEnd);
  const { note, show, last } = handleFeed(s, () => answer(s));
  note(m.salesforceEvents, m.salesforceEventsInput, ({ events, replay, gap }) => {
    noteEvents(s, events, isPolled, toTheEnd ? alikeIn : null);
    s.replay = { Lead: replay.Lead ?? s.replay.Lead, Contact: replay.Contact ?? s.replay.Contact };
    if (gap) s.pollDueAt = 0;
  }, 'From the subscription to change events: ids and kinds of what happened, and how far it was read.');
  last();
  show();

  const likeness = toTheEnd ? alikeIn : allAlike;
  const freshFirst = wf.patched(freshEventsFirst);
  const alone = () => aloneNow(s, isPolled, freshFirst, likeness);
  const paged = () => (toTheEnd ? inPages(s, isPolled, alone(), likeness) : isBurst(s, isPolled) ? s.inbox : []);
  const count = ({ told, created, skipped }: { told: number; created: number; skipped: Record<string, number> }): void => {
    s.counts.told += told;
    s.counts.created += created;
    for (const [reason, n] of Object.entries(skipped)) s.counts.skipped[reason] = (s.counts.skipped[reason] ?? 0) + n;
  };
  const deliver = () => taking(s, s.inbox.filter(alone()).slice(0, mostAlone), async (events) => {
    const done = await activities.deliverSalesforce({ events });
    count(done);
    postpone(s, done.later);
  });
  const compare = () => taking(s, paged().slice(0, pageSize), async (events) => {
    const done = await activities.compareSalesforce({ events });
    count(done);
    postpone(s, done.later);
  });
  const poll = async () => {
    const done = await activities.pollSalesforce({ startedAt: s.startedAt, position: rewound(s), more: s.more && s.lostSince === null });
    const { position, more, read, later, feeds } = done;
    Object.assign(s, { position, more, feeds, lostSince: null, lastPollAt: new Date(Date.now()).toISOString() });
    s.counts.read += read;
    count(done);
    postpone(s, later);
    if (s.stream.status === 'off' && feeds.changeDataCapture) s.stream = { ...newStream };
    if (s.stream.status === 'on' && !feeds.changeDataCapture) hangUp();
    s.pollDueAt = more ? 0 : Date.now() + (s.stream.status === 'on' ? feeds.salesforcePollSeconds : feeds.salesforcePollAloneSeconds) * 1000;
  };
  const reconcile = async () => {
    const { covered, told } = await activities.reconcileSalesforce({ since: s.deletionsReadTo });
    s.counts.told += told;
    s.deletionsReadTo = covered;
    s.reconcileDueAt = Date.now() + s.feeds.reconcileHours * 3_600_000;
  };
  let hangUp = (): void => undefined;
  /** One activity holds the subscription, on whichever worker runs it; a run that ends gives it to the next. */
  const listen = async () => {
    const scope = new wf.CancellationScope();
    hangUp = () => scope.cancel();
    const listening = scope.run(() => activities.subscribeChanges({}));
    void wf.condition(() => runIsLong() || s.paused).then(hangUp).catch(() => undefined);
    try {
      await listening;
      s.stream = { status: 'off', why: 'switched off in the settings; changes are noticed by polling', againAt: 0 };
    } catch (error) {
      if (wf.isCancellation(error)) return;
      const cause = error instanceof wf.ActivityFailure ? error.cause : error;
      if (cause instanceof wf.ApplicationFailure && cause.type === 'ReplayTooOld') s.replay = { Lead: null, Contact: null };
      else s.stream = { status: 'unavailable', why: sentenceOf(error), againAt: Date.now() + streamAgainMs };
    }
    s.pollDueAt = 0;
  };
  if (s.reconcileDueAt === 0) s.reconcileDueAt = Date.now() + s.feeds.reconcileHours * 3_600_000;
  await untilLong(s, show, { due: () => s.inbox.some(alone()), work: deliver }, [
    { due: () => paged().length > 0, work: compare },
    { due: () => s.pollDueAt, work: poll },
    { due: () => s.reconcileDueAt, work: reconcile },
    { due: () => laterDue(s), work: () => compareLater(s, activities.compareLater) },
    { due: () => (s.stream.status === 'off' ? false : s.stream.againAt), work: listen },
  ], toTheEnd);
  await wf.condition(wf.allHandlersFinished);
  await wf.continueAsNew<typeof salesforceChanges>({ carried: s });
}

/** Where the next poll begins: earlier, where events were lost. */
function rewound({ position, lostSince }: State): SalesforcePosition | null {
  if (position === null || lostSince === null) return position;
  const back = (at: { stamp: string; id: string }) => (Date.parse(lostSince) < Date.parse(at.stamp) ? { stamp: new Date(Date.parse(lostSince)).toISOString(), id: '' } : at);
  return { Lead: back(position.Lead), Contact: back(position.Contact) };
}

function answer(s: State): m.FeedAnswer {
  const { paused, lastEventAt, lastPollAt, counts, trouble, rejected, replay, position } = s;
  return {
    crm: 'salesforce', paused, events: s.stream.status, why: s.stream.why, lastEventAt, lastPollAt, nextPollAt: new Date(s.pollDueAt).toISOString(),
    readUpTo: position === null ? null : [position.Lead.stamp, position.Contact.stamp].sort()[0] ?? null,
    waiting: s.inbox.length, later: s.later.length, replay, counts, trouble, rejected,
  };
}
