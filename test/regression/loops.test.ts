import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { inSync, stateOnce, suiteEnd } from './suite.ts';

const sluice = await testSluice();

describe('writes that meet other writes', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  let feeds: Awaited<ReturnType<typeof withFeeds>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'loops');
    const { mappings } = await s.main.query(m.settings);
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: mappings.map((one) => (one.hubspot === 'jobtitle' ? { ...one, rule: 'two-way' as const } : one)) }] });
    feeds = await withFeeds(end, s);
  });

  const edit = (id: string, fields: object) => s.salesforce.control('POST', 'edit', { id, fields });
  const titleOf = async (record: string) => (await s.salesforce.get(record.startsWith('003') ? 'Contact' : 'Lead', record)).Title;
  async function linked(lastname: string, jobtitle: string): Promise<{ id: string; record: string }> {
    const id = await s.hubspot.create({ email: `${lastname.toLowerCase()}@gmail.example`, lastname, jobtitle });
    const { salesforce, reason } = await inSync(s, id);
    return { id, record: salesforce?.id ?? assert.fail(reason) };
  }

  test('R13 UNABLE_TO_LOCK_ROW fails records of one account: they are tried again, one call at a time, and all end written', async (t) => {
    const AccountId = await s.salesforce.create('Account', { Name: 'Firm' });
    const people = Array.from({ length: 8 }, (_, n) => `p${n}@firm.example`);
    const records = await Promise.all(people.map((Email) => s.salesforce.create('Contact', { Email, LastName: 'Locked', AccountId })));
    const ids = await Promise.all(people.map((email) => s.hubspot.create({ email, lastname: 'Locked' })));
    for (const id of ids) await inSync(s, id);
    // A save holds the account until its answer is out, and longer than the jitter between the next attempts.
    await s.salesforce.control('POST', 'behaviour', { accountLockMs: 200 });
    await s.salesforce.fault({ method: 'PATCH', path: '/composite\\/sobjects$/', delayMs: 250, when: 'after', rate: 1 });
    t.after(async () => {
      await s.salesforce.noFaults();
      await s.salesforce.control('POST', 'behaviour', { accountLockMs: 0 });
    });
    for (const id of records) await s.salesforce.control('POST', 'locks', { id, times: 1 });
    await Promise.all(ids.map((id) => s.hubspot.edit(id, { jobtitle: 'Boss' })));
    for (const record of records) await until(`record ${record} is written`, async () => (await titleOf(record)) === 'Boss');
    for (const id of ids) await inSync(s, id);
    const { refused } = await s.salesforce.control('GET', 'locks') as { refused: Record<string, number> };
    assert.deepEqual(refused, Object.fromEntries(records.map((id) => [id, 1])), 'each was refused by its own lock, and by none of the others');
  });

  test('R18 updates run in an endless loop and eat the quota: after one change and its echoes nothing is written', async () => {
    const { id, record } = await linked('Echo', 'Countess');
    for (const [change, arrived] of [
      [() => edit(record, { Title: 'Engineer' }), async () => (await s.hubspot.get(id))['jobtitle'] === 'Engineer'],
      [() => s.hubspot.edit(id, { jobtitle: 'Writer' }), async () => (await titleOf(record)) === 'Writer'],
    ] as const) {
      await s.writes();
      await change();
      await until('the change has arrived', arrived);
      // Polls never drop what is ours: they read the echo, and compare it.
      for (const crm of ['hubspot', 'salesforce'] as const) await feeds.poll(crm);
      // Nor does an echo that nobody recognises do harm.
      for (const source of ['hubspot', 'salesforce']) await s.signal(id, m.changed, { source, kind: 'echo' });
      await inSync(s, id);
      const { hubspot, salesforce } = await s.writes();
      assert.equal(hubspot + salesforce, 1);
    }
  });

  test('R18 a pair that something changes back each time is held with an alarm after 10 writes in 10 minutes, and a person lets go of it', async () => {
    const { id, record } = await linked('Loop', 'ours');
    await s.sync(id); // a person's resync begins the count anew
    await s.writes();
    // A flow in Salesforce and a workflow in HubSpot want different titles.
    let held = await s.state(id);
    for (let n = 0; n < 15 && held.status !== 'needs-review'; n++) {
      const last = held.lastSync?.at;
      if ((await titleOf(record)) !== 'flow') await edit(record, { Title: 'flow' });
      if ((await s.hubspot.get(id))['jobtitle'] !== 'workflow') await s.hubspot.edit(id, { jobtitle: 'workflow' });
      held = await stateOnce(s, id, 'is written again, or held', ({ status, lastSync }) => status === 'needs-review' || lastSync?.at !== last);
    }
    assert.equal(held.status, 'needs-review', held.reason);
    assert.match(held.reason, /10 times within 10 minutes/);
    assert.match(held.next ?? '', /resync/);
    await s.hubspot.edit(id, { fax: '555-9' });
    await feeds.poll('hubspot');
    await s.settled(id);
    const { hubspot, salesforce } = await s.writes();
    assert.equal(hubspot + salesforce, 10, 'nothing more is written');
    const { status } = await s.sync(id);
    assert.equal(status, 'in-sync');
    assert.equal((await s.salesforce.get('Lead', record)).Fax, '555-9');
  });
});
