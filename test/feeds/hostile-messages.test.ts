import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

/** What is sent, and what the sentence must say. */
type Row = [input: unknown, says: RegExp];

const at = '2026-01-05T10:00:00Z';
const long = 'x'.repeat(300);
const never: Row[] = [[[], /expected object, received array/], ['text', /expected object, received string/]];
const nonsense: Row = [{ nonsense: 1 }, /"nonsense"/];
const link = { type: 'Lead', id: '00Q000000000001AAA', rung: 'link' };
const changeSettings: Row[] = [
  [{ createInHubSpot: 'always' }, /^createInHubSpot: .*"never"\|"on-create"\|"on-create-or-update"/], [{ createInHubSpot: null }, /^createInHubSpot: /], [{ contactForAccountDomain: 'yes' }, /^contactForAccountDomain: .*boolean/],
  [{ deletes: 'delete' }, /^deletes: /], [{ deletes: { inHubSpot: 'always' } }, /^deletes\.inHubSpot: /], [{ deletes: { graceHours: -1 } }, /^deletes\.graceHours: /], [{ deletes: { graceHours: 721 } }, /^deletes\.graceHours: /], [{ deletes: { inSpace: 'delete' } }, /inSpace/],
  [{ feeds: { joinersSeconds: 0 } }, /^feeds\.joinersSeconds: /], [{ feeds: { reconcileHours: 25 } }, /^feeds\.reconcileHours: /], [{ feeds: { changeDataCapture: 1 } }, /^feeds\.changeDataCapture: .*boolean/], [{ feeds: [] }, /^feeds: /],
];
const contactSignals: [name: string, rows: Row[]][] = [
  ['inherit', [
    ...never, [{ from: '51', link, base: {}, nonsense: 1 }, /"nonsense"/], [{ from: 'abc', link, base: {} }, /^from: /], [{ from: '51', link: null, base: {} }, /^link: /], [{ from: '51', link: { ...link, type: 'Account' }, base: {} }, /^link\.type: /],
    [{ from: '51', link: { ...link, id: '00Q' }, base: {} }, /^link\.id: /], [{ from: '51', link: { ...link, rung: 'guess' }, base: {} }, /^link\.rung: /], [{ from: '51', link, base: { email: 5 } }, /^base\.email: /],
  ]],
  ['keep', [...never, nonsense, [{ by: 'me' }, /"by"/]]],
  ['changed', [[{ source: 'hubspot', kind: long }, /^kind: /], [{ source: 'feed', kind: 'change' }, /^source: /]]],
];
const updates: [name: string, rows: Row[]][] = [
  ['resolve', [...never, [{ salesforceId: 'new', nonsense: 1 }, /"nonsense"/], [null, /^salesforceId: /], [{ salesforceId: 'old' }, /^salesforceId: expected the id of a Lead or Contact \(18 characters\), "new" or "ignore"/], [{ salesforceId: '001000000000001AAA' }, /^salesforceId: /], [{ salesforceId: '00Q000000000001' }, /^salesforceId: /], [{ salesforceId: 'new', by: 5 }, /^by: /]]],
  ['forget', [...never, nonsense, [{ by: long }, /^by: .*200/]]],
];
const event = { id: '51', kind: 'change', at };
const record = { id: '00Q000000000001AAA', object: 'Lead', kind: 'update', at };
const feeds: ['hubspot' | 'salesforce', Row[]][] = [
  ['hubspot', [
    ...never, [{ events: [], nonsense: 1 }, /"nonsense"/], [{ events: null }, /^events: /], [{ events: [{ ...event, id: 51 }] }, /^events\.0\.id: /], [{ events: [{ ...event, id: '5;1' }] }, /^events\.0\.id: expected a HubSpot contact id/], [{ events: [{ ...event, kind: 'rename' }] }, /^events\.0\.kind: /],
    [{ events: [{ ...event, at: 'now' }] }, /^events\.0\.at: /], [{ events: [{ ...event, value: 'secret' }] }, /"value"/], [{ events: [{ ...event, kind: 'merge', merged: ['x'] }] }, /^events\.0\.merged\.0: /], [{ events: Array.from({ length: 101 }, () => event) }, /^events: .*100/],
  ]],
  ['salesforce', [
    ...never, [{ events: [], replay: {}, nonsense: 1 }, /"nonsense"/], [{ events: [record] }, /^replay: /], [{ events: [{ ...record, object: 'Account' }], replay: {} }, /^events\.0\.object: /], [{ events: [{ ...record, id: '00Q' }], replay: {} }, /^events\.0\.id: /],
    [{ events: [], replay: { Lead: 'x' } }, /^replay\.Lead: /], [{ events: [], replay: {}, gap: 'yes' }, /^gap: /],
  ]],
];

const saying = (says: RegExp) => (error: Error): boolean => says.test(error.cause instanceof Error ? error.cause.message : error.message);

describe('hostile input is answered with a sentence and changes nothing', { concurrency: false }, () => {
  const scene = useScene(sluice, 'hostile');
  let id: string;
  const rejections = async <T extends { rejected: { signal: string; fault: string }[] }>(answer: T) => ({ rejected: answer.rejected, rest: { ...answer, rejected: null } });

  test('signals of a contact: inherit, keep, changed, and adopt with a bypass', async () => {
    const s = scene();
    ({ id } = await s.pair({ email: 'ada@firm.example' }));
    await s.quiet(id);
    const { rest } = await rejections(await s.state(id));
    const adopt: Row[] = [
      [{ hubspotId: id, salesforce: { type: 'Lead', id: '00Q' }, bypass: 'on-create' }, /^salesforce\.id: expected a Salesforce id of 18 characters/], [{ hubspotId: id, salesforce: { type: 'Account', id: link.id }, bypass: 'on-create' }, /^salesforce\.type: /],
      [{ hubspotId: id, salesforce: { type: 'Lead', id: link.id }, bypass: 'always' }, /^bypass: /], [{ hubspotId: '99999', salesforce: { type: 'Lead', id: link.id }, bypass: 'on-create' }, /^hubspotId: this is contact/], [{ hubspotId: id, bypass: 'on-create', more: 1 }, /^salesforce: /],
    ];
    for (const [name, rows] of [...contactSignals, ['adopt', adopt] as const]) {
      for (const [input, says] of rows) {
        await s.handle(id).signal(name, input);
        const now = await rejections(await s.state(id));
        assert.equal(now.rejected[0]?.signal, name);
        assert.match(now.rejected[0]?.fault ?? '', says);
        assert.deepEqual(now.rest, rest, JSON.stringify(input));
      }
    }
    // Understood, but about nothing that is there.
    await s.handle(id).signal(m.keep);
    await s.signal(id, m.adopt, { hubspotId: id, salesforce: { type: 'Lead', id: link.id }, bypass: 'on-create' });
    await s.quiet(id);
    assert.deepEqual((await rejections(await s.state(id))).rest, rest);
  });

  test('updates of a contact: resolve and forget', async () => {
    const s = scene();
    const before = await s.state(id);
    for (const [name, rows] of updates) {
      for (const [input, says] of rows) {
        await assert.rejects(s.handle(id).executeUpdate(name, { args: [input] }), saying(says), `${name} ${JSON.stringify(input)}`);
      }
    }
    assert.deepEqual(await s.state(id), before);
  });

  test('a record named in resolve that is not there is a sentence, and the link stays', async () => {
    const s = scene();
    const { salesforce } = await s.state(id);
    const { status, reason, salesforce: after } = await s.handle(id).executeUpdate(m.resolve, { args: [{ salesforceId: '00Q000000000009AAA' }] });
    assert.deepEqual([status, after], ['needs-review', salesforce]);
    assert.match(reason, /^It cannot be the record that was named: /);
    assert.equal((await s.sync(id)).status, 'in-sync');
  });

  test('changeSettings: createInHubSpot, contactForAccountDomain, deletes and feeds', async () => {
    const s = scene();
    const before = await s.main.query(m.settings);
    for (const [input, says] of changeSettings) {
      await assert.rejects(s.main.executeUpdate('changeSettings', { args: [input] }), saying(says), JSON.stringify(input));
    }
    assert.deepEqual(await s.main.query(m.settings), before);
  });

  for (const [crm, rows] of feeds) {
    test(`events told to the ${crm} feed`, async () => {
      const s = scene();
      await s.quiet();
      const { counts, waiting } = await s.feed(crm);
      for (const [input, says] of rows) {
        await s.client.workflow.getHandle(`changes/${s.connection}/${crm}`).signal('events', input);
        const { rejected: [last] } = await s.feed(crm);
        assert.equal(last?.signal, 'events');
        assert.match(last?.fault ?? '', says);
      }
      const after = await s.feed(crm);
      assert.deepEqual([after.counts.events, after.waiting], [counts.events, waiting]);
    });
  }

  test('events about contacts and records that are not there lead to nothing', async () => {
    const s = scene();
    await s.writesNothing(async () => {
      await s.heard('hubspot', () => s.client.workflow.getHandle(`changes/${s.connection}/hubspot`).signal(m.hubspotEvents, { events: [{ ...event, id: '888888', kind: 'deletion' }, { ...event, id: '888889', kind: 'merge', merged: ['888890'] }] }), 2);
      await s.heard('salesforce', () => s.client.workflow.getHandle(`changes/${s.connection}/salesforce`).signal(m.salesforceEvents, { events: [{ ...record, object: 'Lead', kind: 'create' }], replay: {} }));
    }, id);
    assert.equal(await s.state('888888').catch(() => null), null);
  });
});
