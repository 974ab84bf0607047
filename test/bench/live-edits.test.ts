import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Edit } from '../../bench/latency-edits.ts';
import { timeOf } from '../../bench/live-edits.ts';

const record = { type: 'Lead', id: '00Q000000000001AAA', email: null, externalId: '51', modifiedAt: '', values: {} } as const;
const edit = (id: string, value: string, at: number): Edit => ({ side: 'hubspot', id, record, property: 'phone', field: 'Phone', value, at });

test('an edit that the next one of the same contact overtook arrived with that one', () => {
  const [first, other, second] = [edit('51', '1', 1_000), edit('52', '2', 1_500), edit('51', '3', 4_000)];
  const edits = [first, other, second];
  const arrived = new Map([[second, { from: 4_010, ms: 990 }]]);
  assert.equal(timeOf(second, edits, arrived), 990);
  assert.equal(timeOf(first, edits, arrived), 4_000);
  assert.equal(timeOf(other, edits, arrived), null);
});
