import type { SeedRequest } from '../common/server.ts';
import type { Org } from './org.ts';
import { createRecord, type SaveContext } from './save.ts';

const system: SaveContext = { userId: '', person: true, version: '67.0' };

/** Puts users and records into an empty org. Answers what there is. */
export function seedOrg(org: Org, _seed: SeedRequest): unknown {
  const user = (first: string, last: string, email: string, active = true): string =>
    createRecord(org, org.schema.definition('User'), { FirstName: first, LastName: last, Email: email, Username: email, Alias: last.slice(0, 8), IsActive: active }, system);
  const integration = user('Integration', 'User', 'integration@acme.example');
  const person = user('Ada', 'Admin', 'ada@acme.example');
  org.setUsers(integration, person);
  return org.identity;
}
