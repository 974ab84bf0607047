import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aloneNow, inPages, mostAlone, newFeed, noteEvents, type Feed } from '../../workflows/changes/feed.ts';

interface Event { id: string; kind: string; at: string }
const feed = (): Feed<Event, unknown> => newFeed<Event, unknown>();
const events = (from: number, count: number, kind = 'change'): Event[] => Array.from({ length: count }, (_, n) => ({ id: String(from + n), kind, at: '2026-01-05T10:00:00.000Z' }));
const told = (s: Feed<Event, unknown>, freshFirst = true): string[] => s.inbox.filter(aloneNow(s, ({ kind }) => kind === 'change', freshFirst)).map(({ id }) => id);

test('a few events are told alone, a mass goes in pages, and what comes after it with few others is told alone all the same', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-01-05T10:00:00Z') });
  const s = feed();
  noteEvents(s, events(1, mostAlone), () => true, null);
  assert.equal(told(s).length, mostAlone);
  noteEvents(s, events(100, 100), () => true, null);
  assert.deepEqual(told(s), [], 'a mass');
  noteEvents(s, events(500, 1, 'deletion'), () => true, null);
  assert.deepEqual(told(s), ['500'], 'what pages do not compare');
  t.mock.timers.tick(2_100);
  noteEvents(s, events(600, 2), () => true, null);
  assert.deepEqual(told(s), ['500', '600', '601']);
  assert.deepEqual(told(s, false), ['500'], 'runs of older versions');
  noteEvents(s, events(700, 100), () => true, null);
  assert.deepEqual(told(s), ['500'], 'another mass');
});

test('where too many of a mass wait the rest is left to the poll, but not an edit that few are like', () => {
  const s = feed();
  const change = ({ kind }: Event) => kind !== 'deletion';
  const kindOf = ({ kind }: Event) => kind;
  noteEvents(s, events(1, 5_000), change, kindOf);
  noteEvents(s, events(6_000, 1), change, kindOf);
  noteEvents(s, events(7_000, 1, 'edit'), change, kindOf);
  noteEvents(s, events(8_000, 1, 'deletion'), change, kindOf);
  assert.deepEqual(s.inbox.slice(5_000).map(({ id }) => id), ['7000', '8000']);
  assert.equal(s.lostSince, '2026-01-05T10:00:00.000Z');
  noteEvents(s, events(9_000, 1, 'edit'), change, null);
  assert.equal(s.inbox.length, 5_002, 'runs of older versions');
  for (let n = 0; n < 100; n++) noteEvents(s, events(10_000 + n * mostAlone, mostAlone, `edit ${n}`), change, kindOf);
  assert.equal(s.inbox.length, 6_000, 'the state stays small');
});

test('an edit among a mass that is still coming is told alone where few others are like it', () => {
  const s = feed();
  noteEvents(s, events(1, 100), () => true, null);
  noteEvents(s, events(500, mostAlone, 'edit'), () => true, null);
  const isOfMass = ({ kind }: Event) => kind !== 'deletion';
  const alone = () => s.inbox.filter(aloneNow(s, isOfMass, true, ({ kind }) => kind)).map(({ id }) => id);
  assert.deepEqual(alone(), events(500, mostAlone).map(({ id }) => id));
  assert.deepEqual(s.inbox.filter(aloneNow(s, isOfMass, true)), [], 'runs of older versions');
  noteEvents(s, events(600, 1, 'edit'), () => true, null);
  assert.deepEqual(alone(), [], 'that is a mass too');
});

test('in pages go first those that the fewest others are like, and none that are told alone', () => {
  const s = feed();
  const couldBeOfMass = ({ kind }: Event) => kind !== 'deletion';
  const kindOf = ({ kind }: Event) => kind;
  const pages = () => inPages(s, couldBeOfMass, aloneNow(s, couldBeOfMass, true, kindOf), kindOf).map(({ id }) => id);
  noteEvents(s, events(1, mostAlone), () => true, null);
  assert.deepEqual(pages(), [], 'no burst');
  noteEvents(s, events(1, 100), () => true, null);
  noteEvents(s, events(500, 1, 'deletion'), () => true, null);
  noteEvents(s, events(600, 1, 'single edit'), () => true, null);
  noteEvents(s, events(700, 30, 'edit'), () => true, null);
  assert.deepEqual(pages(), [...events(700, 30), ...events(1, 100)].map(({ id }) => id));
});
