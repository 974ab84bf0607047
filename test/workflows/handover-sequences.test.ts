import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { newContact, type ContactState } from '../../workflows/contact/state.ts';
import { FIELDS, TREATMENTS } from '../sync/random-pairs.ts';
import { cases } from '../support/cases.ts';
import { deliveries, sequences, type Sequence } from './handover-sequences.ts';
import { deliver, HandoverWorld, laterField, syncByPage, type Page } from './handover-world.ts';

const counts: Record<string, number> = {};
const count = (what: string): void => { counts[what] = (counts[what] ?? 0) + 1; };

/** A contact's own base stands before what a page hands over, and what that was mapped to goes with it. */
function assertAdopted(s: ContactState, own: ContactState, { handover, live }: Page): void {
  assert.deepEqual(handover.base, live.base);
  if (handover.link === null) return assert.deepEqual(s.base, own.base);
  assert.deepEqual(s.base, { ...live.base, ...own.base });
  for (const property of Object.keys(s.base)) assert.equal(s.baseFields[property], (property in own.base ? own : live).baseFields[property], `what the base of ${property} was mapped to`);
  assert.equal(s.link?.id, live.link?.id);
}

/** Both sides have held a value that they are said to have agreed on, in that very field. */
function assertAgreed(world: HandoverWorld, { fields }: Sequence, s: ContactState): void {
  for (const [property, key] of Object.entries(s.base)) {
    const { rule } = fields.find((field) => field.property === property) ?? {};
    // One side's owner stands, and "Always use Salesforce" leaves a blank beside a value.
    if (TREATMENTS[property] === 'owner' || rule === 'always-salesforce') continue;
    const field = s.baseFields[property]?.replace('Lead.', '') ?? '';
    assert.ok(world.h[property]?.was.has(key) === true && world.s[field]?.was.has(key) === true, `${property} and ${field} never agreed on ${key}`);
  }
}

function assertNothingVanished(world: HandoverWorld, { fields }: Sequence): void {
  for (const { property } of fields) {
    if (world.blanked.has(property)) continue;
    count('(values that nobody blanked)');
    for (const [name, column] of [[property, world.h[property]], ...[FIELDS[property], laterField(property)].map((field) => [field, world.s[field]] as const)] as const) {
      assert.ok(column?.now !== null || [...column.was].every((value) => value === null), `${name} was ${[...column?.was ?? []].join(', ')} and ends blank`);
    }
  }
}

function play(sequence: Sequence, pass: () => void): void {
  const { delivery, refused, afterRead, afterWrite, afterAdopt } = sequence;
  const world = new HandoverWorld(sequence);
  const s = newContact(new Date().toISOString());
  const take = (steps: Sequence['afterWrite']): void => {
    for (const step of steps) {
      pass();
      world.take(structuredClone(step), s);
      assertAgreed(world, sequence, s);
    }
  };
  count(delivery);
  const before = sequence.exists ? [...afterRead, ...afterWrite] : afterWrite;
  if (!sequence.exists) count('the record is created');
  if (sequence.exists && afterRead.some(({ kind }) => kind === 'edit')) count('edits between read and writes');
  for (const kind of ['edit', 'live sync', 'mapping', 'job over'] as const) if (before.some((step) => step.kind === kind)) count(`${kind} before adopt`);
  pass();
  const page = syncByPage(world, refused, () => {
    // A contact whom the page creates has no record to be edited, nor another that creates it.
    take(sequence.exists ? afterRead : []);
    pass();
  });
  pass();
  take(afterWrite);
  if (delivery !== 'lost') {
    const own = structuredClone(s);
    deliver(s, page.handover);
    assertAdopted(s, own, page);
    assertAgreed(world, sequence, s);
    if (delivery === 'repeated') {
      const once = structuredClone(s);
      deliver(s, page.handover);
      assert.deepEqual(s, once);
      take(afterAdopt);
      const later = structuredClone(s);
      deliver(s, page.handover);
      assertAdopted(s, later, page);
      assertAgreed(world, sequence, s);
    }
    if (delivery === 'in time') assert.deepEqual([s.base, s.link?.id], [page.live.base, page.live.link?.id]);
  }
  take(afterAdopt);
  world.comeToRest(s);
  assertAgreed(world, sequence, s);
  assertNothingVanished(world, sequence);
}

describe('the base that a page hands over', () => {
  test('is what a sync of the contact\'s own would have kept, and nothing ends blank that nobody blanked, whether it comes in time, late, twice or never', (t) => {
    const now = Date.UTC(2026, 0, 5, 10);
    t.mock.timers.enable({ apis: ['Date'], now });
    fc.assert(fc.property(sequences, (sequence) => {
      t.mock.timers.setTime(now);
      play(sequence, () => t.mock.timers.tick(700));
    }), { numRuns: cases(10_000) });
    t.diagnostic(Object.entries(counts).map(([what, n]) => `${what}: ${n}`).sort().join(', '));
    for (const delivery of deliveries) assert.ok((counts[delivery] ?? 0) >= cases(2_000), delivery);
  });
});
