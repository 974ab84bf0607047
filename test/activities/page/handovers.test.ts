import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pack, unpack } from '../../../activities/page/handovers.ts';
import type { Handover } from '../../../sync/handover.ts';
import type { HubSpotContactId } from '../../../sync/records.ts';

const handover: Handover = {
  hubspotId: '51' as HubSpotContactId, name: 'Ada Lovelace', trigger: 'import', at: '2026-01-05T10:00:00.000Z', settingsVersion: 1, membership: { kind: 'unrestricted' },
  link: null, base: { jobtitle: 'Gräfin' }, baseFields: { jobtitle: 'Lead.Title' }, wrote: { hubspot: [], salesforce: [] }, outcome: { status: 'in-sync', reason: 'Nothing differs.' },
};

test('handovers are packed and unpacked as they were; what an older version packed is read too', async () => {
  assert.deepEqual(unpack(await pack([handover]) ?? ''), [handover]);
  assert.equal(await pack([]), null);
  assert.deepEqual(unpack(gzipSync(JSON.stringify([handover])).toString('base64')), [handover]);
});
