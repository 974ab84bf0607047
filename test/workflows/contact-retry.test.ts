import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { settle } from '../../workflows/contact/inbox.ts';
import type { Verdict } from '../../workflows/contact/verdict.ts';
import { answer, newContact, type ContactState } from '../../workflows/contact/state.ts';
import * as m from '../../workflows/messages.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { linkedLead, told } from './fakes/contacts.ts';
import { openContacts, type OpenContacts } from './fakes/open-contacts.ts';

const temporal = await testTemporal();
const bundle = await testWorkflowBundle();

const error = { category: 'temporary', code: 'X', message: 'Salesforce is away.', remedy: 'Nothing.' } as const;
const again = (over: Partial<Extract<Verdict, { kind: 'again' }>> = {}): Verdict => ({ kind: 'again', error, policy: 'backoff', afterMs: null, ...over });
const inSync: Verdict = { kind: 'settled', phase: { status: 'in-sync', reason: 'Nothing differs.' } };

/** A contact on a clock that only the test moves, with all jitter in the middle. */
function onClock(t: TestContext): { s: ContactState; waits: () => number; forward: (ms: number) => void; seen: () => ReturnType<typeof answer> } {
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-01-05T10:00:00Z') });
  t.mock.method(Math, 'random', () => 0.5);
  const s = newContact(new Date().toISOString());
  return { s, waits: () => (s.alarm?.at ?? 0) - Date.now(), forward: (ms) => t.mock.timers.tick(ms), seen: () => answer(s, '51', Date.now()) };
}

describe('how long a failure is waited out', () => {
  test('a transient failure waits 1 s, 2 s, 5 s, then doubles up to 10 min, without end', (t) => {
    const { s, waits, forward } = onClock(t);
    const seconds = Array.from({ length: 13 }, () => {
      settle(s, again(), 'resync');
      const wait = waits();
      forward(wait);
      return wait / 1000;
    });
    assert.deepEqual(seconds, [1, 2, 5, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600]);
  });

  test('jitter stays within a fifth, and the server can only ask for more time', (t) => {
    const { s, waits } = onClock(t);
    for (const [random, least, most] of [[0, 800, 800], [0.999, 1_100, 1_200]] as const) {
      t.mock.method(Math, 'random', () => random);
      s.trouble = null;
      settle(s, again(), 'resync');
      assert.ok(waits() >= least && waits() <= most, `${waits()} ms`);
    }
    s.trouble = null;
    settle(s, again({ afterMs: 30_000 }), 'resync');
    assert.equal(waits(), 30_000);
    s.trouble = null;
    settle(s, again({ afterMs: 10 }), 'resync');
    assert.ok(waits() >= 1_000);
    settle(s, again({ policy: 'hourly' }), 'resync');
    assert.equal(waits(), 3_600_000);
  });

  test('it shows as an error only once it has lasted 10 minutes, with attempts and the next one', (t) => {
    const { s, forward, seen } = onClock(t);
    settle(s, inSync, 'resync');
    settle(s, again(), 'resync');
    forward(10 * 60_000 - 1);
    assert.deepEqual([seen().status, seen().error, seen().next?.startsWith('Tries again at ')], ['in-sync', null, true]);
    settle(s, again(), 'resync');
    assert.equal(seen().status, 'in-sync');
    forward(1);
    assert.deepEqual([seen().status, seen().reason, seen().error?.attempts, seen().error?.nextAttemptAt], ['error', 'Salesforce is away.', 2, new Date(s.alarm?.at ?? 0).toISOString()]);
    settle(s, inSync, 'resync');
    assert.deepEqual([seen().status, seen().error, seen().next, s.trouble, s.alarm], ['in-sync', null, null, null, null]);
  });

  test('a look leaves a sync that waits for its time, with its trouble, where it is', (t) => {
    const { s, waits, seen } = onClock(t);
    settle(s, again({ policy: 'hourly' }), 'resync');
    settle(s, inSync, null);
    assert.deepEqual([s.alarm?.what, s.alarm?.trigger, waits(), s.trouble?.attempts, seen().status], ['sync', 'resync', 3_600_000, 1, 'in-sync']);
    settle(s, again(), null);
    assert.deepEqual([s.alarm?.what, s.alarm?.trigger, s.trouble?.attempts], ['sync', 'resync', 2]);
    settle(s, { kind: 'held', phase: { status: 'paused', reason: 'The connection is paused.' } }, null);
    assert.deepEqual([s.alarm, s.inbox.sync], [null, { trigger: 'resync', count: 1, held: true }]);
  });

  test('whoever waits for room in the API shows it, is no error however long it takes, and does not come with all others at once', (t) => {
    const { s, waits, forward, seen } = onClock(t);
    settle(s, inSync, 'resync');
    const noRoom: Verdict = { kind: 'no-room', reason: 'Waits for the API to allow more calls.', afterMs: 600_000 };
    for (let look = 0; look < 10; look++) {
      settle(s, noRoom, 'resync');
      assert.deepEqual([waits(), s.alarm?.what, s.alarm?.trigger], [630_000, 'sync', 'resync']);
      forward(waits());
    }
    assert.deepEqual([seen().status, seen().reason, seen().error, seen().next?.startsWith('Looks again at ')], ['waiting', noRoom.reason, null, true]);
    settle(s, inSync, 'resync');
    settle(s, noRoom, null);
    assert.deepEqual([seen().status, s.alarm?.what], ['in-sync', 'look']);
  });

  test('a look that fails is made again as a look', (t) => {
    const { s } = onClock(t);
    settle(s, again(), null);
    assert.equal(s.alarm?.what, 'look');
    settle(s, inSync, null);
    assert.deepEqual([s.alarm, s.trouble], [null, null]);
  });

  test('a field that waits for the base of a page job is looked at again at the time given', (t) => {
    const { s, waits } = onClock(t);
    settle(s, again(), 'resync');
    settle(s, { kind: 'later', phase: { status: 'in-sync', reason: 'Nothing differs.' }, at: Date.now() + 15_000 }, 'resync');
    assert.deepEqual([waits(), s.alarm?.what, s.trouble], [15_000, 'sync', null]);
  });
});

describe('failures of a running contact', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(temporal, bundle, 'retry'); });
  after(() => s.stop());
  const fail = (retry: 'backoff' | 'on-change' | 'hold', message: string) => () => { throw told(retry, message); };

  test('a transient failure is tried again by itself, and success clears it', async () => {
    s.of('1').nextReads.push(fail('backoff', 'HubSpot is away.'), fail('backoff', 'HubSpot is still away.'));
    await s.signal('1', m.resync, {});
    await s.reads('1', 2);
    await until('it waits', async () => (await s.state('1')).next?.startsWith('Tries again at ') ?? false);
    assert.deepEqual([(await s.state('1')).status, (await s.state('1')).error], ['waiting', null]);
    await s.reads('1', 3);
    const state = await s.rest('1');
    assert.deepEqual([state.status, state.error, state.next, state.lastSync?.trigger], ['in-sync', null, null, 'resync']);
  });

  test('a trigger does not wait for the time of the next attempt', async () => {
    s.of('2').nextReads.push(...Array.from({ length: 3 }, () => fail('backoff', 'HubSpot is away.')));
    await s.signal('2', m.resync, {});
    await s.reads('2', 3);
    await s.signal('2', m.changed, { source: 'hubspot', kind: 'propertyChange' });
    await s.reads('2', 4);
    const state = await s.rest('2');
    assert.deepEqual([state.status, state.lastSync?.trigger, s.of('2').reads], ['in-sync', 'hubspot propertyChange', 4]);
  });

  test('a data error waits for a change, and a change wakes it', async () => {
    s.of('3').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    s.of('3').nextWrites.push(fail('on-change', 'jobtitle is too long.'));
    await s.signal('3', m.resync, {});
    await until('the error shows', async () => (await s.state('3')).status === 'error');
    const state = await s.state('3');
    assert.deepEqual([state.reason, state.error?.category, state.error?.nextAttemptAt, state.next, state.pending], ['jobtitle is too long.', 'property-value', null, 'Wait.', 0]);
    assert.equal((await s.runs('3')).flat().filter((e) => e.timerStartedEventAttributes).length, 0);
    await s.signal('3', m.changed, { source: 'hubspot', kind: 'propertyChange' });
    await until('the contact is in sync', async () => (await s.state('3')).status === 'in-sync');
    assert.deepEqual([s.of('3').writes.length, (await s.state('3')).error], [2, null]);
  });

  test('a refused field is an error for that field alone: the rest is in the base, and only it is tried again', async () => {
    s.of('4').values = { jobtitle: { salesforce: 'Title', h: 'Countess', s: null }, phone: { salesforce: 'Phone', h: '555-1', s: null } };
    s.of('4').nextWrites.push(() => ({
      kind: 'written', ref: linkedLead, created: false, confirmed: { hubspot: [], salesforce: ['Title'] },
      refused: [{ system: 'salesforce', field: 'Phone', category: 'property-value', code: 'STRING_TOO_LONG', message: 'too long', remedy: 'Shorten it.', retry: 'on-change' }],
    }));
    await s.signal('4', m.resync, {});
    await until('the error shows', async () => (await s.state('4')).status === 'error');
    const state = await s.state('4');
    assert.deepEqual([state.reason, state.error?.remedy, state.lastSync?.wrote.salesforce], ['Phone: too long', 'Shorten it.', ['Title']]);
    s.of('4').values.jobtitle = { salesforce: 'Title', h: 'Countess', s: 'Countess' };
    const next = await s.sync('4');
    assert.deepEqual([next.status, s.of('4').writes.at(-1)?.salesforce.fields], ['in-sync', { Phone: '555-1' }]);
  });

  test('a decision that has become stale is made again from a fresh read', async () => {
    s.of('5').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    s.of('5').nextWrites.push(() => {
      s.of('5').values.jobtitle = { salesforce: 'Title', h: null, s: 'Baroness' };
      return { kind: 'stale', why: 'The settings changed.' };
    });
    await s.signal('5', m.resync, {});
    await until('both writes were made', async () => s.of('5').writes.length === 2);
    assert.deepEqual([s.of('5').reads, s.of('5').writes.map((w) => w.hubspot.jobtitle)], [2, ['Countess', 'Baroness']]);
    assert.equal((await s.rest('5')).status, 'in-sync');
  });

  test('what is stale at every attempt is waited out like any transient failure', async () => {
    s.of('6').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    s.of('6').nextWrites.push(...Array.from({ length: 6 }, () => () => ({ kind: 'stale' as const, why: 'The settings changed.' })));
    await s.signal('6', m.resync, {});
    await s.reads('6', 7);
    assert.equal((await s.rest('6')).status, 'in-sync');
    assert.equal(s.of('6').writes.length, 7);
  });

  test('a sync that waits for its time survives a look', async () => {
    s.of('7').values.jobtitle = { salesforce: 'Title', h: null, s: 'Countess' };
    s.of('7').nextWrites.push(fail('backoff', 'Salesforce is away.'));
    await s.signal('7', m.resync, {});
    await until('the write failed', async () => s.of('7').writes.length === 1);
    await s.signal('7', m.look, {});
    await until('the contact was written', async () => s.of('7').writes.length === 2);
    await until('the contact is in sync', async () => (await s.state('7')).status === 'in-sync');
    assert.equal((await s.state('7')).lastSync?.trigger, 'resync');
  });
});
