import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as m from '../../workflows/messages.ts';
import { importStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

describe('S4 Automatic creation in HubSpot passes the gate once, then the pair is frozen', { concurrency: false }, () => {
  const scene = useScene(sluice, 's4');
  const skipped = async (): Promise<Record<string, number>> => (await scene().feed('salesforce')).counts.skipped;
  const idOf = async (email: string) => {
    let found: string | null = null;
    await until(`HubSpot has ${email}`, async () => {
      found = (await scene().main.executeUpdate(m.findContact, { args: [{ email }] })).hubspotId;
      return found !== null;
    });
    return found ?? assert.fail();
  };

  before(async () => {
    const s = scene();
    const members = await s.hubspot.segment('Members', 'message', ['member']);
    await s.relabelled(() => s.select(members));
  });

  test('S4.7 given never, nothing is created, and the record is counted with that reason', async () => {
    const s = scene();
    await s.heard('salesforce', () => s.person.lead({ Email: 'zoe@firm.example' }));
    assert.deepEqual([await skipped(), await s.hubspot.count()], [{ 'not-set': 1 }, 0]);
  });

  test('S4.1 a contact is created with all mapped values although it is in no segment; nothing is written in Salesforce, the external id included', async () => {
    const s = scene();
    await s.settings({ createInHubSpot: 'on-create' });
    await s.quiet();
    await s.writes();
    const lead = await s.person.lead({ Email: 'Ada@firm.example', LastName: 'Lovelace', Title: 'Countess', City: 'London', Fax: '555-1' });
    const id = await idOf('ada@firm.example');
    const { salesforce, origin, reason } = await s.become(id, 'outside-segment');
    assert.deepEqual([salesforce?.id, origin.kind], [lead, 'past-the-gate']);
    assert.match(reason, /^Not in the inclusion segment "Members"\. Created past the gate at 20\d\d-/);
    const { lastname, jobtitle, city, fax, company } = await s.hubspot.get(id);
    assert.deepEqual({ lastname, jobtitle, city, fax, company }, { lastname: 'Lovelace', jobtitle: 'Countess', city: 'London', fax: '555-1', company: 'Firm' });
    await s.quiet(id);
    assert.equal((await s.writes()).salesforce, 0);
    assert.equal((await s.salesforce.get('Lead', lead))['HubSpot_Contact_Id__c'], null);
  });

  test('S4.1 nor does the one pass leave anything out while an import runs, whose pages could hand over no base of a contact outside', async () => {
    const s = scene();
    await s.settings({ createInHubSpot: 'never', looksAfterSeconds: [600] });
    await s.heard('salesforce', () => s.person.lead({ Email: 'ines@firm.example' }));
    await s.settings({ createInHubSpot: 'on-create' });
    const job = await s.client.workflow.start('salesforceImport', importStart(s.connection, 'ines', { object: 'Lead', where: "Email = 'ines@firm.example'" }));
    await until('the import waits for HubSpot to evaluate the segment', async () => (await job.query(m.progress)).phase.startsWith('waiting for HubSpot'));
    await until('the import is listed', async () => (await s.client.workflow.count(`WorkflowType = 'salesforceImport' AND ExecutionStatus = 'Running' AND Connection = '${s.connection}'`)).count === 1);
    await sleep(2_100); // for so long a worker remembers that none ran
    await s.person.lead({ Email: 'jo@firm.example', LastName: 'March', Title: 'Writer' });
    const id = await idOf('jo@firm.example');
    await s.become(id, 'outside-segment');
    await job.terminate();
    const { lastname, jobtitle } = await s.hubspot.get(id);
    assert.deepEqual({ lastname, jobtitle }, { lastname: 'March', jobtitle: 'Writer' });
  });

  test('S4.2 an existing, unlinked contact outside the segment is linked and synced once, Salesforce -> HubSpot only', async () => {
    const s = scene();
    const id = await s.hubspot.create({ email: 'bob@firm.example', jobtitle: 'Clerk', fax: '555-2' });
    await s.quiet();
    await s.writes();
    const contact = await s.person.contact({ Email: 'bob@firm.example', LastName: 'Boole', Title: 'Professor' });
    const { salesforce, origin } = await s.become(id, 'outside-segment');
    await s.quiet(id);
    assert.deepEqual([salesforce?.id, origin.kind, await s.writes()], [contact, 'past-the-gate', { hubspot: 1, salesforce: 0 }]);
    const { lastname, jobtitle } = await s.hubspot.get(id);
    assert.deepEqual({ lastname, jobtitle }, { lastname: 'Boole', jobtitle: 'Professor' });
    assert.equal((await s.salesforce.get('Contact', contact))['Fax'], null);
  });

  test('S4.3 when either record changes, nothing is written until the contact meets the criteria', async () => {
    const s = scene();
    const id = await idOf('bob@firm.example');
    const record = (await s.state(id)).salesforce?.id ?? '';
    await s.writesNothing(async () => {
      await s.heard('salesforce', () => s.person.edit(record, { Title: 'Dean' }));
      await s.heard('hubspot', () => s.hubspot.edit(id, { city: 'Cork' }));
    }, id);
    const { status, reason } = await s.state(id);
    assert.equal(status, 'outside-segment');
    assert.match(reason, /Created past the gate at/);
  });

  test('S4.5 given the creation event repeats or the step is retried, then no second contact and no second pass', async () => {
    const s = scene();
    const id = await idOf('bob@firm.example');
    const contact = (await s.state(id)).salesforce?.id ?? '';
    const repeated = { events: [{ id: contact, object: 'Contact' as const, kind: 'create' as const, at: new Date().toISOString() }], replay: {} };
    const count = await s.hubspot.count();
    await s.writesNothing(async () => {
      await s.heard('salesforce', () => s.client.workflow.getHandle(`changes/${s.connection}/salesforce`).signal(m.salesforceEvents, repeated));
      await s.signal(id, m.adopt, { hubspotId: id, salesforce: { type: 'Contact', id: contact }, bypass: 'on-create' });
    }, id);
    assert.equal(await s.hubspot.count(), count);
    await s.hubspot.fault({ method: 'POST', path: '/crm/v3/objects/contacts/batch/create', when: 'after', reset: true });
    await s.person.lead({ Email: 'carla@firm.example', Title: 'Chemist' });
    await s.become(await idOf('carla@firm.example'), 'outside-segment');
    assert.equal(await s.hubspot.count(), count + 1);
  });

  test('S4.4 when the contact joins the segment it is triggered and syncs like any member', async () => {
    const s = scene();
    const id = await idOf('bob@firm.example');
    const record = (await s.state(id)).salesforce?.id ?? '';
    await s.hubspot.edit(id, { message: 'member' });
    const { lastSync } = await s.become(id, 'in-sync');
    assert.equal(lastSync?.trigger, 'segment joined');
    const { Title, Fax, MailingCity, HubSpot_Contact_Id__c } = await s.salesforce.get('Contact', record);
    assert.deepEqual({ Title, Fax, MailingCity, HubSpot_Contact_Id__c }, { Title: 'Dean', Fax: '555-2', MailingCity: 'Cork', HubSpot_Contact_Id__c: id });
    assert.equal((await s.hubspot.get(id))['jobtitle'], 'Dean');
  });

  test('S4.7 given the record has no email, nothing is created, and the record is counted with that reason', async () => {
    const s = scene();
    const count = await s.hubspot.count();
    await s.heard('salesforce', () => s.person.lead({}));
    assert.deepEqual([(await skipped())['no-email'], await s.hubspot.count()], [1, count]);
  });

  test('S4.6 given on-create, an update of an unlinked record creates nothing; given on-create-or-update a missing contact is created, and an existing one outside is left alone', async () => {
    const s = scene();
    const [zoe] = await s.salesforce.query("SELECT Id FROM Lead WHERE Email = 'zoe@firm.example'");
    const lead = String(zoe?.['Id']);
    await s.heard('salesforce', () => s.person.edit(lead, { Title: 'Biologist' }));
    assert.equal((await skipped())['not-new'], 1);
    await s.settings({ createInHubSpot: 'on-create-or-update' });
    const other = await s.person.lead({ LastName: 'Fermi' });
    const existing = await s.hubspot.create({ email: 'enrico@firm.example', jobtitle: 'Clerk' });
    await s.quiet();
    await s.person.edit(lead, { Title: 'Botanist' });
    const id = await idOf('zoe@firm.example');
    assert.deepEqual([(await s.become(id, 'outside-segment')).origin.kind, (await s.hubspot.get(id))['jobtitle']], ['past-the-gate', 'Botanist']);
    await s.writesNothing(() => s.heard('salesforce', () => s.person.edit(other, { Email: 'enrico@firm.example', Title: 'Physicist' })), id);
    assert.deepEqual([(await skipped())['not-new'], (await s.hubspot.get(existing))['jobtitle']], [2, 'Clerk']);
  });

  test('S4.7 given Sluice itself created the record, nothing is created, however often it is read', async () => {
    const s = scene();
    const own = await s.hubspot.create({ email: 'dora@firm.example', message: 'member' });
    await s.become(own, 'in-sync');
    await s.quiet(own);
    const count = await s.hubspot.count();
    await s.poll('salesforce');
    await s.quiet(own);
    assert.equal(await s.hubspot.count(), count);
  });

  test('a record that is deleted before its contact made the pass leaves the contact at rest, and is matched anew when it joins', async () => {
    const s = scene();
    await s.main.signal(m.pause);
    const lead = await s.person.lead({ Email: 'fritz@firm.example', Title: 'Chemist' });
    const id = await idOf('fritz@firm.example');
    await s.become(id, 'paused');
    await s.heard('salesforce', () => s.person.does('salesforce', 'delete', { id: lead }));
    await s.main.signal(m.resume);
    assert.equal((await s.become(id, 'outside-segment')).salesforce, null);
    await s.hubspot.edit(id, { message: 'member', lastname: 'Haber' });
    const { salesforce } = await s.become(id, 'in-sync');
    assert.equal(salesforce?.rung, 'created');
  });

  test('a contact that was created while everybody might sync has no pass left for later', async () => {
    const s = scene();
    await s.relabelled(() => s.clearSegment());
    const lead = await s.person.lead({ Email: 'gwen@firm.example', Title: 'Clerk' });
    const id = await idOf('gwen@firm.example');
    await s.become(id, 'in-sync');
    await s.quiet(id);
    assert.equal((await s.salesforce.get('Lead', lead))['HubSpot_Contact_Id__c'], id);
    const nobody = await s.hubspot.segment('Nobody', 'message', ['nobody']);
    await s.relabelled(() => s.select(nobody));
    await s.become(id, 'outside-segment');
    await s.writesNothing(() => s.heard('salesforce', () => s.person.edit(lead, { Title: 'Director' })), id);
    assert.equal((await s.state(id)).origin.kind, 'sync');
  });
});
