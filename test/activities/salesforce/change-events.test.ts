import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readChangeEvent } from '../../../activities/salesforce/changeEvents.ts';

const ID = '00Q000000000001AAA';
const OTHER = '00Q000000000002AAA';
const event = (header: object, replayId: unknown = 7) => ({ schema: 'x', payload: { ChangeEventHeader: { entityName: 'Lead', recordIds: [ID], changeType: 'UPDATE', changeOrigin: '', commitTimestamp: 1_767_225_600_000, ...header }, Email: 'x' }, event: { replayId } });
const read = (header: object): { kinds: string[]; gap: boolean } => {
  const { changes, gap } = readChangeEvent('Lead', event(header));
  return { kinds: changes.map(({ kind, id }) => `${kind} ${id}`), gap };
};

describe('a change event', () => {
  test('tells object, id, kind and the time of the commit, and nothing of the values', () => {
    assert.deepEqual(readChangeEvent('Lead', event({})), { object: 'Lead', replayId: 7, gap: false, changes: [{ object: 'Lead', id: ID, kind: 'update', at: '2026-01-01T00:00:00.000Z' }] });
  });

  test('says who made it and of an update which fields, where it knows; the stamps, which every update moves, are none', () => {
    const likeness = (header: object) => readChangeEvent('Lead', event(header)).changes.map(({ by, fields }) => [by, fields]);
    assert.deepEqual(likeness({ commitUser: '005000000000001AAA', changedFields: ['Title', 'Name.LastName', 'LastModifiedDate', 'LastModifiedById'] }), [['005000000000001AAA', 'Title,Name.LastName']]);
    assert.deepEqual(likeness({ commitUser: 'u'.repeat(61), changedFields: ['f'.repeat(100)] }), [['u'.repeat(60), 'f'.repeat(60)]]);
    assert.deepEqual(likeness({ commitUser: '', changedFields: ['LastModifiedDate'] }), [[undefined, undefined]]);
    assert.deepEqual(likeness({ commitUser: null, changedFields: 'Title' }), [[undefined, undefined]]);
  });

  test('is one change per record', () => {
    assert.deepEqual(read({ changeType: 'CREATE', recordIds: [ID, OTHER] }), { kinds: [`create ${ID}`, `create ${OTHER}`], gap: false });
  });

  test('is none where the change is our own, and only where the origin ends so', () => {
    assert.deepEqual(read({ changeOrigin: 'com/salesforce/api/rest/67.0;client=sluice' }), { kinds: [], gap: false });
    assert.deepEqual(read({ changeOrigin: 'com/salesforce/api/rest/67.0;client=sluice2' }).kinds, [`update ${ID}`]);
    assert.deepEqual(read({ changeOrigin: null }).kinds, [`update ${ID}`]);
  });

  test('with a gap has the ids that it knows: of its kind, of an overflow an update, of a whole object none', () => {
    for (const kind of ['create', 'update', 'delete', 'undelete']) assert.deepEqual(read({ changeType: `GAP_${kind.toUpperCase()}` }), { kinds: [`${kind} ${ID}`], gap: true });
    assert.deepEqual(read({ changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'] }), { kinds: [], gap: true });
    assert.deepEqual(read({ changeType: 'GAP_OVERFLOW' }), { kinds: [`update ${ID}`], gap: true });
    assert.deepEqual(read({ recordIds: ['00Q*', OTHER] }), { kinds: [`update ${OTHER}`], gap: true });
    assert.deepEqual(read({ changeType: 'SNAPSHOT' }), { kinds: [`update ${ID}`], gap: true });
  });

  test('of a shape that nobody knows is a gap; its replay id counts where it has one', () => {
    for (const header of [{ recordIds: ID }, { changeType: null }, { commitTimestamp: 1e300 }, { commitTimestamp: -1 }]) {
      assert.deepEqual(readChangeEvent('Lead', event(header)), { object: 'Lead', replayId: 7, changes: [], gap: true });
    }
    for (const data of [undefined, 'text', event({}, '7'), event({}, 1.5), { payload: {} }]) {
      assert.deepEqual(readChangeEvent('Lead', data), { object: 'Lead', replayId: null, changes: [], gap: true });
    }
  });
});
