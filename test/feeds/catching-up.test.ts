import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

describe('section 3: events repeat, come late or out of order, or get lost; a poll is the net under them', { concurrency: false }, () => {
  const scene = useScene(sluice, 'catching-up');
  const loseEvents = async (lose: boolean) => {
    await scene().hubspot.control('POST', 'webhooks', { drop: lose ? 1 : 0 });
    await scene().salesforce.control('POST', 'cdc', { enabled: !lose });
  };
  const polls = async () => {
    await scene().poll('hubspot');
    await scene().poll('salesforce');
  };

  test('with events doubled, shuffled and late the last values arrive on both sides, and then nothing is written any more', async () => {
    const s = scene();
    const pairs = [await s.pair({ email: 'ada@firm.example' }), await s.pair({ email: 'bob@firm.example' })];
    const bad = { duplicate: 0.7, reorder: true };
    await s.hubspot.control('POST', 'webhooks', { ...bad, late: { probability: 0.5, ms: [0, 300] } });
    await s.salesforce.control('POST', 'cdc', bad);
    for (const n of [1, 2, 3]) {
      for (const { id, record } of pairs) {
        await s.hubspot.edit(id, { fax: `555-${n}` });
        await s.person.edit(record, { Title: `Title ${n}` });
      }
    }
    for (const { id, record } of pairs) {
      await s.salesforceHas(record, 'Fax', '555-3');
      await s.hubspotHas(id, 'jobtitle', 'Title 3');
    }
    await s.hubspot.control('POST', 'webhooks', { duplicate: 0, reorder: false, late: { probability: 0, ms: [0, 0] } });
    await s.salesforce.control('POST', 'cdc', { duplicate: 0, reorder: false });
    await s.writesNothing(polls, ...pairs.map(({ id }) => id));
  });

  test('what the webhooks lost, a poll finds: changed, new and merged contacts', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'carla@firm.example' });
    const [one, other] = [await s.pair({ email: 'dora@firm.example' }), await s.pair({ email: 'd.dora@firm.example' })];
    await s.quiet(id, one.id, other.id);
    await loseEvents(true);
    await s.hubspot.edit(id, { fax: '555-4' });
    const fresh = await s.hubspot.create({ email: 'edna@firm.example' });
    const { id: survivor } = await s.person.does('hubspot', 'merge', { primary: one.id, loser: other.id }) as { id: string };
    await s.poll('hubspot');
    await s.salesforceHas(record, 'Fax', '555-4');
    assert.equal((await s.become(fresh, 'in-sync')).salesforce?.rung, 'created');
    assert.equal((await s.become(survivor, 'in-sync')).salesforce?.id, one.record);
    for (const old of [one, other]) assert.equal((await s.become(old.id, 'merged')).mergedInto, survivor);
    await loseEvents(false);
  });

  test('what the change events lost, a poll finds: changed, deleted, undeleted, converted and merged records', async () => {
    const s = scene();
    const names = ['changed', 'deleted', 'converted', 'merged'] as const;
    const pairs = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await s.pair({ email: `${name}@firm.example` })] as const)));
    const of = (name: (typeof names)[number]) => pairs[name] ?? assert.fail();
    const master = await s.person.lead({ Email: 'master@other.example' });
    await s.quiet(...names.map((name) => of(name).id));
    await loseEvents(true);
    await s.person.edit(of('changed').record, { Title: 'Engineer' });
    await s.person.does('salesforce', 'delete', { id: of('deleted').record });
    const { contactId } = await s.person.does('salesforce', 'convert', { leadId: of('converted').record }) as { contactId: string };
    await s.person.does('salesforce', 'merge', { master, losers: [of('merged').record] });
    await s.poll('salesforce');
    await s.hubspotHas(of('changed').id, 'jobtitle', 'Engineer');
    await s.become(of('deleted').id, 'deleted');
    await until('the links have moved', async () => (await s.state(of('converted').id)).salesforce?.id === contactId && (await s.state(of('merged').id)).salesforce?.id === master);
    await s.person.does('salesforce', 'undelete', { id: of('deleted').record });
    await s.poll('salesforce');
    await s.become(of('deleted').id, 'in-sync');
    await loseEvents(false);
  });

  test('deletes that nobody told of and no search shows are found by the next reconciliation: archived contacts, and records that were purged', async () => {
    const s = scene();
    const [archived, purged] = [await s.pair({ email: 'gwen@firm.example' }), await s.pair({ email: 'hugo@firm.example' })];
    await s.quiet(archived.id, purged.id);
    await until('visibility shows both links', async () => (await s.client.workflow.count(`SalesforceId IN ('${archived.record}', '${purged.record}')`)).count === 2);
    await loseEvents(true);
    await s.person.does('hubspot', 'delete', { id: archived.id });
    await s.person.does('salesforce', 'delete', { id: purged.record });
    await s.person.does('salesforce', 'empty-bin', {});
    await sleep(1_100); // the log of deletions ends with the last whole second
    await polls();
    assert.match((await s.become(archived.id, 'deleted')).reason, /^Deleted in HubSpot/);
    assert.match((await s.become(purged.id, 'deleted')).reason, /in Salesforce/);
    await s.person.does('hubspot', 'undelete', { id: archived.id });
    await s.poll('hubspot');
    await s.become(archived.id, 'in-sync');
    await loseEvents(false);
  });

  test('a gap event carries no fields and perhaps no ids: a poll follows at once and finds the change', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'ida@firm.example' });
    await s.salesforce.control('POST', 'cdc', { enabled: false });
    await s.person.edit(record, { Title: 'Engineer' });
    await s.salesforce.control('POST', 'cdc', { enabled: true });
    await s.salesforce.control('POST', 'cdc/gap', { object: 'Lead' });
    await s.hubspotHas(id, 'jobtitle', 'Engineer');
    await s.salesforce.control('POST', 'cdc', { gap: 1 });
    await s.person.edit(record, { Title: 'Director' });
    await s.hubspotHas(id, 'jobtitle', 'Director');
    await s.salesforce.control('POST', 'cdc', { gap: 0 });
  });

  test('where the org lost the subscription, or the worker was away, what changed meanwhile is replayed', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'jan@firm.example' });
    await s.quiet(id);
    await s.salesforce.control('POST', 'cdc/disconnect', {});
    await s.person.edit(record, { Title: 'Engineer' });
    await s.hubspotHas(id, 'jobtitle', 'Engineer');
    await s.stopWorker();
    await s.person.edit(record, { Title: 'Director' });
    await s.hubspot.edit(id, { fax: '555-6' });
    await s.restartWorker();
    await s.hubspotHas(id, 'jobtitle', 'Director');
    await s.salesforceHas(record, 'Fax', '555-6');
  });

  test('with Change Data Capture switched off in the settings, polls alone notice; switched on, events come again', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'kim@firm.example' });
    await s.settings({ feeds: { changeDataCapture: false, salesforcePollAloneSeconds: 1 } });
    await s.poll('salesforce');
    await until('the subscription has ended', async () => (await s.feed('salesforce')).events === 'off');
    await s.person.edit(record, { Title: 'Engineer' });
    await s.hubspotHas(id, 'jobtitle', 'Engineer');
    assert.match((await s.feed('salesforce')).why ?? '', /switched off in the settings/);
    await s.settings({ feeds: { changeDataCapture: true, salesforcePollAloneSeconds: 3_600 } });
    await until('events are on', async () => (await s.feed('salesforce')).events === 'on');
  });
});
