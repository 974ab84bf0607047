import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isValidEmail, normaliseEmail } from '../../sync/email.ts';

describe('emails', () => {
  test('compare trimmed and in lower case; a blank is none', () => {
    assert.deepEqual([' Ada@X.com\n', 'ada@x.com', '  ', '', null, undefined].map(normaliseEmail), ['ada@x.com', 'ada@x.com', null, null, null, null]);
  });

  const label = 'a'.repeat(63);
  /** 254 characters, the most that an address may have. */
  const longest = `${'a'.repeat(64)}@${label}.${label}.${'b'.repeat(61)}`;
  const valid = [
    'ada@example.com', 'ada.lovelace@example.com', ' ADA@Example.co.uk ', "o'brien+tag@x-y.org", 'a_b.c@1and1.com', 'x@xn--bcher-kva.example', 'x@example.xn--p1ai', 'a.b.c@x.y.zz', '!#$%&*/=?^`{|}~-@x.com',
    'a@1.com', 'a@x--y.com', 'a@b.co-op', 'a@b.c1', `${'a'.repeat(64)}@x.com`, `a@${label}.com`, `a@x.${'c'.repeat(63)}`, longest,
  ];
  for (const email of valid) test(`${email.slice(0, 30)} (${email.length}) is valid`, () => assert.equal(isValidEmail(email), true));

  const invalid = [
    null, undefined, '', 'ada', 'example.com', 'ada@', '@x.com', 'ada@x', 'a b@x.com', 'a@b@x.com', '.a@x.com', 'a.@x.com', 'a..b@x.com', 'a@.com', 'a@x.com.', 'a@-x.com', 'a@x-.com', 'a@x..com', 'a@x.c', 'a@1.2.3.4', 'a@x.1m', 'a@x.-m', 'a@x.m-',
    'ada@x.com,bob@x.com', '<ada@x.com>', 'ada@x.com>', 'ada@x_y.com', 'ada@x.c_m', 'ådå@x.com', 'ada@bücher.com', '"a b"@x.com', 'a(b)@x.com', 'a@b;c@x.com', 'a\n@x.com', 'a@x.com\nb@x.com',
    `${'a'.repeat(65)}@x.com`, `a@a${label}.com`, `a@x.c${'c'.repeat(63)}`, `${longest}b`,
  ];
  for (const email of invalid) test(`"${(email ?? 'none').slice(0, 30)}" (${email?.length ?? 0}) is not`, () => assert.equal(isValidEmail(email), false));

  test('validity has no case', () => {
    assert.deepEqual([...valid, ...invalid].map((email) => isValidEmail(email?.toUpperCase())), [...valid.map(() => true), ...invalid.map(() => false)]);
  });
});
