import * as wf from '@temporalio/workflow';
import type { HubSpotContactId } from '../../sync/records.ts';
import { newSettings, type Feeds } from '../../sync/settings.ts';
import { answering } from '../answering.ts';
import * as m from '../messages.ts';
import { noting, rejectOtherSignals } from '../noting.ts';

/** What both feeds carry from run to run, as plain JSON. */
export interface Feed<Event, Position> {
  paused: boolean;
  /** ISO: a change from before starts no first sync (R22). */
  startedAt: string;
  /** Events that are not handed on yet; each (id, kind) once; with when they came (epoch ms). */
  inbox: (Event & { noted?: number })[];
  /** Contacts that wait for a page job to end before they are compared. */
  later: HubSpotContactId[];
  position: Position | null;
  more: boolean;
  /** Epoch ms. */
  pollDueAt: number;
  reconcileDueAt: number;
  laterDueAt: number;
  /** Events were lost from here on (ISO): the next poll begins there. */
  lostSince: string | null;
  /** As they were at the last read. */
  feeds: Feeds;
  lastEventAt: string | null;
  lastPollAt: string | null;
  counts: m.FeedAnswer['counts'];
  trouble: m.FeedAnswer['trouble'];
  rejected: m.FeedAnswer['rejected'];
}

/** A feed that starts now. */
export const newFeed = <Event, Position>(): Feed<Event, Position> => ({
  paused: false, startedAt: new Date(Date.now()).toISOString(), inbox: [], later: [], position: null, more: false, pollDueAt: 0, reconcileDueAt: 0, laterDueAt: 0, lostSince: null, feeds: newSettings('').feeds, lastEventAt: null, lastPollAt: null,
  counts: { events: 0, read: 0, told: 0, joined: 0, created: 0, skipped: {} }, trouble: null, rejected: [],
});

/** Above so many the events that a poll would find too are left to it: the state stays small. */
const mostWaiting = 5_000;
/** So many more of those that few others are like: a single edit does not wait for the poll that reads a mass. */
const mostSingles = 1_000;
/** So many waiting events are told one by one; more go in pages. */
export const mostAlone = 20;
/** What came so lately, and with few others, does not wait for the pages of a mass that came before. */
const freshMs = 2_000;
export const pageSize = 100;
/** For `patched`. */
export const freshEventsFirst = 'fresh events do not wait for a mass';
const laterEveryMs = 15_000;

/** Sets the handlers that both feeds have; answers how to note further signals, and how to show the state. */
export function handleFeed<Event, Position>(s: Feed<Event, Position>, answer: () => m.FeedAnswer) {
  const show = () => wf.setCurrentDetails(details(answer()));
  const note = noting(s.rejected, show);
  note(m.pause, m.emptyInput, () => { s.paused = true; }, 'Stop noticing changes; events are kept. Takes {}.');
  note(m.resume, m.emptyInput, () => { s.paused = false; s.pollDueAt = 0; }, 'Go on, beginning with a poll. Takes {}.');
  note(m.check, m.emptyInput, () => { s.pollDueAt = 0; s.reconcileDueAt = 0; }, 'Read now what changed, without waiting for the next poll. Takes {}.');
  answering(m.feed, answer, 'What was noticed, how far it was read, and what waits. Takes nothing.');
  return { note, show, last: () => rejectOtherSignals(s.rejected, show) };
}

/**
 * Notes events, each (id, kind) once; where too many wait, those that a poll finds too are left to it: of them only what many others are
 * like, or with `likeness` null all.
 */
export function noteEvents<Event extends { id: string; kind: string; at: string }>(s: Feed<Event, unknown>, events: readonly Event[], polledToo: (event: Event) => boolean, likeness: ((event: Event) => string) | null): void {
  s.counts.events += events.length;
  if (events.length > 0) s.lastEventAt = new Date(Date.now()).toISOString();
  const waiting = new Set(s.inbox.map(({ id, kind }) => `${id} ${kind}`));
  const isOfMass = likeness === null || s.inbox.length + events.length <= mostWaiting ? polledToo : massIn(s, polledToo, likeness);
  const isLeft = (event: Event): boolean => (s.inbox.length >= mostWaiting + mostSingles ? polledToo(event) : s.inbox.length >= mostWaiting && isOfMass(event));
  for (const event of events) {
    const key = `${event.id} ${event.kind}`;
    if (waiting.has(key)) continue;
    if (isLeft(event)) {
      if (s.lostSince === null || event.at < s.lostSince) s.lostSince = event.at;
      continue;
    }
    waiting.add(key);
    s.inbox.push({ ...event, noted: Date.now() });
  }
}

/** Whether so many events wait that they go in pages. */
export const isBurst = <Event>({ inbox }: Feed<Event, unknown>, isOfMass: (event: Event) => boolean): boolean => inbox.filter(isOfMass).length > mostAlone;

/** Which events are like many that wait. */
function massIn<Event>({ inbox }: Feed<Event, unknown>, couldBeOfMass: (event: Event) => boolean, likeness: (event: Event) => string): (event: Event) => boolean {
  const alike = Map.groupBy(inbox.filter(couldBeOfMass), likeness);
  return (event) => couldBeOfMass(event) && (alike.get(likeness(event))?.length ?? 0) > mostAlone;
}

/** What goes in pages: of a burst all that is not told by itself, those first that the fewest others are like, since nobody's few wait for somebody's thousands. */
export function inPages<Event>(feed: Feed<Event, unknown>, couldBeOfMass: (event: Event) => boolean, isAlone: (event: Event) => boolean, likeness: (event: Event) => string): Event[] {
  if (!isBurst(feed, couldBeOfMass)) return [];
  const paged = feed.inbox.filter((event) => couldBeOfMass(event) && !isAlone(event));
  return [...Map.groupBy(paged, likeness).values()].sort((a, b) => a.length - b.length).flat();
}

/** How feeds take events that say nothing of who made them. */
export const allAlike = (): string => '';

/**
 * Whether an event is told by itself now: nothing but a burst goes in pages, and of it only what is not fresh, and what many others are like. Asked at every
 * signal: the inbox is counted once for all of it.
 */
export function aloneNow<Event>(feed: Feed<Event, unknown>, couldBeOfMass: (event: Event) => boolean, freshFirst: boolean, likeness: (event: Event) => string = allAlike): (event: Event & { noted?: number }) => boolean {
  if (!isBurst(feed, couldBeOfMass)) return () => true;
  const isOfMass = massIn(feed, couldBeOfMass, likeness);
  const since = Date.now() - freshMs;
  const isFresh = ({ noted = 0 }: { noted?: number }): boolean => noted > since;
  const few = freshFirst && feed.inbox.filter((event) => isOfMass(event) && isFresh(event)).length <= mostAlone;
  return (event) => !isOfMass(event) || (few && isFresh(event));
}

/** Takes these events out of the inbox and hands them on; puts them back where they could not be. */
export async function taking<Event>(s: Feed<Event, unknown>, chosen: readonly (Event & { noted?: number })[], hand: (events: Event[]) => Promise<void>): Promise<void> {
  const taken = new Set(chosen);
  s.inbox = s.inbox.filter((event) => !taken.has(event));
  try {
    await hand([...taken].map((one) => {
      const { noted: _, ...event } = one;
      return event as Event;
    }));
  } catch (error) {
    s.inbox = [...taken, ...s.inbox];
    throw error;
  }
}

/** Adds contacts that must wait for a page job. */
export function postpone(s: Feed<unknown, unknown>, ids: readonly HubSpotContactId[]): void {
  if (ids.length === 0) return;
  s.later = [...new Set([...s.later, ...ids])];
  s.laterDueAt = Date.now() + laterEveryMs;
}

export const laterDue = (s: Feed<unknown, unknown>): number | false => (s.later.length === 0 ? false : s.laterDueAt);

/** Compares the postponed contacts, a page at a time, once no page job runs. */
export async function compareLater(s: Feed<unknown, unknown>, compare: (input: { ids: HubSpotContactId[] }) => Promise<{ told: number; later: HubSpotContactId[] }>): Promise<void> {
  const ids = s.later.splice(0, pageSize);
  try {
    const { told, later } = await compare({ ids });
    s.counts.told += told;
    postpone(s, later);
  } catch (error) {
    postpone(s, ids);
    throw error;
  }
}

function details(a: m.FeedAnswer): string {
  const rows: [string, string][] = [
    ['Events', a.why === null ? a.events : `${a.events}: ${a.why}`],
    ['Last event', a.lastEventAt ?? 'none yet'],
    ['Read up to', a.readUpTo ?? 'not read yet'],
    ['Last poll, next poll', `${a.lastPollAt ?? 'none yet'}, ${a.nextPollAt}`],
    ['Waiting to be handed on', String(a.waiting)],
    ['Waiting for a running import or resync', String(a.later)],
    ['Events, rows read, contacts told', `${a.counts.events}, ${a.counts.read}, ${a.counts.told}`],
    ...(a.crm === 'hubspot' ? [['Joined the segment', String(a.counts.joined)] as [string, string]] : [['Created in HubSpot', String(a.counts.created)] as [string, string]]),
  ];
  return [
    `## Changes in ${a.crm === 'hubspot' ? 'HubSpot' : 'Salesforce'}${a.paused ? ': paused' : ''}`, '', ...(a.trouble === null ? [] : [`**${a.trouble.what}** (${a.trouble.at})`, '']),
    '| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${value} |`), '', 'Signals: `check` (read now), `pause`, `resume`. Query: `feed`.',
    ...a.rejected.map((r) => `- Signal \`${r.signal}\` was not understood: ${r.fault}`),
  ].join('\n');
}
