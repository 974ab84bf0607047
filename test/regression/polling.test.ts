import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { stateOnce, suiteEnd } from './suite.ts';

const sluice = await testSluice();

describe('what polls notice, where no event comes', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  let feeds: Awaited<ReturnType<typeof withFeeds>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'polling');
    await makePagesSmall();
    feeds = await withFeeds(end, s, { delayMs: null });
  });

  /** Salesforce answers 200 rows a page, not 2,000, where two long texts are asked for. */
  async function makePagesSmall(): Promise<void> {
    for (const object of ['Lead', 'Contact']) await s.salesforce.control('POST', 'fields', { object, add: [{ name: 'Notes__c', type: 'textarea', length: 32_000 }] });
    await s.hubspot.api('POST', '/crm/v3/properties/contacts', { name: 'notes', label: 'Notes', type: 'string', fieldType: 'textarea', groupName: 'contactinformation' });
    const { mappings } = await s.main.query(m.settings);
    const long = [{ hubspot: 'message', lead: 'Description', contact: 'Description' }, { hubspot: 'notes', lead: 'Notes__c', contact: 'Notes__c' }];
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [...mappings, ...long.map((one) => ({ ...one, rule: 'two-way' as const }))] }] });
    await s.restartWorker(); // it remembers what fields there are
  }

  async function linked(name: string): Promise<{ id: string; record: string }> {
    const id = await s.hubspot.create({ email: `${name}@gmail.example`, lastname: name });
    const { salesforce, reason } = await s.sync(id);
    return { id, record: salesforce?.id ?? assert.fail(reason) };
  }

  /** Leads that share one time of change, in one transaction of 200 after another. */
  async function leadsAtOnce(name: string, count: number): Promise<void> {
    const lead = (n: number) => ({ attributes: { type: 'Lead' }, LastName: name, Company: 'Firm', Email: `${name}${n}@gmail.example` });
    for (let n = 0; n < count; n += 200) {
      const records = Array.from({ length: Math.min(200, count - n) }, (_, i) => lead(n + i));
      await s.salesforce.api('POST', '/composite/sobjects', { allOrNone: false, records });
    }
  }
  const atOneTime = async (act: () => Promise<unknown>): Promise<void> => {
    await s.salesforce.control('POST', 'clock', { stopped: true });
    await act();
    await s.salesforce.control('POST', 'clock', { stopped: false });
  };
  const title = async (id: string) => (await s.hubspot.get(id))['jobtitle'];
  /** A linked pair that polls have read, with all that was before it behind their overlap. */
  async function linkedLater(name: string): Promise<{ id: string; record: string; looked: number }> {
    await s.salesforce.control('POST', 'clock', { advanceMs: 300_000 });
    const pair = await linked(name);
    await feeds.poll('salesforce');
    return { ...pair, looked: await looked() };
  }
  /** Records without a contact that polls looked at, since nothing may be created for them. */
  const looked = async () => (await feeds.feed('salesforce')).counts.skipped['not-set'] ?? 0;

  test('R3 deletes are invisible to polling: an archived contact is noticed by the next reconciliation', async () => {
    const { id, record } = await linked('deleted');
    await s.hubspot.control('POST', 'delete', { id });
    await feeds.poll('hubspot'); // a person's `check` reconciles too
    const { reason } = await stateOnce(s, id, 'is deleted', ({ status }) => status === 'deleted');
    assert.match(reason, /Deleted in HubSpot/);
    assert.equal((await s.salesforce.get('Lead', record)).IsDeleted, false);
  });

  test('R4 a Salesforce row appears late with a SystemModstamp below the cursor: an overlap reads it, and reading it twice writes nothing', async () => {
    const { id, record } = await linked('late');
    const { id: other } = await linked('other');
    await s.salesforce.control('POST', 'edit', { id: (await s.state(other)).salesforce?.id, fields: { Title: 'Now' } });
    await feeds.poll('salesforce');
    await until('the cursor is beyond the edit', async () => (await title(other)) === 'Now');
    const { readUpTo } = await feeds.feed('salesforce');
    await s.salesforce.control('POST', 'late', { object: 'Lead', id: record, fields: { Title: 'Late' }, stampMsAgo: 60_000 });
    const [row] = await s.salesforce.query(`SELECT SystemModstamp FROM Lead WHERE Id = '${record}'`);
    assert.ok(Date.parse(String(row?.SystemModstamp)) < Date.parse(readUpTo ?? ''), 'it is stamped below the cursor');
    await feeds.poll('salesforce');
    await until('the late row is noticed', async () => (await title(id)) === 'Late');
    await s.settled(id);
    await s.writes();
    const { told } = (await feeds.feed('salesforce')).counts;
    await feeds.poll('salesforce');
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 });
    assert.equal((await feeds.feed('salesforce')).counts.told, told, 'nobody is told of it again');
  });

  test('R7 HubSpot merges that no event told of, chains included, are noticed: the survivor keeps one link, no Salesforce record is created', async () => {
    const [a, b, c] = [await linked('primary'), await linked('loser'), await linked('last')];
    const merge = async (primary: string, loser: string) => (await s.hubspot.control('POST', 'merge', { primary, loser }) as { id: string }).id;
    const survivor = await merge(await merge(a.id, b.id), c.id);
    await feeds.poll('hubspot');
    for (const { id } of [a, b, c]) await stateOnce(s, id, 'is merged', ({ mergedInto }) => mergedInto === survivor);
    const { salesforce } = await stateOnce(s, survivor, 'is in sync', ({ status }) => status === 'in-sync');
    assert.equal(salesforce?.id, a.record);
    const records = await s.salesforce.query("SELECT Id FROM Lead WHERE LastName IN ('primary', 'loser', 'last') ORDER BY Id");
    assert.deepEqual(records.map(({ Id }) => Id), [a.record, b.record, c.record]);
  });

  test('R5 rows with equal stamps are lost at a page border: the order is stamp and id, and none is lost', async () => {
    const before = await linkedLater('before');
    await atOneTime(() => leadsAtOnce('equal', 450));
    await feeds.poll('salesforce');
    assert.equal((await looked()) - before.looked, 450, 'each row is looked at');
  });

  test('R6 a user-set LastModifiedDate hides a change, rows after the first page are ignored: SystemModstamp decides, and every page is read', async () => {
    const { id, record, looked: before } = await linkedLater('old-date');
    await atOneTime(() => leadsAtOnce('pages', 1_100));
    // Behind more rows than one poll reads.
    await s.salesforce.control('POST', 'clock', { advanceMs: 2_000 });
    await s.salesforce.control('POST', 'late', { object: 'Lead', id: record, fields: { Title: 'Old' }, stampMsAgo: 0, lastModifiedMsAgo: 30 * 86_400_000 });
    await feeds.poll('salesforce');
    await until('the change is noticed', async () => (await title(id)) === 'Old');
    assert.equal((await looked()) - before, 1_100);
  });
});
