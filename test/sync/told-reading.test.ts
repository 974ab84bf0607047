import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { newSettings } from '../../sync/settings.ts';
import { hearReading, tellReading } from '../../sync/told-reading.ts';
import type { PairReading } from '../../sync/pair.ts';
import type { FieldReading } from '../../sync/records.ts';
import { cases } from '../support/cases.ts';
import { inputOf, readings } from './random-pairs.ts';

const circumstances = { mode: 'sync', linkedNow: false, baseOnItsWay: false, salesforceChange: { after: null, before: null } } as const;
const pairOf = (fields: readonly FieldReading[]): PairReading => ({
  kind: 'pair', settingsVersion: 1, name: 'Ada Lovelace', email: 'ada@gmail.example', membership: { kind: 'unrestricted' }, match: { kind: 'none' }, fields: [...fields], createAs: 'Lead', account: null,
  deletes: newSettings('').deletes, storedIds: {}, settlesAt: null, baseOnItsWay: false, readAt: '2026-01-05T10:00:00.000Z',
});
const pairs = readings.map((list) => pairOf(inputOf(list, circumstances, {}).fields));
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe('a reading as histories keep it', () => {
  test('is heard as it was read, whatever the fields hold', () => {
    fc.assert(fc.property(pairs, (reading) => { assert.deepEqual(hearReading(throughJson(tellReading(reading))), reading); }), { numRuns: cases(500) });
  });

  test('one that an older version kept whole is heard as it stands', () => {
    fc.assert(fc.property(pairs, (reading) => { assert.deepEqual(hearReading(throughJson(reading)), reading); }), { numRuns: cases(200) });
  });

  test('says of a field that both sides hold alike its names, its rule and the value', () => {
    const field = (hubspot: string, salesforce: string, value: string | null): FieldReading => ({
      hubspot, salesforce, rule: 'two-way', treatment: 'ordinary', direction: 'both', h: { key: value, text: value }, s: { key: value, text: value }, hubspotChangedAt: null,
    });
    const reading = pairOf([field('jobtitle', 'Title', 'Countess'), field('phone', 'Phone', null), { ...field('fax', 'Fax', '555-1'), s: { key: null, text: null } }]);
    const told = tellReading(reading);
    assert.deepEqual(told.kind === 'pair' && told.fields, [
      { hubspot: 'jobtitle', salesforce: 'Title', rule: 'two-way', both: 'Countess' }, { hubspot: 'phone', salesforce: 'Phone', rule: 'two-way' }, { hubspot: 'fax', salesforce: 'Fax', rule: 'two-way', h: '555-1' },
    ]);
    assert.deepEqual(hearReading(told), reading);
  });

  test('a value whose text is not its key keeps both, and what cannot be written says why', () => {
    const reading = pairOf([{
      hubspot: 'message', salesforce: 'Description', rule: 'none', treatment: 'owner', direction: 'to-hubspot', h: { key: null, text: null, write: null },
      s: { key: 'sha256:1', text: 'A long tex…', write: 'A long text', problem: { code: 'STRING_TOO_LONG', message: 'too long' } }, hubspotChangedAt: 7,
    }]);
    assert.deepEqual(hearReading(throughJson(tellReading(reading))), reading);
  });

  test('one of a contact that is gone is told as it is', () => {
    const gone: PairReading = { kind: 'held', hold: 'paused', reason: 'The connection "main" is paused.', settingsVersion: 3 };
    assert.equal(tellReading(gone), gone);
    assert.equal(hearReading(gone), gone);
  });
});
