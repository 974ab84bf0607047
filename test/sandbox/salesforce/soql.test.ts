import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Clock } from '../../../sandbox/common/clock.ts';
import { openDatabase } from '../../../sandbox/common/database.ts';
import { SalesforceError } from '../../../sandbox/salesforce/errors.ts';
import { Org } from '../../../sandbox/salesforce/org.ts';
import { createRecord } from '../../../sandbox/salesforce/save.ts';
import { seedOrg } from '../../../sandbox/salesforce/seed.ts';
import { compile } from '../../../sandbox/salesforce/soql/compile.ts';
import { run } from '../../../sandbox/salesforce/soql/run.ts';

type Person = { LastName: string; FirstName: string | null; City: string | null; VIP__c: boolean; Score__c: number | null; Contract_Ends__c: string | null };
type Condition = { soql: string; holds: (row: Person) => boolean };

const words = ['ann', 'Ann', 'BOB', 'bo', "O'Neil", 'a%b', 'a_b', 'back\\slash', 'Ünal', 'ünal', 'x y'];
const days = ['2025-12-31', '2026-01-01', '2026-02-28'];
const scores = [-1.5, 0, 1, 2.25, 10];

function newOrg(): Org {
  const org = new Org(openDatabase(), new Clock());
  seedOrg(org, { seed: 'empty', count: 0, random: 1 });
  return org;
}

function insert(org: Org, people: Person[]): void {
  const context = { userId: org.identity.person, person: true, version: '67.0' };
  org.database.transaction(() => {
    for (const person of people) createRecord(org, org.schema.definition('Lead'), { ...person, Company: 'Acme' }, context);
  });
}

function select(org: Org, soql: string): Record<string, unknown>[] {
  return run(org.database, compile(org.schema, soql, { now: org.clock.now(), withDeleted: false }), '67.0').records;
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const same = (a: string | null, b: string): boolean => a !== null && a.toLowerCase() === b.toLowerCase();
const like = (value: string | null, pattern: string): boolean => {
  if (value === null) return false;
  const regex = [...pattern.matchAll(/\\(.)|(%)|(_)|([^])/g)].map(([, escaped, any, one, plain]) => {
    if (any) return '.*';
    if (one) return '.';
    return (escaped ?? plain ?? '').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  }).join('');
  return new RegExp(`^${regex}$`, 'isu').test(value);
};

const textField = fc.constantFrom('LastName' as const, 'FirstName' as const, 'City' as const);
const word = fc.constantFrom(...words);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.tuple(textField, fc.constantFrom('=', '!='), word).map(([field, operator, value]) => ({
    soql: `${field} ${operator} ${quote(value)}`, holds: (row: Person) => same(row[field], value) === (operator === '='),
  })),
  fc.tuple(textField, fc.constantFrom('=', '!=')).map(([field, operator]) => ({ soql: `${field} ${operator} null`, holds: (row: Person) => (row[field] === null) === (operator === '=') })),
  fc.tuple(textField, fc.constantFrom('IN', 'NOT IN'), fc.array(word, { minLength: 1, maxLength: 3 })).map(([field, operator, values]) => ({
    soql: `${field} ${operator} (${values.map(quote).join(', ')})`, holds: (row: Person) => values.some((value) => same(row[field], value)) === (operator === 'IN'),
  })),
  fc.tuple(textField, fc.constantFrom('a%', '%N%', '_o_', String.raw`a\%b`, String.raw`a\_b`, '%ü%', String.raw`%\\%`, '%')).map(([field, pattern]) => ({
    soql: `${field} LIKE '${pattern}'`, holds: (row: Person) => like(row[field], pattern),
  })),
  fc.boolean().map((value) => ({ soql: `VIP__c = ${value}`, holds: (row: Person) => row.VIP__c === value })),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '=', '!='), fc.constantFrom(...scores)).map(([operator, value]) => ({
    soql: `Score__c ${operator} ${value}`, holds: (row: Person) => compare(row.Score__c, operator, value),
  })),
  fc.tuple(fc.constantFrom('<', '<=', '>', '>=', '=', '!='), fc.constantFrom(...days)).map(([operator, value]) => ({
    soql: `Contract_Ends__c ${operator} ${value}`, holds: (row: Person) => compare(row.Contract_Ends__c, operator, value),
  })),
);

function compare<T extends string | number>(value: T | null, operator: string, other: T): boolean {
  if (value === null) return operator === '!=';
  if (operator === '<') return value < other;
  if (operator === '<=') return value <= other;
  if (operator === '>') return value > other;
  if (operator === '>=') return value >= other;
  return (value === other) === (operator === '=');
}

const { tree } = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  leaf: condition,
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('tree').map((one) => ({ soql: `(NOT ${bracketed(one)})`, holds: (row: Person) => !one.holds(row) })),
    tie('leaf').map((one) => ({ soql: `NOT ${one.soql}`, holds: (row: Person) => !one.holds(row) })),
    fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((all) => ({ soql: `(${all.map((one) => one.soql).join(' AND ')})`, holds: (row: Person) => all.every((one) => one.holds(row)) })),
    fc.array(tie('tree'), { minLength: 2, maxLength: 3 }).map((all) => ({ soql: `(${all.map((one) => one.soql).join(' OR ')})`, holds: (row: Person) => all.some((one) => one.holds(row)) })),
  ),
}));
// Three negations in a row are refused, see below.
const readable = ({ soql }: Condition): boolean => !/NOT \(*NOT \(*NOT/.test(soql);
const bracketed = (one: Condition): string => (one.soql.startsWith('(') ? one.soql : `(${one.soql})`);

const person: fc.Arbitrary<Person> = fc.record({
  LastName: word, FirstName: fc.option(word), City: fc.option(word), VIP__c: fc.boolean(), Score__c: fc.option(fc.constantFrom(...scores)), Contract_Ends__c: fc.option(fc.constantFrom(...days)),
});

describe('the SOQL compiler', () => {
  test('any tree of conditions selects what a naive evaluator selects', () => {
    const org = newOrg();
    const people = fc.sample(person, { numRuns: 60, seed: 7 });
    insert(org, people);
    const names = 'Id, LastName, FirstName, City, VIP__c, Score__c, Contract_Ends__c';
    const all = select(org, `SELECT ${names} FROM Lead ORDER BY Id`) as (Person & { Id: string })[];
    assert.equal(all.length, 60);
    let chosen = 0;
    fc.assert(fc.property(tree.filter(readable), ({ soql, holds }) => {
      const found = select(org, `SELECT Id FROM Lead WHERE ${soql} ORDER BY Id`).map((row) => row['Id']);
      chosen += found.length;
      assert.deepEqual(found, all.filter((row) => holds(row)).map((row) => row.Id), soql);
    }), { numRuns: 600 });
    assert.ok(chosen > 600, 'the conditions must select something');
  });

  test('a quoted text comes back as it was, whatever its characters', () => {
    const org = newOrg();
    const context = { userId: org.identity.person, person: true, version: '67.0' };
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), (raw) => {
      const text = raw.replaceAll(/[\0\p{Cs}]/gu, '').trim();
      if (text === '' || text.length > 80) return;
      const id = createRecord(org, org.schema.definition('Lead'), { LastName: text, Company: 'x' }, context);
      const literal = quote(text).replaceAll('\n', String.raw`\n`).replaceAll('\r', String.raw`\r`);
      assert.ok(select(org, `SELECT Id FROM Lead WHERE LastName = ${literal}`).some((row) => row['Id'] === id), literal);
    }), { numRuns: 150, examples: [['!\u2028!'], ['!\u2029!']] });
  });

  test('three negations in a row, which the parser misreads, are refused rather than answered wrongly', () => {
    assert.throws(() => select(newOrg(), 'SELECT Id FROM Lead WHERE NOT NOT NOT VIP__c = true'), /three NOTs/);
  });

  test('AND beside OR without parentheses is MALFORMED_QUERY that points at the second operator', () => {
    const org = newOrg();
    const soql = "SELECT Id FROM Lead WHERE City = 'a' AND VIP__c = true OR Score__c = 1";
    assert.throws(() => select(org, soql), (error: unknown) => {
      assert.ok(error instanceof SalesforceError);
      assert.equal(error.errors[0]?.code, 'MALFORMED_QUERY');
      assert.match(error.errors[0].message, new RegExp(`ERROR at Row:1:Column:${soql.indexOf('OR') + 1}\nunexpected token: OR$`));
      return true;
    });
  });
});
