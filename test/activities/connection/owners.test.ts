import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownerReader } from '../../../activities/connection/owners.ts';
import type { HubSpot } from '../../../activities/hubspot/index.ts';
import type { Salesforce } from '../../../activities/salesforce/index.ts';

const user = (id: string, email: string, name: string) => ({ id: id as never, email, name });
const owner = (id: string, email: string, name: string, archived = false) => ({ id, email, name, userId: null, archived });

test('owners meet by email, in any case; another name is a warning, an archived owner meets nobody', async () => {
  const hubspot = { owners: async () => [owner('1', 'Ada@x.example', 'Ada Lovelace'), owner('2', 'mary@x.example', 'Mary Shelley'), owner('3', 'old@x.example', 'Old', true), owner('4', 'only@x.example', 'Only')] };
  const salesforce = { activeUsers: async () => [user('005A', 'ada@x.example', 'ada lovelace'), user('005B', 'mary@x.example', 'Percy Shelley'), user('005C', 'old@x.example', 'Old')] };
  const { toSalesforce, toHubSpot, namesDiffer } = await ownerReader(hubspot as unknown as HubSpot, salesforce as unknown as Salesforce)();
  assert.deepEqual([toSalesforce, toHubSpot], [{ 1: '005A', 2: '005B' }, { '005A': '1', '005B': '2' }]);
  assert.equal(namesDiffer.length, 1);
  assert.match(namesDiffer[0] ?? '', /^The owner mary@x\.example is called "Mary Shelley" in HubSpot and "Percy Shelley" in Salesforce/);
});
