import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseQuery } from '@jetstreamapp/soql-parser-js';
import { assert as always, constantFrom, property, string } from 'fast-check';
import { soql } from '../../../activities/salesforce/index.ts';

describe('soql', () => {
  test('quotes text, lists and ids; leaves numbers, booleans and null bare; writes instants in UTC to the second', () => {
    const at = new Date('2026-01-01T10:20:30.456Z');
    assert.equal(
      soql`SELECT Id FROM Contact WHERE A = ${"it's"} AND B IN (${['x', 'y\\z']}) AND C > ${at} AND D = ${3} AND E = ${true} AND F = ${null}`,
      String.raw`SELECT Id FROM Contact WHERE A = 'it\'s' AND B IN ('x','y\\z') AND C > 2026-01-01T10:20:30Z AND D = 3 AND E = true AND F = null`,
    );
  });

  test('takes names, lists of names, days and instants as what they are', () => {
    assert.equal(
      soql`SELECT ${soql.fields(['Id', 'Account.Name', 'Id'])} FROM ${soql.name('Contact')} WHERE ${soql.name('Birthdate')} = ${soql.date('2026-02-03')} AND SystemModstamp > ${soql.datetime('2026-01-01T10:20:30.000+0000')}`,
      'SELECT Id, Account.Name FROM Contact WHERE Birthdate = 2026-02-03 AND SystemModstamp > 2026-01-01T10:20:30Z',
    );
  });

  for (const name of ['', 'Id FROM User', "Name'", 'a-b', '1st', 'Account..Name', 'Id,Email', 'Account.', 'x;']) {
    test(`refuses ${JSON.stringify(name)} as a name`, () => {
      assert.throws(() => soql.name(name), /Not a name/);
      assert.throws(() => soql.fields(['Id', name]), /Not a name/);
    });
  }

  test('refuses an empty list, a number that is none, and what is no day or instant', () => {
    assert.throws(() => soql`${[]}`, /empty list/);
    assert.throws(() => soql`${Number.NaN}`, /Not a number/);
    assert.throws(() => soql.date('2026-02-03T00:00:00Z'), /Not a day/);
    assert.throws(() => soql.datetime('yesterday'), /Not an instant/);
  });

  test('puts a person\'s condition in parentheses', () => {
    assert.equal(soql`SELECT Id FROM Lead WHERE ${soql.condition("State = 'NY (upstate)' OR (City = 'It\\'s')")} AND IsConverted = false`, "SELECT Id FROM Lead WHERE (State = 'NY (upstate)' OR (City = 'It\\'s')) AND IsConverted = false");
  });

  for (const condition of ['', '  ', "State = 'NY", 'a = 1) OR (b = 2', '(a = 1', "a = 1) OR Name != '"]) {
    test(`refuses the condition ${JSON.stringify(condition)}`, () => {
      assert.throws(() => soql.condition(condition));
    });
  }

  test('any text stays one literal that means the text', () => {
    always(
      property(string({ unit: constantFrom("'", '\\', '"', '\n', 'a', ' ', '%', 'OR', ')', 'é') }), (text) => {
        const { where } = parseQuery(soql`SELECT Id FROM Contact WHERE Name = ${text} LIMIT 1`);
        assert.ok(where && 'left' in where && where.left && 'value' in where.left && typeof where.left.value === 'string');
        assert.ok(!('right' in where) || where.right === undefined);
        const meant = where.left.value.slice(1, -1).replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
        assert.equal(meant, text);
      }),
      { numRuns: 200 },
    );
  });
});
