import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packedPerContact } from '../../bench/simulate/fill.ts';
import { fillPage } from '../../bench/simulate/page.ts';
import { VirtualClock } from '../../bench/simulate/virtual-clock.ts';
import { synthetic } from '../../sandbox/seed/synthetic.ts';
import type { Crm } from '../../workflows/ids.ts';
import type { ImportProgress } from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { activitiesOf } from '../workflows/fakes/mock-activities.ts';

const sluice = await testSluice();
const atOnce = 200;

const leadOf = ({ firstName, lastName, email, company, title, phone, mobile, street, city, state, zip, country, website, industry, leadSource }: ReturnType<typeof synthetic>[number]) => ({
  attributes: { type: 'Lead' }, FirstName: firstName, LastName: lastName, Email: email, Company: company, Title: title, Phone: phone, MobilePhone: mobile, Street: street, City: city, State: state,
  PostalCode: zip, Country: country, Website: website, Industry: industry, LeadSource: leadSource,
});

type Opened = Awaited<ReturnType<typeof sluice.open>>;

async function addLeads(s: Opened, count: number): Promise<void> {
  const leads = synthetic(count, 1).map(leadOf);
  for (let from = 0; from < count; from += atOnce) await s.salesforce.api('POST', '/composite/sobjects', { allOrNone: false, records: leads.slice(from, from + atOnce) });
}

/** Read by whatever comes first, and remembered: no calls of a page. */
const remembered = /describe|properties|owners|account-info/;

describe('what a contact costs', { concurrency: false }, () => {
  test('a page of 400 makes the calls that the simulation has it make, and hands over as many characters', async (t) => {
    const s = await sluice.open(t, 'page-cost');
    await addLeads(s, 400);
    const { run } = activitiesOf(s);
    // Owners and schema are read by then.
    await run('importPage', { object: 'Lead', where: '', after: 'zzzzzzzzzzzzzzzzzz', upTo: 'zzzzzzzzzzzzzzzzzz' });
    await Promise.all([s.hubspot.forgetCalls(), s.salesforce.forgetCalls()]);
    const { created, handovers } = await run('importPage', { object: 'Lead', where: '', after: '', upTo: 'zzzzzzzzzzzzzzzzzz' });
    assert.equal(created, 400);
    const counted = async (crm: 'hubspot' | 'salesforce') => Object.entries((await s[crm].calls()).byRoute).reduce((sum, [route, n]) => sum + (remembered.test(route) ? 0 : n), 0);
    const simulated: Record<Crm, number> = { hubspot: 0, salesforce: 0 };
    await fillPage({ rows: 400, listed: false, created: false }, (crm, count) => {
      simulated[crm] += count;
      return Promise.resolve();
    }, new VirtualClock(0));
    assert.deepEqual({ hubspot: await counted('hubspot'), salesforce: await counted('salesforce') }, simulated);
    const perContact = (handovers?.length ?? 0) / 400;
    t.diagnostic(`${perContact} characters of packed handovers per contact`);
    assert.ok(Math.abs(perContact - packedPerContact) < packedPerContact / 10, `${perContact} characters`);
  });

  test('a filled contact rests with 4 events and 3 KB, and a sync that writes adds 17 events and 6 KB', async (t) => {
    const s = await sluice.open(t, 'contact-cost');
    await addLeads(s, 20);
    const { now } = await s.job('salesforceImport', 'first', { object: 'Lead' }) as ImportProgress;
    assert.equal(now.filled, 20);
    const ids = (await s.salesforce.query('SELECT HubSpot_Contact_Id__c FROM Lead')).map((lead) => String(lead['HubSpot_Contact_Id__c']));
    await until('each workflow has done its first task', async () => (await Promise.all(ids.map(async (id) => (await s.handle(id).describe()).historyLength))).every((events) => events === 4));
    const sizes = await Promise.all(ids.map(async (id) => (await s.handle(id).describe()).historySize ?? 0));
    t.diagnostic(`${Math.min(...sizes)} to ${Math.max(...sizes)} bytes`);
    assert.ok(Math.max(...sizes) <= 3_200, `${Math.max(...sizes)} bytes`);

    const [id = ''] = ids;
    const before = await s.handle(id).describe();
    await s.hubspot.edit(id, { fax: '555-0142' }); // blank in Salesforce, so that it goes over
    await s.sync(id);
    const after = await s.handle(id).describe();
    assert.equal(after.historyLength - before.historyLength, 17);
    const grown = (after.historySize ?? 0) - (before.historySize ?? 0);
    t.diagnostic(`${grown} bytes more after a sync`);
    assert.ok(grown <= 7_000, `${grown} bytes`);
    const { events = [] } = await s.handle(id).fetchHistory();
    const actions = (events ?? []).slice(before.historyLength).filter((event) => event.workflowExecutionSignaledEventAttributes ?? event.activityTaskScheduledEventAttributes ?? event.upsertWorkflowSearchAttributesEventAttributes);
    assert.equal(actions.length, 4, 'a signal, a read, a write, and search attributes');
  });
});
