/** What holds of every decision, over random pairs: checked by the tests, and at length by `npm run fuzz`. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { decide, nextBase, type Decision } from '../../sync/decide.ts';
import { gate, type Membership } from '../../sync/gate.ts';
import type { Base } from '../../sync/records.ts';
import { all, applied, baseOf, circumstances, FIELDS, inputOf, maybe, names, readings, RULES, type Reading } from './random-pairs.ts';

export interface Invariant {
  name: string;
  /** Throws fast-check's report with the smallest pair for which it does not hold. */
  check: (cases: { numRuns: number; seed?: number }) => void;
}

export const invariants: Invariant[] = [];
const invariant = <Values>(name: string, property: fc.IProperty<Values>): void => {
  invariants.push({ name, check: (cases) => fc.assert(property, cases) });
};

invariant('applying the writes and deciding again writes nothing', fc.property(readings, circumstances, (list, rest) => {
  const first = decide(inputOf(list, rest, baseOf(list)));
  const base = nextBase(baseOf(list), first, all(first));
  const second = decide(inputOf(applied(list, first, all(first)), { ...rest, linkedNow: false }, base));
  assert.deepEqual([second.hubspot, second.salesforce], [{}, {}], JSON.stringify([first, second]));
}));

invariant('after writes of which some failed, the next round writes the rest and the one after it nothing', fc.property(readings, circumstances, fc.infiniteStream(fc.boolean()), (list, rest, coins) => {
  const first = decide(inputOf(list, rest, baseOf(list)));
  const some = (fields: string[]) => fields.filter(() => coins.next().value);
  // State and country go in one call: they succeed or fail together.
  const kept = { hubspot: some(all(first).hubspot), salesforce: some(all(first).salesforce).filter((name) => name !== 'State' && name !== 'Country') };
  let base = nextBase(baseOf(list), first, kept);
  const after = applied(list, first, kept);
  const second = decide(inputOf(after, rest, base));
  base = nextBase(base, second, all(second));
  const third = decide(inputOf(applied(after, second, all(second)), { ...rest, linkedNow: false }, base));
  assert.deepEqual([third.hubspot, third.salesforce], [{}, {}]);
}));

invariant('no value is overwritten without being reported, unless both sides had agreed on it', fc.property(readings, circumstances, (list, rest) => {
  const decision = decide(inputOf(list, rest, baseOf(list)));
  const after = applied(list, decision, all(decision));
  list.forEach((before, index) => {
    const told = decision.fields[index];
    for (const [side, was, is] of [['hubspot', before.h, after[index]?.h], ['salesforce', before.s, after[index]?.s]] as const) {
      if (was === is || was === null || was === before.base) continue;
      assert.deepEqual([told?.lost?.side, told?.lost?.text], [side, was]);
    }
  });
}));

invariant('a first sync never writes a blank, an email or an owner is never cleared, an opt-out is never undone', fc.property(readings, circumstances, (list, rest) => {
  const decision = decide(inputOf(list, rest, baseOf(list)));
  list.forEach(({ hubspot, base }, index) => {
    const salesforce = FIELDS[hubspot];
    const written = hubspot in decision.hubspot ? [decision.hubspot[hubspot]] : salesforce in decision.salesforce ? [decision.salesforce[salesforce]] : [];
    const blank = written.some((value) => value === '' || value === null);
    if (base === undefined || hubspot === 'email' || hubspot === 'hubspot_owner_id') assert.equal(blank, false, `${hubspot} row ${decision.fields[index]?.row}`);
    if (hubspot === 'hs_email_optout') {
      assert.equal(hubspot in decision.hubspot, false);
      assert.ok(written.every((value) => value === 'true'));
    }
  });
}));

invariant('directions, modes, rules and problems are kept to', fc.property(readings, circumstances, (list, rest) => {
  const decision = decide(inputOf(list, rest, baseOf(list)));
  if (rest.mode === 'hubspot-only') assert.deepEqual(decision.salesforce, {});
  list.forEach(({ hubspot, h, s, rule, direction, unwritable }, index) => {
    const toHubSpot = hubspot in decision.hubspot;
    const toSalesforce = FIELDS[hubspot] in decision.salesforce;
    if (direction === 'to-hubspot') assert.equal(toSalesforce, false);
    if (direction === 'to-salesforce' || rule === 'none') assert.equal(toHubSpot, false);
    if (rule === 'none') assert.equal(toSalesforce, false);
    if (toHubSpot) assert.ok(s === null || !unwritable.includes(s) || h === s);
    const { action, problem, reason } = decision.fields[index] ?? {};
    if (action === 'to-salesforce') assert.ok(h === null || !unwritable.includes(h));
    if (problem !== undefined) assert.equal(action, 'none');
    assert.match(reason ?? '', /^[A-Z].*\.$/);
  });
}));

invariant('the answer does not depend on the order of fields or keys', fc.property(readings.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), circumstances, ([list, shuffled], rest) => {
  const one = decide(inputOf(list, rest, baseOf(list)));
  const other = decide(inputOf(shuffled, rest, Object.fromEntries(Object.entries(baseOf(list)).toReversed())));
  const parts = ({ hubspot, salesforce, settled, problems, summary }: Decision) => JSON.stringify({ hubspot, salesforce, settled, problems, summary });
  assert.equal(parts(one), parts(other));
  const byName = (decision: Decision) => [...decision.fields].sort((a, b) => (a.hubspot < b.hubspot ? -1 : 1));
  assert.deepEqual(byName(one), byName(other));
}));

invariant('what both sides hold after confirmed writes is the new base', fc.property(readings, circumstances, (list, rest) => {
  const decision = decide(inputOf(list, rest, baseOf(list)));
  const base = nextBase(baseOf(list), decision, all(decision));
  for (const { hubspot, h, s, rule } of applied(list, decision, all(decision))) {
    if (rule === 'none') assert.equal(hubspot in base, false);
    else if (h === s) assert.equal(base[hubspot], h);
  }
}));

/** Edits by people since both sides agreed, each of a property of its own: what is read in the end has one cause a property. */
const edits = fc.uniqueArray(fc.record({ hubspot: fc.constantFrom(...names), side: fc.constantFrom<'h' | 's'>('h', 's'), value: maybe, agreed: maybe, rule: fc.constantFrom(...RULES) }), { selector: (one) => one.hubspot, minLength: 1, maxLength: names.length });
const settledWith = { mode: 'sync', linkedNow: false, baseOnItsWay: false, salesforceChange: { after: null, before: null } } as const;

/** Syncs until nothing is left to do. */
function settle(list: readonly Reading[], from: Base): { list: Reading[]; base: Base; rounds: number } {
  let [now, base] = [[...list], from];
  for (let rounds = 0; ; rounds++) {
    const decision = decide(inputOf(now, settledWith, base));
    base = nextBase(base, decision, all(decision));
    if (Object.keys(decision.hubspot).length + Object.keys(decision.salesforce).length === 0) return { list: now, base, rounds };
    assert.ok(rounds < 2, `still writes after ${rounds} rounds: ${JSON.stringify([now, decision])}`);
    now = applied(now, decision, all(decision));
  }
}

invariant('edits of different properties come to the same end in whatever order they are heard, within two rounds', fc.property(edits.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), ([list, shuffled]) => {
  const agreed: Reading[] = list.map(({ hubspot, agreed, rule }) => ({ hubspot, h: agreed, s: agreed, base: agreed, rule, direction: 'both', hubspotChangedAt: null, unwritable: [] }));
  const edited = (now: readonly Reading[], { hubspot, side, value }: (typeof list)[number]): Reading[] => now.map((one) => (one.hubspot === hubspot ? { ...one, [side]: value } : one));
  const atOnce = settle(shuffled.reduce(edited, agreed), baseOf(agreed));
  const oneByOne = shuffled.reduce((so, edit) => settle(edited(so.list, edit), so.base), settle(agreed, baseOf(agreed)));
  assert.deepEqual([oneByOne.list, oneByOne.base], [atOnce.list, atOnce.base]);
}));

const segment = { id: '1', name: 'Members' };
const checkedAt = '2026-01-05T10:00:00.000Z';
const memberships = fc.constantFrom<Membership>(
  { kind: 'unrestricted' }, { kind: 'member', segment, joinedAt: null, checkedAt }, { kind: 'outside', segment, checkedAt },
  { kind: 'unknown', segment, why: 'it is processed.', checkedAt }, { kind: 'unusable', segment, why: 'it was deleted.', checkedAt },
);

invariant('the gate opens for members and where no segment is set, and says why', fc.property(memberships, (membership) => {
  const passage = gate(membership);
  assert.equal(passage.kind === 'open', membership.kind === 'unrestricted' || membership.kind === 'member');
  assert.match(passage.reason, /^[A-Z].*\.$/);
}));
