import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { each } from '../../activities/each.ts';
import type { RetryPolicy } from '../../sync/errors.ts';
import type { ErrorCategory } from '../../sync/records.ts';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();

/** The table of behaviour, section 8, where a CRM refuses one row of a batch: its code, whether it names the field, and what people see. */
const salesforce: [category: ErrorCategory, retry: RetryPolicy, names: boolean, codes: string][] = [
  ['temporary', 'backoff', false, 'UNABLE_TO_LOCK_ROW SERVER_UNAVAILABLE QUERY_TIMEOUT REQUEST_RUNNING_TOO_LONG'],
  ['temporary', 'hourly', false, 'ENTITY_IS_LOCKED'],
  ['api-limit', 'hourly', false, 'STORAGE_LIMIT_EXCEEDED'],
  ['property-value', 'on-change', true, 'REQUIRED_FIELD_MISSING INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST STRING_TOO_LONG INVALID_EMAIL_ADDRESS NUMBER_OUTSIDE_VALID_RANGE TOO_MANY_ENUM_VALUE MALFORMED_ID FIELD_INTEGRITY_EXCEPTION FIELD_FILTER_VALIDATION_EXCEPTION'],
  ['custom-code', 'on-change', false, 'FIELD_CUSTOM_VALIDATION_EXCEPTION CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY'],
  ['duplicates', 'on-change', false, 'DUPLICATES_DETECTED DUPLICATE_VALUE DUPLICATE_EXTERNAL_ID'],
  ['record-missing', 'on-change', false, 'ENTITY_IS_DELETED NOT_FOUND INVALID_CROSS_REFERENCE_KEY CANNOT_UPDATE_CONVERTED_LEAD'],
  ['permissions', 'on-change', false, 'INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INACTIVE_OWNER_OR_USER'],
  ['permissions', 'on-change', true, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
  ['property-mapping', 'on-change', true, 'INVALID_FIELD'],
];
const hubspot: typeof salesforce = [
  ['property-value', 'on-change', true, 'VALIDATION_ERROR INVALID_OPTION INVALID_DATE INVALID_INTEGER INVALID_EMAIL'],
  ['permissions', 'on-change', true, 'READ_ONLY_VALUE'],
  ['property-mapping', 'on-change', true, 'PROPERTY_DOESNT_EXIST'],
];

interface Case {
  system: 'hubspot' | 'salesforce';
  code: string;
  category: ErrorCategory;
  retry: RetryPolicy;
  /** The refused field; the other one of the contact is none of it. */
  names: boolean;
  id: string;
  record: string;
  /** Refused wherever a row holds it. */
  fax: string;
}

/** As often as a passing failure is met: it goes by itself then. */
const passingTimes = 2;

describe('section 8: what a CRM refuses for one contact', { concurrency: false }, () => {
  test('each code has its category, its remedy and its retries, costs no other contact anything, and goes with its cause', async (t) => {
    const s = await sluice.open(t, 'refusals');
    const table = Object.entries({ salesforce, hubspot }).flatMap(([system, rows]) => rows.flatMap(([category, retry, names, codes]) => codes.split(' ').map((code) => ({ system: system as Case['system'], code, category, retry, names }))));
    const cases: Case[] = [];
    // As many at once as people make, not as a mass: this is about refusals.
    await each([...table.entries()], async ([i, one]) => {
      const id = await s.hubspot.create({ email: `case${i}@firm.example`, lastname: `Case ${i}` });
      const state = await s.sync(id);
      assert.equal(state.status, 'in-sync', state.reason);
      cases.push({ ...one, id, record: state.salesforce?.id ?? '', fax: `555-${1_000 + i}` });
    });
    for (const { system, code, retry, names, fax } of cases) {
      const row = { match: fax, code, ...(names && { fields: [system === 'salesforce' ? 'Fax' : 'fax'] }) };
      const path = system === 'salesforce' ? '/composite/' : '/batch\\/update$/';
      await s[system].fault({ path, row, times: retry === 'backoff' ? passingTimes : 1_000 });
    }
    const hitsOf = async ({ system, fax }: Case): Promise<number | undefined> => (await s[system].faults()).find(({ row }) => row?.match === fax)?.hits;
    await Promise.all(cases.map(async ({ system, id, record, fax }) => {
      await (system === 'salesforce' ? s.hubspot.edit(id, { fax, city: 'Oslo' }) : s.salesforce.edit('Lead', record, { Fax: fax, City: 'Oslo' }));
      await s.signal(id, m.changed, { source: system === 'salesforce' ? 'hubspot' : 'salesforce', kind: 'change' });
    }));

    const waiting: Case[] = [];
    for (const one of cases) {
      const { code, category, retry, names, id, record, system, fax } = one;
      const what = `${system} ${code}`;
      if (retry === 'backoff') {
        await until(`${what} has passed`, async () => (await s.state(id)).status === 'in-sync' && (await s.state(id)).next === null && (await s.salesforce.get('Lead', record))['Fax'] === fax);
        assert.equal(await hitsOf(one), passingTimes, what);
        continue;
      }
      const state = await s.state(id);
      if (retry === 'hourly') {
        assert.match(state.next ?? '', /^Tries again at /, what);
        const waits = Date.parse(state.next?.slice('Tries again at '.length, -1) ?? '') - Date.now();
        assert.ok(waits > 3_500_000, `${what}: ${waits} ms`);
      } else if (category === 'duplicates') {
        assert.equal(state.status, 'needs-review', `${what}: ${state.reason}`);
      } else {
        assert.deepEqual([state.status, state.error?.category, state.error?.code], ['error', category, code], `${what}: ${state.reason}`);
        assert.ok((state.error?.remedy ?? '').length > 20, what);
      }
      // The other field was written where the refusal names one.
      const other = system === 'salesforce' ? (await s.salesforce.get('Lead', record))['City'] : (await s.hubspot.get(id))['city'];
      assert.equal(other ?? null, names ? 'Oslo' : null, what);
      assert.equal(await hitsOf(one), 1, `${what}: sent once`);
      waiting.push(one);
    }
    t.diagnostic(`${cases.length} codes; ${waiting.length} of them were sent once, the others ${passingTimes} times and then passed`);

    // Nothing is tried again by clock; a person's resync does, once the cause is gone.
    for (const one of waiting) assert.equal(await hitsOf(one), 1, `${one.system} ${one.code}: not repeated`);
    await s.hubspot.noFaults();
    await s.salesforce.noFaults();
    for (const { system, code, id, record, fax } of cases) {
      const { status, reason } = await s.sync(id);
      assert.equal(status, 'in-sync', `${system} ${code}: ${reason}`);
      assert.deepEqual([(await s.salesforce.get('Lead', record))['Fax'], (await s.hubspot.get(id))['fax']], [fax, fax], `${system} ${code}`);
    }
  });
});
