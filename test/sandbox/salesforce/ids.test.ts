import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { normalId, numberedId, to18 } from '../../../sandbox/salesforce/ids.ts';

describe('record ids', () => {
  test('the suffix is the one of the published algorithm', () => {
    // From Salesforce's own examples of both forms.
    assert.equal(to18('0013000000abcde'), '0013000000abcdeAAA');
    assert.equal(to18('001A0000006Vm9r'), '001A0000006Vm9rIAC');
  });

  test('15 characters, 18, and 18 in any case mean the same record', () => {
    fc.assert(fc.property(fc.stringMatching(/^[0-9A-Za-z]{15}$/), (id) => {
      const full = to18(id);
      for (const text of [id, full, full.toLowerCase(), full.toUpperCase()]) assert.equal(normalId(text), full);
    }));
  });

  test('what is no id is none', () => {
    for (const text of ['', 'x', '00Q00000000000', '00Q0000000000011', '00Q00000000000-', '00Q000000000001AA9']) assert.equal(normalId(text), undefined, text);
  });

  test('numbered ids grow in ASCII order', () => {
    fc.assert(fc.property(fc.nat(), fc.nat(), (a, b) => {
      fc.pre(a < b);
      assert.ok(numberedId('00Q', 'ab0', a) < numberedId('00Q', 'ab0', b));
    }));
  });
});
