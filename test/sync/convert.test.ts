import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { dayIn, isTimeZone, parseDay, parseInstant, readField, startOfDay } from '../../sync/convert.ts';
import { nextMidnight } from '../../sync/convert/time.ts';
import type { Conversion, MappedField } from '../../sync/mapping.ts';
import type { ApiValue } from '../../sync/records.ts';
import { cases } from '../support/cases.ts';

const owners = { toSalesforce: { 7: '005A', 8: '005B' }, toHubSpot: { '005A': '7', '005B': '8' } };
const field = (conversion: Conversion, more: Partial<MappedField> = {}): MappedField =>
  ({ hubspot: 'p', salesforce: 'F', rule: 'two-way', treatment: 'ordinary', direction: 'both', required: false, conversion, ...more });
const read = (conversion: Conversion, hubspot: string | null | undefined, salesforce: unknown, timeZone = 'UTC') => readField(field(conversion), hubspot, salesforce, { owners, timeZone });

const text: Conversion = { kind: 'text', maxLength: 20 };
const multiline: Conversion = { kind: 'multiline', maxLength: 0 };
const email: Conversion = { kind: 'email', maxLength: 80 };
const phone: Conversion = { kind: 'phone', maxLength: 40 };
const list = (...words: string[]) => words.map((word) => ({ value: word, label: `${word} label` }));
const choice: Conversion = { kind: 'choice', hubspot: [{ value: 'web_lead', label: 'Web' }, { value: 'PHONE', label: 'Phone call' }, { value: 'odd', label: 'Odd' }], salesforce: list('Web', 'Phone', 'fax', 'FAX'), maxLength: 0 };
const choices: Conversion = { kind: 'choices', hubspot: list('red', 'green', 'blue'), salesforce: list('Red', 'Green', 'Blue', 'Grey') };
const freeChoice: Conversion = { kind: 'choice', hubspot: null, salesforce: list('Mr.', 'Ms.'), maxLength: 0 };
const dropdownToText: Conversion = { kind: 'choice', hubspot: [{ value: 'DK', label: 'Denmark' }], salesforce: null, maxLength: 20 };
const reference: Conversion = { kind: 'reference', hubspot: list('012000000000009AAA', '012000000000001AAA') };
const checkbox: Conversion = { kind: 'checkbox' };
const decimal: Conversion = { kind: 'number', integer: false, scale: 2, integerDigits: 4 };
const integer: Conversion = { kind: 'number', integer: true, scale: 0, integerDigits: null };
const date: Conversion = { kind: 'date' };
const daySalesforce: Conversion = { kind: 'day', instant: 'salesforce' };
const dayHubSpot: Conversion = { kind: 'day', instant: 'hubspot' };
const datetime: Conversion = { kind: 'datetime' };
const owner: Conversion = { kind: 'owner' };

describe('values that mean the same are equal, and nothing is written', () => {
  const cases: [string, Conversion, string | null | undefined, unknown][] = [
    ['null, absent, empty and white space are all blank', text, null, undefined], ['white space is blank', text, '  \n', null], ['an empty text is blank', text, '', ''],
    ['the placeholder of required fields is blank', text, '', '[not provided]'],
    ['ends are trimmed', text, ' Ada ', 'Ada'], ['CRLF is LF', multiline, 'a\nb', 'a\r\nb '], ['so is CR alone', multiline, 'a\nb\n\nc', 'a\rb\r\rc'],
    ['emails have no case', email, 'Ada@Example.com', 'ada@example.com '],
    ['the formatting of phones is no change', phone, '+45 12 34-56 78', '(+45) 12345678'], ['nor is a bracket with white space in it', phone, '+4512345678', '( +45) 12345678'], ['a plus within a number says nothing', phone, '12 (+34)', '1234'],
    ['options meet by value without case or by label', choice, 'web_lead', 'Web'], ['options meet by value without case', choice, 'PHONE', 'Phone'],
    ['an option that neither list knows is equal to itself', choice, 'gone', 'gone'], ['free text meets an option', freeChoice, 'mr.', 'Mr.'],
    ['a dropdown meets text by label', dropdownToText, 'DK', 'denmark'], ['ids of 15 and 18 characters', reference, '012000000000001AAA', '012000000000001'], ['a semicolon in an option is a character of it', { kind: 'choice', hubspot: list('R;D'), salesforce: list('R;D'), maxLength: 0 }, 'R;D', 'r;d'],
    ['order, repeats and white space of a set are no difference', choices, 'blue; red;blue', 'Red;Blue'], ['semicolons alone are blank', choices, ';;', null],
    ['a blank checkbox is false', checkbox, '', false], ['checkboxes', checkbox, 'true', true], ['a checkbox of a record that does not exist yet', checkbox, '', null],
    ['numbers are numeric', decimal, '1.0', 1], ['numbers are rounded to the scale of the field', decimal, '1.005', 1.01], ['binary fractions do not show', decimal, '0.3', 0.1 + 0.2],
    ['minus nothing is nothing', decimal, '-0', 0], ['numbers with exponents', decimal, '1e3', 1000], ['numbers with long exponents', decimal, '1e+03', 1000], ['numbers with negative exponents', decimal, '150e-2', 1.5], ['numbers with a sign', decimal, '+1', 1], ['zero is not blank but equal to itself', integer, '0', 0],
    ['a day in epoch ms is midnight UTC', date, '1767225600000', '2026-01-01'], ['Z, +0000 and epoch ms are the same', datetime, '1767225600000', '2026-01-01T00:00:00.000+0000'],
    ['instants compare to the second', datetime, '2026-01-01T10:20:30.999Z', '2026-01-01T12:20:30.000+02:00'],
    ['a time of day in Salesforce survives', daySalesforce, '2026-01-01', '2026-01-01T17:03:00.000+0000'], ['a time of day in HubSpot survives', dayHubSpot, '2026-01-01T17:03:00Z', '2026-01-01'],
    ['owners meet in the user', owner, '7', '005A'], ['numbers given as text', text, '12', 12],
  ];
  for (const [name, conversion, h, s] of cases) {
    test(name, () => {
      const sides = read(conversion, h, s);
      assert.equal(sides.h.key, sides.s.key);
      for (const side of [sides.h, sides.s]) assert.deepEqual([side.write, side.problem], [undefined, undefined]);
    });
  }
  test('and both are shown as they stand', () => {
    assert.deepEqual(read(email, ' Ada@X.com ', 'ada@x.com'), { h: { key: 'ada@x.com', text: 'Ada@X.com' }, s: { key: 'ada@x.com', text: 'ada@x.com' } });
    assert.deepEqual(read(text, ' ', null), { h: { key: null, text: null }, s: { key: null, text: null } });
  });
});

describe('values that differ are written as the other side takes them', () => {
  type Case = [string, Conversion, string | null, unknown, ApiValue, string];
  const cases: Case[] = [
    ['a blank clears: "" in HubSpot, null in Salesforce', text, 'Ada', null, 'Ada', ''], ['a blank clears', text, null, 'Ada', null, 'Ada'],
    ['emails are written as spelled', email, 'Ada@X.com', ' Bob@X.com', 'Ada@X.com', 'Bob@X.com'], ['phones are written as they are', phone, '12 34', '+12 34', '12 34', '+12 34'],
    ['phones without digits differ by their text', phone, 'none', 'unknown', 'none', 'unknown'], ['phones of two countries differ', phone, '+45 12', '+46 12', '+45 12', '+46 12'], ['texts differ by their letters', text, 'A1', 'B1', 'A1', 'B1'],
    ['options', choice, 'web_lead', 'Phone', 'Web', 'PHONE'], ['options that differ in case only, where both sides have them', { ...choice, hubspot: list('fax', 'FAX') }, 'FAX', 'fax', 'FAX', 'fax'], ['options of any length', { ...choice, maxLength: 2 }, 'web_lead', 'Phone', 'Web', 'PHONE'], ['a dropdown and text', dropdownToText, 'DK', null, 'DK', ''], ['sets', choices, 'red;blue', 'Green', 'Red;Blue', 'green'], ['sets whose options run together differ', { kind: 'choices', hubspot: list('ab', 'c', 'a', 'bc'), salesforce: list('ab', 'c', 'a', 'bc') }, 'ab;c', 'a;bc', 'ab;c', 'a;bc'], ['an id that is an option no more', reference, '012000000000005AAA', null, '012000000000005AAA', ''], ['ids of records', reference, '012000000000009AAA', '012000000000001', '012000000000009AAA', '012000000000001AAA'], ['a set is never written with a leading semicolon', choices, ';red', 'Green', 'Red', 'green'],
    ['a checkbox that HubSpot shows blank is false in Salesforce', checkbox, '', true, false, 'true'], ['checkboxes', checkbox, 'true', false, true, 'false'],
    ['decimals', decimal, '2.345', 7, 2.35, '7'], ['noughts within a number', decimal, '100.050', 7, 100.05, '7'], ['negative numbers are rounded away from zero', decimal, '-2.345', 7, -2.35, '7'], ['zero is a value', decimal, '0', null, 0, ''], ['whole numbers', integer, '5.0', 1e3, 5, '1000'], ['the largest whole number', integer, '2147483647', null, 2_147_483_647, ''], ['the smallest whole number', integer, '-2147483648', null, -2_147_483_648, ''], ['as many digits as fit', decimal, '-1234', null, -1234, ''],
    ['numbers of any size, where nothing limits them', { ...decimal, integerDigits: null }, '12345', null, 12_345, ''], ['a fraction, where nothing fits before the point', { ...decimal, integerDigits: 0 }, '-0.55', '0.55', -0.55, '0.55'], ['a fraction above nothing', { ...decimal, integerDigits: 0 }, '0.55', null, 0.55, ''],
    ['days stay text', date, '2026-02-28', '2026-03-01', '2026-02-28', '2026-03-01'],
    ['datetimes are sent in UTC', datetime, '2026-01-01T00:00:01Z', '2026-01-01T00:00:00.000+0000', '2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z'],
    ['owners are sent as the id of the other side', owner, '7', '005B', '005A', '8'], ['text that just fits', text, 'x'.repeat(20), null, 'x'.repeat(20), ''], ['text of any length, where nothing limits it', multiline, 'x'.repeat(99), null, 'x'.repeat(99), ''],
  ];
  for (const [name, conversion, h, s, toSalesforce, toHubSpot] of cases) {
    test(`${name} (${conversion.kind}: ${String(h)}, ${String(s)})`, () => {
      const sides = read(conversion, h, s);
      assert.notEqual(sides.h.key, sides.s.key);
      assert.deepEqual([sides.h.write, sides.s.write], [toSalesforce, toHubSpot]);
    });
  }
});

test('a whole number beyond what JavaScript holds exactly is sent as its digits', () => {
  const wide: Conversion = { kind: 'number', integer: false, scale: 0, integerDigits: 18 };
  assert.equal(read(wide, '123456789012345678', null).h.write, '123456789012345678');
  assert.equal(read({ ...wide, integerDigits: null }, '1e400', null).h.write, `1${'0'.repeat(400)}`);
});

test('owners are compared as Salesforce users', () => {
  const { h, s } = read(owner, '7', '005B');
  assert.deepEqual([h.key, s.key], ['005A', '005B']);
});

describe('what cannot be converted is a problem of the side that holds it, and says why', () => {
  /** Written as "web2", HubSpot's "x" would read back as nothing. */
  const astray: Conversion = { kind: 'choice', hubspot: [{ value: 'x', label: 'Web' }], salesforce: [{ value: 'web2', label: 'x' }, { value: 'Web', label: 'W' }], maxLength: 0 };
  const cases: [string, Conversion, string | null, unknown, 'h' | 's', string, string][] = [
    ['too long for Salesforce, never cut', text, 'x'.repeat(21), 'y', 'h', 'STRING_TOO_LONG', 'it has 21 characters, 20 are possible'], ['too long for HubSpot', multiline, 'x', 'y'.repeat(65_537), 's', 'STRING_TOO_LONG', 'it has 65537 characters, 65536 are possible'],
    ['an option too long for text in Salesforce', { ...dropdownToText, maxLength: 1 }, 'DK', 'y', 'h', 'STRING_TOO_LONG', 'it has 2 characters, 1 are possible'],
    ['an invalid email', email, 'ada@', 'ada@example.com', 'h', 'INVALID_EMAIL_ADDRESS', '"ada@" is no email address'], ['an invalid email in Salesforce', email, '', 'no mail', 's', 'INVALID_EMAIL_ADDRESS', '"no mail" is no email address'],
    ['an option that Salesforce lacks', choice, 'odd', 'Web', 'h', 'INVALID_OPTION', '"odd" is not exactly one of the options there'], ['an option that HubSpot lacks', choice, 'odd', 'Other', 's', 'INVALID_OPTION', '"Other" is not exactly one of the options there'],
    ['two options that differ in case only', { ...choice, hubspot: list('Fax', 'odd') }, 'Fax', 'Web', 'h', 'INVALID_OPTION', '"Fax" is not exactly one of the options there'],
    ['an option that would not read back', astray, null, 'web2', 's', 'INVALID_OPTION', '"web2" is not exactly one of the options there'],
    ['members of a set', choices, 'red', 'Green;Grey;Black', 's', 'INVALID_OPTION', '"Grey", "Black" is not exactly one of the options there'],
    ['no record id', reference, 'abc', null, 'h', 'MALFORMED_ID', '"abc" is no Salesforce record id'], ['a record id with more behind it', reference, '012000000000001AAA1', null, 'h', 'MALFORMED_ID', '"012000000000001AAA1" is no Salesforce record id'],
    ['a record id with more before it', reference, '?012000000000001', null, 'h', 'MALFORMED_ID', '"?012000000000001" is no Salesforce record id'], ['a record id of 16 characters', reference, '012000000000001A', null, 'h', 'MALFORMED_ID', '"012000000000001A" is no Salesforce record id'],
    ['a letter', reference, 'a', null, 'h', 'MALFORMED_ID', '"a" is no Salesforce record id'], ['15 signs', reference, '?'.repeat(15), null, 'h', 'MALFORMED_ID', '"???????????????" is no Salesforce record id'],
    ['a record that is no option', reference, null, '012000000000002AAA', 's', 'INVALID_OPTION', '"012000000000002AAA" is not exactly one of the options there'],
    ['no checkbox', checkbox, 'perhaps', true, 'h', 'INVALID_BOOLEAN', '"perhaps" is neither true nor false'],
    ['no number', decimal, '1,000', 1, 'h', 'INVALID_NUMBER', '"1,000" is no number'], ['a point alone', decimal, '.', 1, 'h', 'INVALID_NUMBER', '"." is no number'], ['an exponent alone', decimal, 'e5', 1, 'h', 'INVALID_NUMBER', '"e5" is no number'],
    ['a fraction into int', integer, '1.5', 1, 'h', 'INVALID_NUMBER', '"1.5" has a fraction, the field takes whole numbers'],
    ['out of range of int', integer, '2147483648', 1, 'h', 'NUMBER_OUTSIDE_VALID_RANGE', '"2147483648" is out of its range'], ['below the range of int', integer, '-2147483649', 1, 'h', 'NUMBER_OUTSIDE_VALID_RANGE', '"-2147483649" is out of its range'],
    ['too many digits', decimal, '12345', 1, 'h', 'NUMBER_OUTSIDE_VALID_RANGE', '"12345" is out of its range'], ['a digit, where none fits before the point', { ...decimal, integerDigits: 0 }, '1.5', null, 'h', 'NUMBER_OUTSIDE_VALID_RANGE', '"1.5" is out of its range'],
    ['no day', date, '2026-02-30', null, 'h', 'INVALID_DATE', '"2026-02-30" is no day (YYYY-MM-DD, or midnight UTC)'], ['an epoch-ms day that is not midnight UTC', date, '1767225600001', null, 'h', 'INVALID_DATE', '"1767225600001" is no day (YYYY-MM-DD, or midnight UTC)'],
    ['no instant', datetime, 'yesterday', null, 'h', 'INVALID_DATE', '"yesterday" is no date and time'], ['an instant after the year 9999', datetime, '999999999999999', null, 'h', 'INVALID_DATE', '"999999999999999" is no date and time'],
    ['a day after the year 9999', date, '864000000000000', null, 'h', 'INVALID_DATE', '"864000000000000" is no day (YYYY-MM-DD, or midnight UTC)'],
    ['no instant for a day', dayHubSpot, 'yesterday', null, 'h', 'INVALID_DATE', '"yesterday" is no date and time'], ['no day for an instant', daySalesforce, 'yesterday', null, 'h', 'INVALID_DATE', '"yesterday" is no day (YYYY-MM-DD, or midnight UTC)'],
    ['an owner that is no Salesforce user', owner, '9', '005A', 'h', 'UNKNOWN_OWNER', 'HubSpot owner "9" is no active Salesforce user'], ['an owner that is no HubSpot owner', owner, '7', '00GQUEUE', 's', 'UNKNOWN_OWNER', 'Salesforce owner "00GQUEUE" is no HubSpot owner'],
    ['an owner called like a method', owner, 'toString', '005A', 'h', 'UNKNOWN_OWNER', 'HubSpot owner "toString" is no active Salesforce user'],
    ['a value of 60 characters, quoted in full', checkbox, 'x'.repeat(60), true, 'h', 'INVALID_BOOLEAN', `"${'x'.repeat(60)}" is neither true nor false`], ['a longer value, cut', checkbox, 'x'.repeat(61), true, 'h', 'INVALID_BOOLEAN', `"${'x'.repeat(60)}…" is neither true nor false`],
  ];
  for (const [name, conversion, h, s, side, code, why] of cases) {
    test(name, () => {
      const found = read(conversion, h, s)[side];
      const message = side === 'h' ? `HubSpot's p cannot be written to Salesforce's F: ${why}.` : `Salesforce's F cannot be written to HubSpot's p: ${why}.`;
      assert.deepEqual([found.problem, found.write], [{ code, message }, undefined]);
    });
  }

  test('a blank where Salesforce demands a value', () => {
    const sides = readField(field(text, { required: true }), '', 'Lovelace', { owners, timeZone: 'UTC' });
    assert.deepEqual(sides.h.problem, { code: 'REQUIRED_FIELD_MISSING', message: 'HubSpot\'s p cannot be written to Salesforce\'s F: it is blank, and Salesforce demands a value.' });
    assert.deepEqual([sides.h.write, sides.s.write], [undefined, 'Lovelace']);
  });

  test('a day that the zone skipped, and keeps its key', () => {
    const { h } = read(daySalesforce, '2011-12-30', null, 'Pacific/Apia');
    assert.deepEqual([h.key, h.write, h.problem?.message], ['2011-12-30', undefined, 'HubSpot\'s p cannot be written to Salesforce\'s F: "2011-12-30" does not exist in Pacific/Apia.']);
  });

  test('an instant whose day in the zone has no four-digit year', () => {
    const { h } = read(dayHubSpot, '9999-12-31T23:30:00Z', null, 'Pacific/Kiritimati');
    assert.equal(h.problem?.message, 'HubSpot\'s p cannot be written to Salesforce\'s F: "9999-12-31T23:30:00Z" is no date and time.');
    assert.equal(read(dayHubSpot, '9999-12-31T23:30:00Z', null).h.write, '9999-12-31');
  });
});

test('a long value has its hash as key and a cut text, and short keys stay readable', () => {
  const { h, s } = read(multiline, 'x'.repeat(300), 'short');
  assert.match(h.key ?? '', /^sha256:[0-9a-f]{64}$/);
  assert.equal(h.text, `${'x'.repeat(200)}…`);
  assert.equal(h.write, 'x'.repeat(300));
  assert.equal(s.key, 'short');
  assert.equal(read(multiline, 'x'.repeat(300), 'x'.repeat(299)).s.key === h.key, false);
  assert.equal(read(multiline, 'x'.repeat(64), null).h.key, 'x'.repeat(64));
  assert.equal(read(multiline, 'x'.repeat(200), null).h.text, 'x'.repeat(200));
});

test('a text is never cut through a character', () => {
  assert.equal(read(multiline, `${'x'.repeat(199)}😀`, null).h.text, `${'x'.repeat(199)}…`);
  assert.equal(read(multiline, `😀${'x'.repeat(199)}`, null).h.text, `😀${'x'.repeat(198)}…`);
});

describe('what was written to the other side reads back as the same value', () => {
  const word = fc.constantFrom('web_lead', 'PHONE', 'odd', 'Web', 'Phone', 'phone', 'fax', 'FAX', 'Mr.', 'mr.', 'DK', 'Denmark', 'denmark', 'red', 'Red', 'GREEN', 'zzz');
  const words = fc.array(word, { maxLength: 5 }).map((some) => some.join(';'));
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 90 }), word, fc.constantFrom(' a\r\nb ', '[not provided]'));
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.integer().map(String), fc.constantFrom('1.0', '-0.005', '.5', '1e5', '5.', '0.30000000000000004'));
  const instant = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 }).map((seconds) => seconds * 1000);
  const aDate = instant.map((ms) => new Date(ms).toISOString().slice(0, 10));
  const time = fc.oneof(instant.map(String), instant.map((ms) => new Date(ms).toISOString()), aDate, word);
  const phones = fc.oneof(fc.stringMatching(/^\+?[0-9 ()-]{1,20}$/), anyText);
  const emails = fc.oneof(fc.emailAddress(), anyText);
  const zones = ['UTC', 'Pacific/Pago_Pago', 'Pacific/Kiritimati', 'America/Phoenix', 'Europe/Copenhagen', 'America/Sao_Paulo', 'Asia/Kolkata', 'America/Havana', 'Africa/Cairo'];
  const kinds: [Conversion, fc.Arbitrary<string>][] = [
    [text, anyText], [multiline, anyText], [email, emails], [phone, phones], [choice, word], [freeChoice, word], [dropdownToText, word], [choices, words], [reference, word],
    [checkbox, fc.constantFrom('true', 'false', 'TRUE', 'x')], [decimal, number], [{ ...decimal, integerDigits: null }, number], [integer, number],
    [date, time], [daySalesforce, time], [dayHubSpot, time], [datetime, time], [owner, fc.constantFrom('7', '8', '9', '005A', '005B', '00G')],
  ];
  for (const [conversion, values] of kinds) {
    test(`${conversion.kind}${'instant' in conversion ? ` (instant in ${conversion.instant})` : ''}`, () => {
      fc.assert(fc.property(values, values, fc.constantFrom(...zones), (h, s, zone) => {
        const asSalesforce: unknown = conversion.kind === 'checkbox' ? s === 'true' : s;
        const sides = read(conversion, h, asSalesforce, zone);
        if (sides.h.write !== undefined) {
          const after = read(conversion, h, sides.h.write, zone);
          assert.equal(after.s.key, sides.h.key, `S := ${String(sides.h.write)}`);
          assert.equal(after.h.key, sides.h.key);
        }
        if (sides.s.write !== undefined) {
          assert.equal(typeof sides.s.write, 'string');
          const after = read(conversion, String(sides.s.write), asSalesforce, zone);
          assert.equal(after.h.key, sides.s.key, `H := ${String(sides.s.write)}`);
          assert.equal(after.s.key, sides.s.key);
        }
        for (const side of [sides.h, sides.s]) {
          assert.equal(side.write === undefined, sides.h.key === sides.s.key || side.problem !== undefined);
          assert.ok(side.key === null || side.key.length <= 71);
        }
      }), { numRuns: cases(400) });
    });
  }
});

describe('an instant', () => {
  const instants: [string, string | null][] = [
    ['2026-01-05T10:20:30.000Z', '2026-01-05T10:20:30.000Z'], ['2026-01-05t10:20:30z', '2026-01-05T10:20:30.000Z'], ['2026-01-05 10:20:30', '2026-01-05T10:20:30.000Z'], ['2026-01-05T10:20', '2026-01-05T10:20:00.000Z'],
    ['2026-01-05T10:20Z', '2026-01-05T10:20:00.000Z'], ['2026-01-05', '2026-01-05T00:00:00.000Z'], ['2026-01-05T10:20:30.5Z', '2026-01-05T10:20:30.500Z'], ['2026-01-05T10:20:30.123456789Z', '2026-01-05T10:20:30.123Z'],
    ['2026-01-05T10:20:30+0130', '2026-01-05T08:50:30.000Z'], ['2026-01-05T10:20:30-01:30', '2026-01-05T11:50:30.000Z'], ['2026-01-05T23:59:59Z', '2026-01-05T23:59:59.000Z'], ['-1', '1969-12-31T23:59:59.999Z'], ['0', '1970-01-01T00:00:00.000Z'],
    ['2026-01-05T24:00:00Z', null], ['2026-01-05T10:60:00Z', null], ['2026-01-05T10:20:60Z', null], ['2026-13-01', null], ['2026-00-10', null], ['0050-02-30', null], ['x2026-01-05', null], ['2026-01-05x', null], ['2026-01-05T10', null],
    ['1234567890123456', null], ['1.5', null], ['x1', null], ['1x', null], ['--1', null], ['', null],
  ];
  for (const [text, expected] of instants) test(`"${text}" is ${expected ?? 'none'}`, () => assert.equal(parseInstant(text), expected === null ? null : Date.parse(expected)));

  test('is a day if it is midnight UTC', () => {
    assert.deepEqual(['2026-01-05', '2026-01-05T00:00:00Z', '1767571200000', '2026-01-05T00:00:01Z', '2026-01-05T00:00:00+01:00', 'Monday'].map(parseDay), ['2026-01-05', '2026-01-05', '2026-01-05', null, null, null]);
  });
});

describe('days and zones', () => {
  test('R10 a date picked at 16:00 in Arizona stays that day: 23:00 UTC and the day in Phoenix', () => {
    assert.equal(read(daySalesforce, '2026-01-01', '2026-01-01T23:30:00.000+0000', 'America/Phoenix').s.key, '2026-01-01');
    assert.equal(read(daySalesforce, '2026-01-01', '2026-01-02T06:59:59.000+0000', 'America/Phoenix').s.key, '2026-01-01');
    assert.equal(read(daySalesforce, '2026-01-01', null, 'America/Phoenix').h.write, '2026-01-01T07:00:00Z');
  });

  const starts: [string, string, string | null][] = [
    ['2026-03-29', 'Europe/Copenhagen', '2026-03-28T23:00:00.000Z'], ['2026-03-30', 'Europe/Copenhagen', '2026-03-29T22:00:00.000Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'], ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'],
    ['2024-11-03', 'America/Havana', '2024-11-03T04:00:00.000Z'], ['2011-12-30', 'Pacific/Apia', null], ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'], ['2026-06-01', 'Pacific/Kiritimati', '2026-05-31T10:00:00.000Z'],
  ];
  for (const [day, zone, instant] of starts) {
    test(`the day ${day} begins in ${zone} at ${instant ?? 'no instant: the zone skipped it'}`, () => {
      assert.equal(startOfDay(day, zone), instant === null ? null : Date.parse(instant));
      if (instant !== null) assert.notEqual(dayIn(Date.parse(instant) - 1, zone), day);
    });
  }

  test('what is no day begins at no instant, and what is no instant has no day and no midnight after it', () => {
    assert.deepEqual([startOfDay('Monday', 'UTC'), dayIn(NaN, 'UTC'), nextMidnight(NaN, 'UTC'), nextMidnight(Date.parse('9999-12-31T12:00:00Z'), 'UTC')], [null, null, null, null]);
  });

  test('zones are checked by name', () => {
    assert.deepEqual(['UTC', 'Europe/Copenhagen', 'Mars/Olympus', ''].map(isTimeZone), [true, true, false, false]);
  });
});

describe('the midnight at which a zone\'s day ends', () => {
  for (const [after, zone, midnight] of [
    ['2026-01-05T23:59:59Z', 'UTC', '2026-01-06T00:00:00Z'],
    ['2026-01-05T00:00:00Z', 'UTC', '2026-01-06T00:00:00Z'],
    ['2026-01-05T23:30:00Z', 'Europe/Copenhagen', '2026-01-06T23:00:00Z'],
    ['2026-03-28T23:30:00Z', 'Europe/Copenhagen', '2026-03-29T22:00:00Z'], // 23 hours long
    ['2026-01-05T04:00:00Z', 'America/New_York', '2026-01-05T05:00:00Z'],
    ['2011-12-29T12:00:00Z', 'Pacific/Apia', '2011-12-30T10:00:00Z'], // where 30 December was skipped
  ] as const) {
    test(`after ${after} in ${zone} it is ${midnight}`, () => assert.equal(nextMidnight(Date.parse(after), zone), Date.parse(midnight)));
  }
});
