import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check, type Verdict } from '../../bench/soak/check.ts';
import { planSoak } from '../../bench/soak/plan.ts';
import type { ContactStory, Edit, Story, Values, Write } from '../../bench/soak/story.ts';

const start = Date.UTC(2026, 0, 5, 10);
const at = (seconds: number) => start + seconds * 1000;
const lead = '00Q000000000001AAA';
const blank: Values = { jobtitle: null, phone: null, mobilephone: null, fax: null, city: null, address: null, zip: null, firstname: null };
const values = (some: Values): Values => ({ ...blank, ...some });
const edit = (seconds: number, side: Edit['side'], some: Values): Edit => ({ n: seconds, side, at: { sent: at(seconds), done: at(seconds) + 10 }, values: some });
const write = (seconds: number, side: Write['side'], some: Values, more: Partial<Write> = {}): Write => ({ side, kind: 'update', fields: Object.keys(some), at: at(seconds), id: side === 'hubspot' ? '51' : lead, claim: false, values: some, ...more });

/** A member that Title 1 was agreed on; a person sets Title 2 in HubSpot after 10 s, and it comes over. */
function story({ contact = {}, ...more }: Partial<Omit<Story, 'contacts'>> & { contact?: Partial<ContactStory> } = {}): Story {
  const seed = { hubspot: values({ jobtitle: 'Title 1' }), salesforce: values({ jobtitle: 'Title 1' }) };
  const final = { hubspot: values({ jobtitle: 'Title 2' }), salesforce: values({ jobtitle: 'Title 2' }) };
  return {
    contacts: [{ person: 0, hubspotId: '51', records: [lead], seed, synced: true, edits: [edit(10, 'hubspot', { jobtitle: 'Title 2' })], converted: null, final, status: 'in-sync', reason: '', ...contact }],
    memberships: [{ segmentId: '1', hubspotId: '51', change: 'joined', at: at(-100) }],
    selections: [{ segmentId: '1', at: { sent: at(0), done: at(0) } }],
    writes: [write(11, 'salesforce', { jobtitle: 'Title 2' })],
    callsInWatch: 0, watched: { from: at(100), until: at(130) },
    ...more,
  };
}

const both = (some: Values) => ({ hubspot: values(some), salesforce: values(some) });
const invariants = ({ violations }: Verdict): string[] => [...new Set(violations.map(({ invariant }) => invariant))].sort();
const left = (seconds: number) => [...story().memberships, { segmentId: '1', hubspotId: '51', change: 'left' as const, at: at(seconds) }];

describe('the model of the soak', () => {
  test('finds nothing wrong with an edit that came over', () => {
    const verdict = check(story());
    assert.deepEqual([verdict.violations, verdict.slips, verdict.overtaken, verdict.values.lastEdits, verdict.writes.made, verdict.writes.least, verdict.writes.most],
      [[], [], [], 1, { hubspot: 0, salesforce: 1 }, { hubspot: 0, salesforce: 1 }, { hubspot: 0, salesforce: 1 }]);
  });

  test('finds a value that nobody wrote, and who wrote it', () => {
    assert.deepEqual(invariants(check(story({ contact: { final: both({ jobtitle: 'Title 3' }) }, writes: [write(11, 'salesforce', { jobtitle: 'Title 3' })] }))),
      ['a value that nobody wrote', 'the last edit does not stand on both sides', 'the product wrote what nobody had written']);
  });

  test('finds a value that was written before anybody had', () => {
    assert.deepEqual(invariants(check(story({ writes: [write(5, 'salesforce', { jobtitle: 'Title 2' })] }))), ['the product wrote what nobody had written']);
  });

  test('finds a blank that nobody brought, and takes one that somebody did', () => {
    const gone = { final: both({}) };
    assert.deepEqual(invariants(check(story({ contact: gone }))), ['blank without an edit that blanked it', 'the last edit does not stand on both sides']);
    const blanked = { ...gone, edits: [edit(10, 'hubspot', { jobtitle: null })] };
    assert.deepEqual(invariants(check(story({ contact: blanked, writes: [write(11, 'salesforce', { jobtitle: null })] }))), []);
  });

  test('finds a last edit that does not stand on both sides, unless another came within 2 s or the contact left', () => {
    const contact = { final: both({ jobtitle: 'Title 1' }) };
    assert.deepEqual(invariants(check(story({ contact, writes: [] }))), ['the last edit does not stand on both sides']);
    const close = { ...contact, edits: [edit(9, 'salesforce', { jobtitle: 'Title 1' }), edit(10, 'hubspot', { jobtitle: 'Title 2' })] };
    assert.deepEqual(invariants(check(story({ contact: close, writes: [] }))), []);
    assert.deepEqual(invariants(check(story({ contact, writes: [], memberships: left(11) }))), []);
    const idle = { final: both({ jobtitle: 'Title 3' }), edits: [edit(10, 'hubspot', { jobtitle: 'Title 3' }), edit(14, 'salesforce', { jobtitle: 'Title 1' })] };
    assert.deepEqual(invariants(check(story({ contact: idle, writes: [write(15, 'salesforce', { jobtitle: 'Title 3' })] }))), [], 'what stood there already was set again');
  });

  test('leaves out an edit in HubSpot whose order Salesforce does not show', () => {
    const edits = [edit(5, 'salesforce', { jobtitle: 'Title 3' }), edit(10, 'hubspot', { jobtitle: 'Title 2' }), edit(10.5, 'salesforce', { fax: '+1 555 1' })];
    const lost = { edits, final: both({ jobtitle: 'Title 3', fax: '+1 555 1' }) };
    const writes = [write(12, 'hubspot', { jobtitle: 'Title 3', fax: '+1 555 1' })];
    const verdict = check(story({ contact: lost, writes }));
    assert.deepEqual([invariants(verdict), verdict.values.orderUnknown, verdict.values.lastEdits], [[], 1, 1]);
    // It had come over before, so HubSpot's edit was a new one.
    const cameOver = [write(7, 'hubspot', { jobtitle: 'Title 3' }), ...writes];
    assert.deepEqual(invariants(check(story({ contact: lost, writes: cameOver }))), ['the last edit does not stand on both sides']);
  });

  test('tells apart an edit that a write overtook which was decided before it', () => {
    const edits = [edit(10, 'hubspot', { jobtitle: 'Title 2' }), edit(13, 'salesforce', { jobtitle: 'Title 3' })];
    const verdict = check(story({ contact: { edits }, writes: [write(13.2, 'salesforce', { jobtitle: 'Title 2' })] }));
    assert.deepEqual([verdict.violations, verdict.overtaken.length], [[], 1]);
    assert.deepEqual(invariants(check(story({ contact: { edits }, writes: [write(30, 'salesforce', { jobtitle: 'Title 2' })] }))), ['the last edit does not stand on both sides']);
  });

  test('finds sides that differ, though not of who became a member by a selection and was not triggered since', () => {
    const seed = { hubspot: values({ address: '1 Main Street' }), salesforce: values({ address: '2 Main Street' }) };
    const contact = { seed, final: seed, edits: [] };
    assert.deepEqual(invariants(check(story({ contact, writes: [] }))), ['a member whose sides differ']);
    const selections = [{ segmentId: '2', at: { sent: at(0), done: at(0) } }, { segmentId: '1', at: { sent: at(50), done: at(51) } }];
    assert.deepEqual(invariants(check(story({ contact, writes: [], selections }))), []);
    const triggered = { ...contact, edits: [edit(80, 'hubspot', { address: '1 Main Street' })] };
    assert.deepEqual(invariants(check(story({ contact: triggered, writes: [], selections }))), ['a member whose sides differ']);
  });

  test('finds a field that crossed though it must not sync', () => {
    const seed = { hubspot: values({ firstname: 'Name 1' }), salesforce: values({ firstname: 'Name 2' }) };
    assert.deepEqual(invariants(check(story({ contact: { seed, final: both({ firstname: 'Name 2' }), edits: [] }, writes: [write(11, 'hubspot', { firstname: 'Name 2' })] }))), ['a field that must not sync', 'more writes than edits']);
  });

  test('finds a write that began more than 5 s after the contact left, and counts one before that as a slip', () => {
    const late = check(story({ memberships: left(2), contact: {}, writes: [write(11, 'salesforce', { jobtitle: 'Title 2' })] }));
    assert.deepEqual([invariants(late), late.slips.length], [['a write begun more than 5 s after the contact left'], 0]);
    const slip = check(story({ memberships: left(9) }));
    assert.deepEqual([invariants(slip), slip.slips.length], [[], 1]);
    assert.match(slip.slips[0]?.what ?? '', /2\.00 s after it left/);
  });

  test('gives a page, which makes first syncs only, 60 s', () => {
    const verdict = check(story({ memberships: left(2), contact: { synced: false }, writes: [write(30, 'salesforce', { jobtitle: 'Title 2' }, { claim: true })] }));
    assert.deepEqual([invariants(verdict), verdict.slips.length], [[], 1]);
    const later = check(story({ memberships: left(2), contact: { synced: false }, writes: [write(70, 'salesforce', { jobtitle: 'Title 2' }, { claim: true })] }));
    assert.deepEqual(invariants(later), ['a write begun more than 60 s after the contact left']);
  });

  test('takes another segment that is selected for leaving, and knows who never was a member', () => {
    const selections = [...story().selections, { segmentId: '2', at: { sent: at(1), done: at(2) } }];
    assert.deepEqual(invariants(check(story({ selections }))), ['a write begun more than 5 s after the contact left']);
    assert.deepEqual(invariants(check(story({ memberships: [] }))), ['a write of a contact that never was a member']);
  });

  test('finds a write at the end, by the log or by the calls', () => {
    const written = story({ contact: { edits: [edit(10, 'hubspot', { jobtitle: 'Title 2' }), edit(20, 'hubspot', { fax: '+1 555 1' })], final: both({ jobtitle: 'Title 2', fax: '+1 555 1' }) } });
    assert.deepEqual(invariants(check({ ...written, writes: [...written.writes, write(110, 'salesforce', { fax: '+1 555 1' })] })), ['a write after the last needed one']);
    assert.deepEqual(invariants(check(story({ callsInWatch: 1 }))), ['a write after the last needed one']);
  });

  test('finds more writes than edits, writes of strangers, and contacts that wait for a person', () => {
    const again = write(12, 'salesforce', { jobtitle: 'Title 2' });
    assert.deepEqual(invariants(check(story({ writes: [again, again] }))), ['more writes than edits']);
    const { violations, writes } = check(story({ writes: [again, { ...again, values: {} }] }));
    assert.deepEqual([violations, writes.made.salesforce, writes.repeated], [[], 1, 1], 'a batch that was sent again changed nothing');
    assert.deepEqual(invariants(check(story({ writes: [...story().writes, { ...again, id: '00Q000000000002AAA' }] }))), ['a write of a record that nobody knows']);
    assert.deepEqual(invariants(check(story({ contact: { status: 'needs-review' } }))), ['a contact in needs-review']);
  });

  test('counts the writes that a conversion needs', () => {
    const contact = '003000000000001AAA';
    const converted = { records: [lead, contact], converted: { sent: at(20), done: at(20) } };
    const verdict = check(story({ contact: converted, writes: [...story().writes, write(21, 'salesforce', {}, { id: contact, claim: true }), write(21, 'hubspot', {})] }));
    assert.deepEqual([verdict.violations, verdict.writes.made, verdict.writes.most], [[], { hubspot: 1, salesforce: 2 }, { hubspot: 1, salesforce: 2 }]);
  });
});

describe('the plan of the soak', () => {
  const options = { seed: 7, edits: 400, contacts: 150, perSecond: 20 };

  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planSoak(options), planSoak(options));
    assert.notDeepEqual(planSoak(options).deeds, planSoak({ ...options, seed: 8 }).deeds);
  });

  test('has as many edits as asked for, of every kind, in the order of their times', () => {
    const { deeds } = planSoak(options);
    assert.equal(deeds.filter((deed) => 'side' in deed).length, 400);
    assert.deepEqual([...new Set(deeds.map(({ kind }) => kind))].filter((kind) => kind !== 'gap' && kind !== 'disconnect').sort(),
      ['both at once', 'convert', 'criteria', 'edit', 'edit of several', 'join', 'leave', 'leave and edit', 'one after the other', 'same second', 'select']);
    assert.deepEqual(deeds.map((deed) => deed.at), deeds.map((deed) => deed.at).sort((a, b) => a - b));
  });

  test('asks nobody for so much that the loop guard would hold it', () => {
    assert.throws(() => planSoak({ ...options, contacts: 20 }), /20 contacts are too few for so many edits/);
  });
});
