import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attemptOf, heldByBoth, landed, unsent, type Attempt } from '../../sync/attempt.ts';
import { decide } from '../../sync/decide.ts';
import type { PairMatch, PairWrite } from '../../sync/pair.ts';
import type { FieldReading, HubSpotContactId, SalesforceId } from '../../sync/records.ts';

const lead = (id: string) => ({ type: 'Lead' as const, id: id as SalesforceId });
const field = (hubspot: string, salesforce: string, h: string | null, s: string | null): FieldReading => ({
  hubspot, salesforce, rule: 'two-way', treatment: 'ordinary', direction: 'both', hubspotChangedAt: null,
  h: { key: h, text: h, ...(h !== s && { write: h }) }, s: { key: s, text: s, ...(h !== s && { write: s ?? '' }) },
});
const linked = (id: string): PairMatch => ({ kind: 'linked', record: { link: { ...lead(id), rung: 'lead-email' }, externalId: null, modifiedAt: 0, duplicates: [] } });
const pair = (id: string, title: [h: string | null, s: string | null], phone: [h: string | null, s: string | null]) => ({ match: linked(id), fields: [field('jobtitle', 'Title', ...title), field('phone', 'Phone', ...phone)] });
const decided = (fields: FieldReading[], base: Record<string, string | null>) => decide({ fields, base, salesforceChange: { after: null, before: null }, mode: 'sync', linkedNow: false, baseOnItsWay: false });
const write = (id: string | null): PairWrite => ({
  hubspotId: '51' as HubSpotContactId, settingsVersion: 1, checkedAt: null, hubspot: {}, writeIds: false,
  salesforce: id === null ? { kind: 'create', type: 'Lead', fields: {} } : { kind: 'update', ref: lead(id), fields: {}, claim: false },
});

/** HubSpot's title is new, and Salesforce's phone. */
const read = pair('L1', ['Baroness', 'Countess'], ['1', '2']);
const decision = decided(read.fields, { jobtitle: 'Countess', phone: '1' });
const sent: Attempt = attemptOf(write('L1'), decision, null, read);

describe('a write that was not answered', () => {
  test('is kept with the side each field goes to and the value that both have then', () => {
    assert.deepEqual(sent, { record: 'L1', fields: { jobtitle: { side: 'salesforce', field: 'Title', key: 'Baroness' }, phone: { side: 'hubspot', field: 'Phone', key: '2' } }, agreed: {} });
  });

  test('has landed where its side shows the value, whatever the other shows by now', () => {
    assert.deepEqual(landed(sent, pair('L1', ['Duchess', 'Baroness'], ['2', '3'])), { jobtitle: 'Baroness', phone: '2' });
    assert.deepEqual(landed(sent, pair('L1', ['Baroness', 'Countess'], ['2', '2'])), { phone: '2' });
    assert.deepEqual(landed(sent, pair('L1', ['Baroness', 'Countess'], ['1', '2'])), {});
    const more = pair('L1', ['Baroness', 'Baroness'], ['1', '2']);
    assert.deepEqual(landed(sent, { ...more, fields: [...more.fields, field('fax', 'Fax', '3', '3')] }), { jobtitle: 'Baroness' }, 'what was not sent has not landed');
  });

  test('says nothing of another record, and one that created a record says it of whichever was found', () => {
    const landedAll = pair('L2', ['Baroness', 'Baroness'], ['2', '2']);
    assert.deepEqual(landed(sent, landedAll), {});
    assert.deepEqual(landed(attemptOf(write(null), decision, null, read), landedAll), { jobtitle: 'Baroness', phone: '2' });
    assert.deepEqual(landed(sent, { ...landedAll, match: { kind: 'none' } }), {});
  });

  test('says nothing of a field that the property is mapped to by now, which never held the value', () => {
    const remapped = { match: linked('L1'), fields: [field('jobtitle', 'City', 'Baroness', 'Baroness'), field('phone', 'MobilePhone', '2', null)] };
    assert.deepEqual(landed(sent, remapped), {});
    const older: Attempt = { record: sent.record, fields: { jobtitle: { side: 'salesforce', key: 'Baroness' } } };
    assert.deepEqual(landed(older, pair('L1', ['Duchess', 'Baroness'], ['1', '2'])), { jobtitle: 'Baroness' }, 'one of an older version does not say what it was mapped to');
  });

  test('goes on with a later one to the same record, which knows better', () => {
    const reread = pair('L1', ['Duchess', 'Countess'], ['1', '1']);
    const later = decided(reread.fields, { jobtitle: 'Countess', phone: '1' });
    assert.deepEqual(attemptOf(write('L1'), later, sent, reread).fields, { jobtitle: { side: 'salesforce', field: 'Title', key: 'Duchess' }, phone: { side: 'hubspot', field: 'Phone', key: '2' } });
    assert.deepEqual(attemptOf(write('L2'), later, sent, reread).fields, { jobtitle: { side: 'salesforce', field: 'Title', key: 'Duchess' } });
  });

  test('keeps what both sides held when it was decided, and what had landed before, of the same record and mapping', () => {
    const first = pair('L1', ['Baroness', 'Countess'], ['1', '1']);
    const attempt = attemptOf(write('L1'), decided(first.fields, {}), null, first);
    assert.deepEqual(attempt.agreed, { phone: { field: 'Phone', key: '1' } });
    assert.deepEqual(heldByBoth(attempt, pair('L1', ['Baroness', 'Countess'], [null, '1'])), { phone: '1' }, 'a value that is deleted then is a deletion');
    assert.deepEqual(heldByBoth(attempt, pair('L2', ['Baroness', 'Countess'], [null, '1'])), {});
    assert.deepEqual(heldByBoth(attempt, { ...first, fields: [field('phone', 'MobilePhone', null, '1')] }), {});
    const landedSince = pair('L1', ['Countess', 'Duchess'], [null, '1']);
    const { fields, agreed } = attemptOf(write('L1'), decided(landedSince.fields, heldByBoth(attempt, landedSince)), attempt, landedSince);
    assert.deepEqual([fields['jobtitle']?.key, agreed], ['Duchess', { jobtitle: { field: 'Title', key: 'Countess' }, phone: { field: 'Phone', key: '1' } }]);
  });

  test('that was never sent leaves what both sides held, and what an earlier one at the same record had sent', () => {
    const both = pair('L1', ['Baroness', 'Countess'], ['1', '1']);
    const attempt = attemptOf(write('L1'), decided(both.fields, {}), sent, both);
    assert.deepEqual(unsent(attempt, sent), { record: 'L1', fields: sent.fields, agreed: { phone: { field: 'Phone', key: '1' } } });
    assert.deepEqual(unsent(attempt, null), { record: 'L1', fields: {}, agreed: { phone: { field: 'Phone', key: '1' } } });
  });
});
