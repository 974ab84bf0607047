import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gate, type Gate, type Membership } from '../../sync/gate.ts';

const segment = { id: '9', name: 'Customers' };
const checkedAt = '2026-01-05T10:00:00.000Z';

describe('the gate', () => {
  const cases: [string, Membership, Gate][] = [
    ['S1.4 without a segment everybody passes', { kind: 'unrestricted' },
      { kind: 'open', reason: 'No inclusion segment is set, so every contact may sync.' }],
    ['S1.3 a member passes, and the segment is named', { kind: 'member', segment, joinedAt: null, checkedAt },
      { kind: 'open', reason: 'Member of the inclusion segment "Customers".' }],
    ['S1.1 who is no member does not', { kind: 'outside', segment, checkedAt },
      { kind: 'outside', reason: 'Not in the inclusion segment "Customers".' }],
    ['S1.10 an unknown membership is never open and never "left"', { kind: 'unknown', segment, why: 'HubSpot still processes it.', checkedAt },
      { kind: 'unknown', reason: 'The membership in "Customers" could not be read: HubSpot still processes it.' }],
    ['S2.3 an unusable segment closes the gate for everybody, until a person acts', { kind: 'unusable', segment, why: 'it was deleted in HubSpot.', checkedAt },
      { kind: 'unusable', reason: 'The inclusion segment "Customers" is unusable: it was deleted in HubSpot. Nothing syncs until another is chosen or the setting is cleared.' }],
  ];
  for (const [name, membership, expected] of cases) test(name, () => assert.deepEqual(gate(membership), expected));
});
