import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { handover } from '../workflows/fakes/contacts.ts';
import { runsThatHold } from './histories.ts';
import { useScene, type Scene } from './scene.ts';

const sluice = await testSluice();

describe('section 7: privacy deletion and forget', { concurrency: false }, () => {
  const scene = useScene(sluice, 'privacy');
  const holding = async (...words: string[]): Promise<string[]> => (await runsThatHold(scene().client, scene().connection, words)).map((run) => run.split(' ')[0] ?? '');
  /** Some runs can only be deleted once they have ended; a look has the contact try again at once. */
  const erased = (id: string, ...words: string[]) => until('no run holds a value', async () => {
    await scene().signal(id, m.look);
    await scene().quiet(id);
    return (await holding(...words)).length === 0;
  }, 30_000).catch(async () => assert.deepEqual(await holding(...words), []));
  const unknown = async (id: string, before: Awaited<ReturnType<Scene['state']>>): Promise<void> => {
    const { status, reason, name, salesforce, history, lastSync } = { ...await scene().state(id), history: await scene().handle(id).query(m.history) };
    assert.deepEqual({ status, name, salesforce, history, lastSync }, { status: 'deleted', name: null, salesforce: before.salesforce, history: [], lastSync: null });
    assert.match(reason, new RegExp(`Forgotten at 20.* Its Salesforce record is Lead ${before.salesforce?.id}, which is for a person to handle\\.$`));
  };

  test('a privacy deletion stops the sync for good: values leave state, base, history, memo and every earlier run, ids and time stay, and the record is reported, not deleted', async () => {
    const s = scene();
    await s.settings({ deletes: { inSalesforce: 'delete', graceHours: 0 }, looksAfterSeconds: [] });
    await s.relabelled(async () => s.select(await s.hubspot.segment('Members', 'message', ['member'])));
    const lead = await s.person.lead({ Email: 'ada.secret@firm.example', LastName: 'Secretson', Title: 'Countess' });
    await s.job('salesforceImport', 'first', { object: 'Lead' });
    const id = (await s.main.executeUpdate(m.findContact, { args: [{ email: 'ada.secret@firm.example' }] })).hubspotId ?? '';
    await s.become(id, 'email-only');
    await s.hubspot.edit(id, { message: 'member' });
    const before = await s.become(id, 'in-sync');
    await s.handle(id).executeUpdate('preview', { args: [{}] });
    await s.quiet(id);
    const words = ['ada.secret', 'Secretson', 'Countess'];
    assert.deepEqual([...new Set(await holding(...words))], [`connection/${s.connection}`, `contact/${s.connection}/${id}`, `import/${s.connection}/first`]);
    await s.heard('hubspot', () => s.person.does('hubspot', 'forget', { id }));
    await s.become(id, 'deleted');
    await erased(id, ...words);
    await unknown(id, before);
    const { Title, HubSpot_Contact_Id__c } = await s.salesforce.get('Lead', lead);
    assert.deepEqual({ Title, HubSpot_Contact_Id__c }, { Title: 'Countess', HubSpot_Contact_Id__c: id });
  });

  test('whoever was deleted for privacy is never created again: not by import, S4, resync or look', async () => {
    const s = scene();
    await s.settings({ createInHubSpot: 'on-create-or-update' });
    const [lead] = await s.salesforce.query("SELECT Id, HubSpot_Contact_Id__c FROM Lead WHERE Email = 'ada.secret@firm.example'");
    const id = String(lead?.['HubSpot_Contact_Id__c']);
    const count = await s.hubspot.count();
    const before = await s.state(id);
    const { skipped } = await s.job('salesforceImport', 'second', { object: 'Lead' }) as m.ImportProgress;
    assert.deepEqual(skipped, { 'refused-by-hubspot': 1 });
    await s.heard('salesforce', () => s.person.edit(String(lead?.['Id']), { Title: 'Countess of Lovelace' }));
    await s.heard('salesforce', () => s.person.lead({ Email: 'ada.secret@firm.example', LastName: 'Secretson' }));
    await s.signal(id, m.resync);
    await s.signal(id, m.look);
    await s.quiet(id);
    assert.deepEqual([await s.hubspot.count(), (await s.feed('salesforce')).counts.skipped['refused-by-hubspot']], [count, 1]);
    assert.deepEqual(await s.state(id), before);
    await s.settings({ createInHubSpot: 'never' });
  });

  test('forget, of a contact that both CRMs still have: the sync stops, Sluice\'s values are dropped, both ids are reported; import, resync, preview and edits bring nothing back', async () => {
    const s = scene();
    const { id, record } = await s.pair({ email: 'bob.hidden@firm.example', lastname: 'Hiddenson', message: 'member' });
    const before = await s.state(id);
    assert.match((await s.handle(id).executeUpdate<{ forgotten: string }, [m.Forget]>('forget', { args: [{ by: 'the officer' }] })).forgotten, /only ids and the time are kept/);
    const words = ['bob.hidden', 'Hiddenson', 'Plumber'];
    await erased(id, ...words);
    await unknown(id, before);
    await s.writesNothing(async () => {
      await s.heard('hubspot', () => s.hubspot.edit(id, { jobtitle: 'Plumber' }));
      await s.heard('salesforce', () => s.person.edit(record, { Fax: '555-1' }));
      await s.job('salesforceImport', 'third', { object: 'Lead', where: `Id = '${record}'` });
      await s.job('segmentResync', 'segment');
      await s.signal(id, m.resync);
      await s.signal(id, m.adopt, { hubspotId: id, salesforce: { type: 'Lead', id: record }, bypass: 'on-create' });
      await s.signal(id, m.adopt, handover(id, { name: 'Bob Hiddenson' }));
      await s.signal(id, m.pause);
      await s.handle(id).executeUpdate('preview', { args: [{}] });
      await assert.rejects(s.handle(id).executeUpdate(m.resolve, { args: [{ salesforceId: 'new' }] }));
    }, id);
    await unknown(id, before);
    await erased(id, ...words);
  });

  test('of a contact that others were merged into, their runs are deleted too, also while it is paused', async () => {
    const s = scene();
    const [one, other] = [await s.pair({ email: 'carl.merged@firm.example', lastname: 'Mergedson', message: 'member' }), await s.pair({ email: 'c.merged@firm.example', lastname: 'Mergedson', message: 'member' })];
    const { id } = await s.person.does('hubspot', 'merge', { primary: one.id, loser: other.id }) as { id: string };
    await s.become(id, 'in-sync');
    for (const old of [one, other]) await s.become(old.id, 'merged');
    await s.quiet(id);
    await s.signal(id, m.pause);
    await s.heard('hubspot', () => s.person.does('hubspot', 'forget', { id }));
    await s.become(id, 'deleted');
    await erased(id, '.merged@', 'Mergedson');
  });
});
