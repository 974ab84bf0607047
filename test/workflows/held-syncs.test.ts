import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as m from '../../workflows/messages.ts';
import { startConnection } from '../../worker/connection.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { testWorkflowBundle, uniqueConnection } from '../support/temporal.ts';
import { fakeConnection } from '../workflows/fakes/connection.ts';
import { readingOf, told } from '../workflows/fakes/contacts.ts';
import { openContacts, type OpenContacts } from '../workflows/fakes/open-contacts.ts';
import { startFakeWorkers } from '../workflows/fakes/workers.ts';

const sluice = await testSluice();
const workflowBundle = await testWorkflowBundle();

describe('syncs that are held up', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(sluice.temporal, workflowBundle, 'held'); });
  after(() => s.stop());

  test('a trigger that met refused credentials is not lost: the look that follows their repair syncs', async () => {
    const contact = s.of('1');
    contact.values = { jobtitle: { salesforce: 'Title', h: null, s: 'Countess' } };
    contact.nextReads.push(() => { throw told('hold', 'The token was revoked.'); });
    await s.signal('1', m.resync);
    await until('the contact says so', async () => (await s.state('1')).status === 'error');
    assert.equal((await s.state('1')).pending, 1);
    await s.signal('1', m.look);
    await until('it has synced', async () => (await s.state('1')).status === 'in-sync', 5_000);
    assert.equal(contact.writes.length, 1);
  });

  test('a preview within the settle window does not take the record, which was not looked for, for missing', async () => {
    s.of('2').nextReads.push(() => ({ ...readingOf(s.of('2')), match: { kind: 'none' }, fields: [], settlesAt: new Date(Date.now() + 5_000).toISOString() }));
    await s.signal('2', m.pause);
    const preview = await s.preview('2');
    assert.equal(preview.wouldSync, false);
    assert.match(preview.summary, /again in a few seconds/);
  });
});

describe('a connection that was not ready', () => {
  test('once its first checks were in vain, getting ready wakes what was held up meanwhile', async (t) => {
    const connection = uniqueConnection('vain');
    const { world, activities } = fakeConnection();
    const fine = world.check;
    world.check = () => ({ accounts: null, problems: ['The field is missing.'], warnings: [], segment: { unusable: null, warnings: [] } });
    const { stop } = await startFakeWorkers({ ...sluice.temporal, workflowBundle, connection, activities });
    t.after(stop);
    const main = sluice.temporal.client.workflow.getHandle(`connection/${connection}`);
    await startConnection(sluice.temporal.client, connection);
    await until('it was checked', async () => (await main.query(m.settings)).problems[0] === 'The field is missing.');
    world.check = fine;
    await main.signal(m.check);
    await until('it is ready', async () => (await main.query(m.settings)).ready);
    await until('the contacts are told', async () => world.relabels === 1, 5_000);
  });

  test('S2.4 a segment that was deleted and restored between two checks leaves no sync behind', async (t) => {
    const o = await sluice.open(t, 'restored');
    const segment = await o.hubspot.segment('Webmail', 'email', ['@gmail.']);
    const id = await o.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    await o.select(segment);
    await o.hubspot.api('DELETE', `/crm/v3/lists/${segment}`);
    await sleep(5_100); // the segment is remembered for 5 s
    await o.client.workflow.signalWithStart('contactSync', { workflowId: `contact/${o.connection}/${id}`, taskQueue: o.queue, args: [{ look: false }], signal: m.resync, signalArgs: [{}] });
    await until('the contact says why', async () => (await o.state(id)).status === 'error');
    await until('S2.3 health says so too, though nobody asked', async () => (await o.main.query(m.health)).status === 'segment-unusable', 5_000);
    await o.hubspot.api('PUT', `/crm/v3/lists/${segment}/restore`);
    await sleep(5_100);
    await o.main.signal(m.check); // else within a minute
    await until('the pending trigger has run', async () => (await o.state(id)).status === 'in-sync');
  });

  test('S3.1 non-members are shown as such after the choice of a segment that HubSpot still evaluates', async (t) => {
    const o = await sluice.open(t, 'processing');
    const inside = await o.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    const outside = await o.hubspot.create({ email: 'grace@navy.example', lastname: 'Hopper' });
    for (const id of [inside, outside]) assert.equal((await o.signal(id, m.look)).status, 'waiting');
    await o.hubspot.control('POST', 'settings', { segmentLagMs: 4_000 });
    t.after(async () => { await o.hubspot.control('POST', 'settings', { segmentLagMs: 0 }); });
    const filter = { filterType: 'PROPERTY', property: 'email', operation: { operationType: 'MULTISTRING', operator: 'CONTAINS', values: ['@gmail.'] } };
    const filterBranch = { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [filter] }] };
    const { list } = await o.hubspot.api('POST', '/crm/v3/lists', { name: 'New', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch }) as { list: { listId: string; processingStatus: string } };
    assert.equal(list.processingStatus, 'PROCESSING');
    await o.select(list.listId);
    await until('the non-member is outside', async () => (await o.state(outside)).status === 'outside-segment');
    assert.equal((await o.state(inside)).status, 'waiting');
  });
});
