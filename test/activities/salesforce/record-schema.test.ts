import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordSchema } from '../../../activities/salesforce/recordSchema.ts';

const Id = '00Q000000000001AAA';

describe('a row', () => {
  test('is taken with its values and relations, without attributes', () => {
    const row = { attributes: { type: 'Lead', url: '/x' }, Id, LastName: 'Lovelace', Score__c: 3, IsConverted: false, Phone: null, Owner: { attributes: { type: 'User' }, Manager: { attributes: {}, Name: 'Byron' } } };
    assert.deepEqual(recordSchema.parse(row), { Id, LastName: 'Lovelace', Score__c: 3, IsConverted: false, Phone: null, Owner: { Manager: { Name: 'Byron' } } });
  });

  test('of another shape is refused as a whole', () => {
    const refused: unknown[] = [null, 'row', [], {}, { Id: '00Q' }, { Id: 5 }, { Id, Tags: ['a'] }, { Id, Owner: { Tags: ['a'] } }, { Id, Owner: { Name: undefined } }, { Id, Since: new Date(0), Size: 3n }];
    assert.deepEqual(refused.filter((row) => recordSchema.safeParse(row).success), []);
  });

  test('cannot reach what objects have in common', () => {
    const row = recordSchema.parse(JSON.parse(`{"Id":"${Id}","__proto__":{"Email":"a@gmail.example"}}`));
    assert.equal(row['Email'], undefined);
  });
});
