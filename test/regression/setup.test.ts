import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createLimiter } from '../../activities/crm/limiter.ts';
import { createSalesforce } from '../../activities/salesforce/index.ts';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { suiteEnd } from './suite.ts';

const sluice = await testSluice();

describe('what the accounts hold', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  const end = suiteEnd();
  before(async () => { s = await sluice.open(end, 'setup'); });

  test('R9 one list of an unsupported object kills the membership read: only the chosen segment is read, and bad lists are skipped in the choices', async (t) => {
    const segment = await s.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    await until('she is a member', async () => (await s.hubspot.members(segment)).length === 1);
    const good = { listId: segment, name: 'Webmail', objectTypeId: '0-1', processingType: 'DYNAMIC', processingStatus: 'COMPLETE' };
    const bad = { listId: 77, name: null, objectTypeId: '2-9876543', processingType: 'SOMETHING_NEW' };
    // A search may answer more than it was asked for, and a list refuse to be read.
    await s.hubspot.fault({ method: 'POST', path: '/crm/v3/lists/search', status: 200, rate: 1, body: { total: 3, offset: 3, hasMore: false, lists: [bad, { ...good, listId: '78', name: 'Firms', objectTypeId: '0-2' }, good] } });
    const choices = await s.main.executeUpdate<m.SegmentEntry[], [object]>('listSegments', { args: [{}] });
    assert.deepEqual(choices.map(({ name }) => name), ['Webmail']);
    await s.hubspot.fault({ path: '/lists.7[78]./', status: 400, rate: 1 });
    const recordListMemberships = [{ listId: '77', isPublicList: false }, { listId: '78' }, {}, { listId: segment, firstAddedTimestamp: '2026-01-05T10:00:00Z', lastAddedTimestamp: '2026-01-05T10:00:00Z' }];
    await s.hubspot.fault({ path: '/crm/v3/lists/records/memberships/batch/read', status: 200, rate: 1, body: { status: 'COMPLETE', results: [{ objectTypeId: '0-1', recordId: id, recordListMemberships }] } });
    t.after(async () => { await s.hubspot.noFaults(); });
    await s.select(segment);
    const { status, reason, segment: shown } = await s.sync(id);
    assert.deepEqual([status, shown?.member, shown?.joinedAt], ['in-sync', true, '2026-01-05T10:00:00Z'], reason);
  });

  test('R14 an upsert fails on an external id that is not flagged: it is looked at when the connection is checked', async () => {
    const flag = async (object: string, externalId: boolean) => s.salesforce.control('POST', 'fields', { object, add: [{ name: 'HubSpot_Contact_Id__c', type: 'string', length: 32, unique: true, externalId, idLookup: externalId }] });
    const checked = async (what: string, ready: boolean) => {
      await s.main.signal(m.check);
      await until(what, async () => (await s.main.query(m.settings)).ready === ready);
    };
    await flag('Lead', false);
    await checked('the connection is not ready', false);
    const { status, problems } = await s.main.query(m.health);
    assert.deepEqual([status, problems.length], ['not-ready', 1]);
    assert.match(problems[0] ?? '', /Lead\.HubSpot_Contact_Id__c is no external id: tick "External ID"/);
    await flag('Lead', true);
    await checked('it is ready again', true);
  });

  test('R14 an upsert fails on an external id that is not encoded: values with / ? # and spaces work', async () => {
    const salesforce = createSalesforce({ loginUrl: s.salesforce.url, clientId: 'sandbox', clientSecret: 'sandbox', limiter: createLimiter() });
    const values = ['a/b', 'a?b=c', 'a#b', 'a b', '100%', 'a&b', "it's", 'ä+ü'];
    const rows = values.map((value) => ({ Legacy_Id__c: value, LastName: 'Upserted', Company: 'Firm' }));
    const upsert = () => salesforce.upsertByExternalId('Lead', 'Legacy_Id__c', rows, { lane: 'live' });
    const [first, second] = [await upsert(), await upsert()];
    assert.deepEqual(first.map((one) => one.ok && one.created), values.map(() => true));
    assert.deepEqual(second.map((one) => one.ok && [one.created, one.id]), first.map((one) => one.ok && [false, one.id]));
    const kept = await s.salesforce.query("SELECT Legacy_Id__c FROM Lead WHERE LastName = 'Upserted' ORDER BY Id");
    assert.deepEqual(kept.map((one) => one.Legacy_Id__c), values);
  });
});
