import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { keep, tell } from '../../workflows/contact/history.ts';
import type { PastDecision } from '../../workflows/messages.ts';
import { cases } from '../support/cases.ts';

type Field = PastDecision['fields'][number];

const at = (n: number): string => new Date(Date.UTC(2026, 0, 5, 10) + n * 60_000).toISOString();
const field = (hubspot: string, more: Partial<Field> = {}): Field => ({ hubspot, salesforce: `${hubspot}__c`, action: 'to-salesforce', reason: 'HubSpot changed it; rule "Two-way".', ...more });
/** One that says of itself what follows from its fields. */
const decision = (n: number, fields: Field[], summary = `Writes ${fields.map(({ salesforce }) => salesforce).sort().join(', ')} in Salesforce.`): PastDecision => ({ at: at(n), trigger: 'hubspot propertyChange', summary, fields });
const bytes = (decisions: PastDecision[]): number => Buffer.byteLength(JSON.stringify(keep(decisions)));
const lost = (text: string | null, time: number | null = null): Partial<Field> => ({ lost: { side: 'salesforce', text, at: time } });

describe('the decisions that a contact keeps', () => {
  const problem = { code: 'INVALID_OPTION', message: 'HubSpot\'s tier cannot be written to Salesforce\'s Tier__c: "x" is no option.' };
  const told: [string, PastDecision][] = [
    ['a write to Salesforce', decision(1, [field('jobtitle')])],
    ['a write that replaced a value, at a known time', decision(1, [field('jobtitle', lost('Countess', Date.UTC(2026, 0, 5, 9)))])],
    ['a write that replaced a value, at a time that is not known', decision(1, [field('jobtitle', lost('Countess'))])],
    ['a write that undid a deletion', decision(1, [field('jobtitle', lost(null, 5))])],
    ['writes on both sides', decision(1, [field('phone'), field('jobtitle', { action: 'to-hubspot', lost: { side: 'hubspot', text: 'Countess', at: null } })], 'Writes jobtitle in HubSpot and phone__c in Salesforce.')],
    ['what cannot be written', decision(1, [field('tier', { action: 'none', problem })], 'Nothing is written; cannot write tier.')],
    ['what was written beside it', decision(1, [field('tier', { action: 'none', problem }), field('phone')], 'Writes phone__c in Salesforce; cannot write tier.')],
    ['more than its fields say, as with the other half of an address', decision(1, [field('state')], 'Writes Country, state__c in Salesforce.')],
    ['nothing', decision(1, [], 'Nothing differs.')],
  ];
  for (const [name, one] of told) test(`are told as they were made: ${name}`, () => assert.deepEqual(tell(keep([one])), [one]));

  test('carry no sentence that follows from their fields, and nothing twice', () => {
    const kept = keep([decision(2, [field('jobtitle', lost('Baroness'))]), decision(1, [field('jobtitle', lost('Countess'))])]);
    assert.deepEqual(kept, {
      texts: ['hubspot propertyChange', 'jobtitle', 'jobtitle__c', 'to-salesforce', 'HubSpot changed it; rule "Two-way".', 'Baroness', 'Countess'],
      deeds: [[1, 2, 3, 4]],
      decisions: [[Date.parse(at(2)), 0, null, [[0, 5, null]]], [Date.parse(at(1)), 0, null, [[0, 6, null]]]],
    });
  });

  test('are the last 20', () => {
    const many = Array.from({ length: 25 }, (_, n) => decision(25 - n, [field('jobtitle')]));
    assert.deepEqual(tell(keep(many)), many.slice(0, 20));
  });

  test('have values of at most 200 characters and a mark, also where a value was not cut before', () => {
    const [value] = tell(keep([decision(1, [field('jobtitle', lost('x'.repeat(300)))])])).flatMap(({ fields }) => fields.map(({ lost }) => lost?.text));
    assert.equal(value, `${'x'.repeat(200)}…`);
    assert.deepEqual(tell(keep([decision(1, [field('jobtitle', lost(value ?? ''))])]))[0]?.fields[0]?.lost?.text, value);
  });

  test('lose the values of the oldest first where they need more than 7 KB, and only as many as it takes', () => {
    const many = Array.from({ length: 20 }, (_, n) => decision(20 - n, ['a', 'b', 'c'].map((name) => field(name, lost(`${n} ${name} `.padEnd(200, 'x'))))));
    const values = tell(keep(many)).map(({ fields }) => fields.map(({ lost }) => lost?.text === '…'));
    const whole = values.filter((cut) => cut.every((one) => !one)).length;
    assert.deepEqual([values.length, whole > 5 && whole < 20], [20, true]);
    assert.deepEqual(values, Array.from({ length: 20 }, (_, n) => [n >= whole, n >= whole, n >= whole]));
    assert.ok(bytes(many) <= 7 * 1024 && bytes(many) > 6 * 1024, `${bytes(many)} bytes`);
  });

  test('go, the oldest first, where even that is not enough; the newest stays', () => {
    const many = (fields: number) => Array.from({ length: 20 }, (_, n) => decision(20 - n, Array.from({ length: fields }, (_, i) => field(`property_${n}_${i}`, lost('x'.repeat(200))))));
    const kept = tell(keep(many(20)));
    assert.ok(kept.length > 1 && kept.length < 20 && bytes(many(20)) <= 7 * 1024, `${kept.length} decisions`);
    assert.deepEqual(kept.map((one) => one.at), many(20).slice(0, kept.length).map((one) => one.at));
    const [newest] = many(500);
    assert.deepEqual(tell(keep(many(500))), [{ ...newest, fields: newest?.fields.map((one) => ({ ...one, ...lost('…') })) }]);
  });

  test('are the same however often they are kept, whatever they say', () => {
    const text = fc.oneof(fc.constantFrom('jobtitle', 'Title', '', '__proto__', '…'), fc.string({ unit: 'grapheme', maxLength: 8 }));
    const plain = { noNullPrototype: true };
    const given = { hubspot: text, salesforce: text, reason: text };
    const time = fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: null });
    const value = fc.option(fc.oneof(text, fc.string({ minLength: 190, maxLength: 200 })), { nil: null });
    const lost = <Side extends 'hubspot' | 'salesforce'>(side: Side) => fc.record({ side: fc.constant(side), text: value, at: time }, plain);
    const fields = fc.oneof(
      fc.record({ ...given, action: fc.constantFrom('to-hubspot' as const, 'to-salesforce' as const) }, plain),
      fc.record({ ...given, action: fc.constant('to-hubspot' as const), lost: lost('hubspot') }, plain),
      fc.record({ ...given, action: fc.constant('to-salesforce' as const), lost: lost('salesforce') }, plain),
      fc.record({ ...given, action: fc.constant('none' as const), problem: fc.record({ code: text, message: text }, plain) }, plain),
    );
    const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString());
    const decisions = fc.array(fc.record({ at: instant, trigger: text, summary: text, fields: fc.array(fields, { maxLength: 6 }) }, plain), { maxLength: 22 });
    fc.assert(fc.property(decisions, (list: PastDecision[]) => {
      const kept = keep(list);
      const told = tell(kept);
      assert.deepEqual(keep(told), kept);
      const valueless = ({ fields, ...one }: PastDecision) => ({ ...one, fields: fields.map(({ lost, ...field }) => ({ ...field, ...(lost && { lost: { ...lost, text: null } }) })) });
      assert.deepEqual(told.map(valueless), list.slice(0, told.length).map(valueless));
      told.forEach(({ fields }, n) => fields.forEach(({ lost }, i) => { if (lost?.text !== '…') assert.deepEqual(lost, list[n]?.fields[i]?.lost); }));
      assert.ok(told.length === 1 || Buffer.byteLength(JSON.stringify(kept)) <= 7 * 1024);
    }), { numRuns: cases(500) });
  });
});
