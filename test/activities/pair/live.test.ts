import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MockActivityEnvironment } from '@temporalio/testing';
import { liveActivities } from '../../../activities/pair/live.ts';
import type { World } from '../../../activities/world.ts';
import type { PairWrite } from '../../../sync/pair.ts';
import type { HubSpotContactId, SalesforceId } from '../../../sync/records.ts';
import { newSettings } from '../../../sync/settings.ts';

const accounts = { hubspotPortalId: '1', salesforceOrgId: '00D' };
const paused = { connection: 'main', accounts: async () => accounts, settings: async () => ({ ...newSettings('main'), ready: true, paused: true, accounts }) } as unknown as World;
const write: PairWrite = {
  hubspotId: '51' as HubSpotContactId, settingsVersion: 1, checkedAt: null, hubspot: {}, writeIds: false,
  salesforce: { kind: 'update', ref: { type: 'Lead', id: '00Q000000000001AAA' as SalesforceId }, fields: { Title: 'Countess' }, claim: false },
};

test('a write that can no longer be sent says so; when repeated, that an earlier attempt may have landed', async () => {
  const { writePair } = liveActivities(paused);
  const why = 'The connection "main" is paused.';
  assert.deepEqual(await new MockActivityEnvironment({ attempt: 1 }).run(writePair, write), { kind: 'stale', why });
  assert.deepEqual(await new MockActivityEnvironment({ attempt: 2 }).run(writePair, write), { kind: 'stale', why, mayHaveLanded: true });
});
