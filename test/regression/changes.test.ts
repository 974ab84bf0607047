import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { inSync, suiteEnd } from './suite.ts';

const sluice = await testSluice();
const past = 600_000;
/** Each of them brings two events. */
const crowd = 150;

describe('what changes, and how often, and how many at once', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  let feeds: Awaited<ReturnType<typeof withFeeds>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'changes');
    const { mappings } = await s.main.query(m.settings);
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: mappings.map((one) => (one.hubspot === 'fax' ? { ...one, rule: 'two-way' as const } : one)) }] });
  });

  const edit = (id: string, fields: object) => s.salesforce.control('POST', 'edit', { id, fields });
  const title = (id: string, value: string) => until(`HubSpot has the title ${value}`, async () => (await s.hubspot.get(id)).jobtitle === value);
  const fax = (record: string, value: string) => until(`Salesforce has the fax ${value}`, async () => (await s.salesforce.get('Lead', record)).Fax === value);
  const workflows = async (more = '') => (await s.client.workflow.count(`WorkflowType = 'contactSync' AND Connection = '${s.connection}'${more}`)).count;
  const leads = async () => z.looseObject({ counts: z.looseObject({ Lead: z.number() }) }).parse(await s.salesforce.control('GET', 'org')).counts.Lead;
  /** By the sandbox's own log: whoever counts calls must not make any. */
  const written = async () => z.object({ writes: z.array(z.object({ id: z.string(), fields: z.record(z.string(), z.unknown()) })) }).parse(await s.hubspot.control('GET', 'writes?limit=10000')).writes;
  const linked = async (name: string) => {
    const id = await s.hubspot.create({ email: `${name}@firm.example`, lastname: name });
    return { id, record: (await inSync(s, id)).salesforce?.id ?? '' };
  };

  test('R22 a feed begins at "now": what is older comes by import or resync only', async () => {
    await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'on-create-or-update' }] });
    await s.hubspot.control('POST', 'clock', { advanceMs: -past });
    const ids = await Promise.all(Array.from({ length: 30 }, (_, n) => s.hubspot.create({ email: `old${n}@firm.example`, lastname: 'Old' })));
    await s.hubspot.control('POST', 'clock', { advanceMs: past });
    for (let n = 0; n < 3; n++) await s.salesforce.control('POST', 'late', { object: 'Lead', fields: { LastName: 'Old', Company: 'Firm', Email: `older${n}@firm.example` }, stampMsAgo: past });
    // What changed just before lies within the overlap of the first poll: it is read, and begins no first sync.
    await s.hubspot.create({ email: 'before@firm.example', lastname: 'Before' });
    await s.salesforce.control('POST', 'late', { object: 'Lead', fields: { LastName: 'Before', Company: 'Firm', Email: 'older@firm.example' }, stampMsAgo: 5_000 });
    await sleep(1_100); // Salesforce stamps whole seconds
    feeds = await withFeeds(end, s);
    for (const crm of ['hubspot', 'salesforce'] as const) await feeds.poll(crm);
    const { hubspot, salesforce } = { hubspot: await feeds.feed('hubspot'), salesforce: await feeds.feed('salesforce') };
    assert.deepEqual([hubspot.counts.read < 30, hubspot.counts.told, salesforce.counts.told, salesforce.counts.created], [true, 0, 0, 0]);
    assert.deepEqual([await workflows(), await s.hubspot.count(), await leads()], [0, 31, 4]);
    await s.hubspot.edit(ids[0] ?? '', { jobtitle: 'New' });
    await inSync(s, ids[0] ?? '');
    for (const crm of ['hubspot', 'salesforce'] as const) await feeds.poll(crm);
    assert.deepEqual([await workflows(), await s.hubspot.count(), await leads()], [1, 31, 5], 'that one alone');
    await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'never' }] });
  });

  test('R22 a record that was made just before the feed began is no new one to its polls, though somebody edits it later', async () => {
    await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'on-create' }] });
    const skipped = async () => (await feeds.feed('salesforce')).counts.skipped['not-new'] ?? 0;
    const [before, count] = [await skipped(), await s.hubspot.count()];
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    const [older] = await s.salesforce.query("SELECT Id FROM Lead WHERE Email = 'older@firm.example'");
    await edit(String(older?.['Id']), { Title: 'Edited' });
    await feeds.poll('salesforce');
    assert.deepEqual([await skipped(), await s.hubspot.count()], [before + 1, count]);
    await s.salesforce.control('POST', 'cdc', { enabled: true });
    await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'never' }] });
  });

  test('R24 the n-th change of one record syncs like the first', async () => {
    const { id, record } = await linked('often');
    // To a value that it had before, too.
    for (const value of ['One', 'Two', 'One']) {
      await edit(record, { Title: value });
      await title(id, value);
    }
    for (const value of ['555-1', '555-2', '555-1']) {
      await s.hubspot.edit(id, { fax: value });
      await fax(record, value);
    }
  });

  test('R24 neither does a poll pass over a change within the second of one that it read', async (t) => {
    const { id, record } = await linked('twice');
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    await s.salesforce.control('POST', 'clock', { stopped: true });
    t.after(async () => {
      await s.salesforce.control('POST', 'clock', { stopped: false });
      await s.salesforce.control('POST', 'cdc', { enabled: true });
    });
    for (const value of ['First', 'Second']) {
      await edit(record, { Title: value });
      await feeds.poll('salesforce');
      await title(id, value);
    }
  });

  test('what a poll has read is not lost where it must be repeated', async (t) => {
    const { id, record } = await linked('repeated');
    await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'on-create' }] });
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    t.after(async () => {
      await s.salesforce.control('POST', 'cdc', { enabled: true });
      await s.main.executeUpdate(m.changeSettings, { args: [{ createInHubSpot: 'never' }] });
    });
    await s.salesforce.control('POST', 'create', { object: 'Lead', fields: { LastName: 'Stranger', Company: 'Firm', Email: 'stranger@firm.example' } });
    await edit(record, { Title: 'Kept' });
    await s.hubspot.fault({ method: 'POST', path: '/contacts.batch.create/', status: 500, times: 1 });
    await feeds.poll('salesforce');
    await title(id, 'Kept');
  });

  test(`R25 ${2 * crowd} changes of ${crowd} contacts at once go by pages, while a live edit gets through`, async (t) => {
    const { id, record } = await linked('live');
    const [known, there] = [await workflows(), await leads()];
    await s.writes();
    // The pages take their time, so that the live edit comes in the midst of them.
    await s.salesforce.fault({ method: 'PATCH', path: '/composite.sobjects.Lead.HubSpot/', when: 'after', delayMs: 1_500, times: 4 });
    await s.hubspot.control('POST', 'webhooks', { delayMs: [past, past] });
    for (let n = 0; n < crowd; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => s.hubspot.create({ email: `crowd${n + i}@firm.example`, lastname: 'Crowd' })));
    await s.hubspot.control('POST', 'clock', { advanceMs: past });
    await until('the first page is on its way', async () => (await leads()) > there + 20);
    await edit(record, { Title: 'In the midst' });
    await until('the live edit has reached HubSpot', async () => (await written()).some((write) => write.id === id && write.fields.jobtitle === 'In the midst'));
    const then = await leads();
    assert.ok(then < there + crowd, `${then - there} of ${crowd} were there by then`);
    await until('all of them are in sync', async () => {
      await sleep(500); // each look costs as much as a contact
      return (await workflows(` AND SyncStatus = 'in-sync'`)) === known + crowd;
    }, 60_000);
    assert.equal(await leads(), there + crowd);
    const calls = [(await s.hubspot.calls()).total, (await s.salesforce.calls()).total];
    t.diagnostic(`calls per contact: ${calls.map((n) => (n / crowd).toFixed(2)).join(' of HubSpot, ')} of Salesforce`);
    let alone = 0;
    for await (const { workflowId } of s.client.workflow.list({ query: `WorkflowType = 'contactSync' AND Connection = '${s.connection}'` })) {
      const { raw } = await s.client.workflow.getHandle(workflowId).describe();
      if (Number(raw.workflowExecutionInfo?.historyLength ?? 0) > 10) alone += 1;
    }
    t.diagnostic(`${alone - known} of ${crowd} synced by themselves`);
    assert.ok(calls.every((n) => n < crowd / 2), `calls: ${calls.join(', ')}`);
    assert.ok(alone - known <= crowd / 3, `${alone - known} live syncs`);
  });
});
