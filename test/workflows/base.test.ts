import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { importStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();
const rule = 'salesforce-unless-blank' as const;
const identity = [{ hubspot: 'email', lead: 'Email', rule }, { hubspot: 'lastname', lead: 'LastName', rule }, { hubspot: 'company', lead: 'Company', rule }];

describe('the base of a field whose mapping changes', () => {
  test('a property that is mapped to another field is synced there for the first time: nothing is deleted', async (t) => {
    const s = await sluice.open(t, 'base-field');
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [...identity, { hubspot: 'jobtitle', lead: 'Title', rule }] }] });
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace', company: 'Analytical', jobtitle: 'Countess' });
    await s.sync(id);
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [...identity, { hubspot: 'jobtitle', lead: 'City', rule }] }] });
    await s.sync(id);
    assert.equal((await s.hubspot.get(id)).jobtitle, 'Countess');
    const [lead] = await s.salesforce.query('SELECT Title, City FROM Lead');
    assert.deepEqual([lead?.Title, lead?.City], ['Countess', 'Countess']);
  });

  test('the same holds for a base that an import handed over', async (t) => {
    const s = await sluice.open(t, 'base-import');
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [...identity, { hubspot: 'jobtitle', lead: 'Title', rule }] }] });
    await s.salesforce.create('Lead', { Email: 'ada@gmail.example', LastName: 'Lovelace', Company: 'Analytical', Title: 'Countess' });
    await s.job('salesforceImport', 'first', { object: 'Lead' });
    const [lead] = await s.salesforce.query('SELECT HubSpot_Contact_Id__c FROM Lead');
    const id = String(lead?.HubSpot_Contact_Id__c);
    await until('the base was handed over', async () => (await s.state(id)).status === 'in-sync');
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings: [...identity, { hubspot: 'jobtitle', lead: 'City', rule }] }] });
    await s.sync(id);
    assert.equal((await s.hubspot.get(id)).jobtitle, 'Countess');
  });

  test('who waits for the base that a running import owes is not called in sync', async (t) => {
    const s = await sluice.open(t, 'base-owed');
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Lovelace' });
    await s.salesforce.create('Lead', { Email: 'ada@gmail.example', LastName: 'Lovelace', Company: 'Analytical', Title: 'Countess', HubSpot_Contact_Id__c: id });
    const job = await s.client.workflow.signalWithStart('salesforceImport', { ...importStart(s.connection, 'paused', {}), signal: m.pause, signalArgs: [] });
    await until('visibility lists the import', async () => (await s.client.workflow.count(`WorkflowId = '${job.workflowId}' AND ExecutionStatus = 'Running'`)).count === 1);
    const { status, reason, next } = await s.sync(id);
    assert.deepEqual([status, /^Decides jobtitle, .* once the running job has handed over/.test(reason), next?.startsWith('Looks again at')], ['waiting', true, true], reason);
    await job.terminate();
  });
});
