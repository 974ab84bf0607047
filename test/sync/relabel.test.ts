import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Membership } from '../../sync/gate.ts';
import { showsOutside, statusIsStale } from '../../sync/relabel.ts';

const segment = { id: '9', name: 'Customers' };
const checkedAt = '2026-01-05T10:00:00.000Z';
const memberships: Record<Membership['kind'], Membership> = {
  unrestricted: { kind: 'unrestricted' },
  member: { kind: 'member', segment, joinedAt: null, checkedAt },
  outside: { kind: 'outside', segment, checkedAt },
  unknown: { kind: 'unknown', segment, why: 'HubSpot did not answer.', checkedAt },
  unusable: { kind: 'unusable', segment, why: 'it was deleted.', checkedAt },
};

describe('which contacts must look after the segment was selected, changed or cleared', () => {
  const cases: [string, (string | null)[], Membership['kind'][]][] = [
    ['S3.1 who showed a place outside and may sync now becomes "waiting"', ['outside-segment', 'email-only'], ['unrestricted', 'member']],
    ['S3.1 who could sync and may not any more becomes "outside-segment"', ['waiting', 'in-sync', 'needs-review'], ['outside']],
    ['a pause may be the connection\'s and an error the segment\'s, and an unknown status may be any: they look in any case', ['paused', 'error', null], ['unrestricted', 'member', 'outside', 'unknown', 'unusable']],
    ['what was deleted or merged stays what it is, and a sync that runs sees for itself', ['deleted', 'merged', 'syncing'], []],
  ];
  for (const [name, statuses, stale] of cases) {
    for (const status of statuses) {
      test(`${name} (${status ?? 'none'})`, () => {
        for (const [kind, membership] of Object.entries(memberships)) assert.equal(statusIsStale(status, membership), (stale as string[]).includes(kind), kind);
      });
    }
  }

  test('two statuses say that a contact is outside the segment', () => {
    assert.deepEqual(['outside-segment', 'email-only', 'waiting', 'in-sync', 'error', null].filter(showsOutside), ['outside-segment', 'email-only']);
  });
});
