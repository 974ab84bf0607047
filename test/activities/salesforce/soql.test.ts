import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseQuery } from '@jetstreamapp/soql-parser-js';
import { array, assert as always, constantFrom, oneof, property, string } from 'fast-check';
import { soql } from '../../../activities/salesforce/index.ts';
import { unescape } from '../../../sandbox/salesforce/soql/text.ts';

/** Where the parenthesis that opens at `start` is closed, read one character after another as Salesforce does. */
function endOfGroup(query: string, start: number): number {
  let [depth, quoted] = [0, false];
  for (let at = start; at < query.length; at += 1) {
    const character = query[at];
    if (quoted && character === '\\') at += 1;
    else if (character === "'") quoted = !quoted;
    else if (!quoted && character === '(') depth += 1;
    else if (!quoted && character === ')' && --depth === 0) return at + 1;
  }
  return -1;
}

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

  test('any text at all comes to Salesforce as that text, alone and in a list, and nothing of it as SOQL', () => {
    const text = oneof(string({ unit: 'binary' }), string({ unit: constantFrom("'", '\\', '\n', '\0', ')', ' ', ',', '%', 'OR Name != null') }));
    always(
      property(text, array(text, { minLength: 1, maxLength: 4 }), (one, several) => {
        const { where } = parseQuery(soql`SELECT Id FROM Contact WHERE Name = ${one} AND Email IN (${several})`);
        assert.ok(where && 'left' in where && where.left && 'value' in where.left && typeof where.left.value === 'string' && 'right' in where);
        assert.equal(unescape(where.left.value), one);
        const { right } = where;
        assert.ok(right && 'left' in right && right.left && 'value' in right.left && Array.isArray(right.left.value) && !('right' in right && right.right));
        assert.deepEqual(right.left.value.map((literal) => unescape(literal)), several);
      }),
      { numRuns: 1_000, seed: 20_260_105 },
    );
  });

  test('a person\'s condition at random is refused, or stays between its parentheses, whatever it says', () => {
    const pieces = constantFrom("'", '\\', "\\'", '(', ')', ' OR ', ' AND ', "Name = 'a'", "Name != ''", ' LIMIT 1', ' ORDER BY Id', '--', '/*', '\n', '"', ';', '\0', "'a')", "('b'");
    let [kept, refused] = [0, 0];
    always(
      property(array(pieces, { minLength: 1, maxLength: 8 }), (some) => {
        const condition = some.join('');
        let query: string;
        try {
          query = soql`SELECT Id FROM Lead WHERE ${soql.condition(condition)} AND IsConverted = false`;
        } catch {
          refused += 1;
          return;
        }
        kept += 1;
        assert.equal(endOfGroup(query, 'SELECT Id FROM Lead WHERE '.length), 'SELECT Id FROM Lead WHERE ()'.length + condition.length);
      }),
      { numRuns: 2_000, seed: 20_260_105 },
    );
    assert.ok(kept > 100 && refused > 1_000, `${kept} kept, ${refused} refused`);
  });
});
