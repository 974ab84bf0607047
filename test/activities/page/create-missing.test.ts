import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import type { HubSpot, HubSpotContact } from '../../../activities/hubspot/index.ts';
import { createMissing } from '../../../activities/page/create-missing.ts';
import type { World } from '../../../activities/world.ts';

test('a creation that HubSpot will not take for a minute is left to Temporal: it waits for nothing and looks nobody up', async () => {
  const asked: string[] = [];
  const failure = new CrmFailure({ system: 'hubspot', operation: 'create contacts', status: 503, retryAfterMs: 60_000 });
  const hubspot: Pick<HubSpot, 'createContacts' | 'readContactsByEmail'> = {
    createContacts: (rows) => {
      asked.push(`create ${rows.length}`);
      return Promise.reject(failure);
    },
    readContactsByEmail: (emails) => {
      asked.push(`read ${emails.length}`);
      return Promise.resolve(new Map<string, HubSpotContact>());
    },
  };
  const became = await createMissing({ hubspot } as unknown as World, ['a@b.example', 'b@b.example'], [], { lane: 'backfill' });
  assert.deepEqual(asked, ['create 2']);
  assert.deepEqual([...became.values()], [{ ok: false, failure }, { ok: false, failure }]);
});
