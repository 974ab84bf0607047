import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import type { ImportProgress } from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();
const lead = (n: string, fields: object = {}) => ({ LastName: `Last ${n}`, Company: `Company ${n}`, Email: `${n}@gmail.example`, Title: `Title ${n}`, ...fields });
type Opened = Awaited<ReturnType<typeof sluice.open>>;

const idOf = async (s: Opened, email: string): Promise<string> => {
  const found = await s.hubspot.api('POST', '/crm/v3/objects/contacts/batch/read', { idProperty: 'email', inputs: [{ id: email }], properties: ['email'] }) as { results: { id: string }[] };
  return found.results[0]?.id ?? assert.fail(`no contact ${email}`);
};

/** read = created + alreadyThere + duplicates + skipped + failed; of the first two, `now` adds up. */
function addsUp({ read, created, alreadyThere, duplicates, skipped, failed, now }: ImportProgress): void {
  assert.equal(read, created + alreadyThere + duplicates + failed + Object.values(skipped).reduce((a, b) => a + b, 0));
  assert.equal(created + alreadyThere, Object.values(now).reduce((a, b) => a + b, 0));
}

describe('S6 Import brings the email, fill brings the rest', () => {
  test('S6.1 and S6.2 without a segment each contact is created with its email alone, and then filled', async (t) => {
    const s = await sluice.open(t, 's6-1');
    const ids = [await s.salesforce.create('Lead', lead('a')), await s.salesforce.create('Contact', { LastName: 'B', Email: 'b@navy.example', Title: 'Captain' })];
    const result = await s.job('salesforceImport', 'first') as ImportProgress;
    addsUp(result);
    assert.deepEqual([result.created, result.now.filled, result.workflows.done], [2, 2, 2]);
    const { requests } = await s.hubspot.control('GET', 'requests') as { requests: { url: string; status: number }[] };
    const order = requests.filter((r) => r.status < 400).map((r) => r.url);
    assert.ok(order.findIndex((u) => u.includes('batch/create')) < order.findIndex((u) => u.includes('batch/update')), 'email first, fill after');
    const a = await s.hubspot.get(await idOf(s, 'a@gmail.example'));
    assert.deepEqual([a.lastname, a.company, a.jobtitle, a.salesforceleadid], ['Last a', 'Company a', 'Title a', ids[0]]);
    for (const email of ['a@gmail.example', 'b@navy.example']) {
      const id = await idOf(s, email);
      const state = await s.state(id);
      assert.deepEqual([state.status, state.origin.kind], ['in-sync', 'import']);
    }
    assert.deepEqual((await s.salesforce.query('SELECT HubSpot_Contact_Id__c FROM Lead'))[0]?.HubSpot_Contact_Id__c, await idOf(s, 'a@gmail.example'));
  });

  test('S6.3 and S6.4 with a segment its members are filled, and the others keep every other property empty', async (t) => {
    const s = await sluice.open(t, 's6-3');
    await s.main.executeUpdate(m.changeSettings, { args: [{ looksAfterSeconds: [1, 2] }] });
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    await s.select(gmail);
    const member = await s.salesforce.create('Lead', lead('a'));
    const other = await s.salesforce.create('Lead', lead('b', { Email: 'b@navy.example' }));
    const result = await s.job('salesforceImport', 'first') as ImportProgress;
    addsUp(result);
    assert.deepEqual([result.created, result.now.filled, result.now.emailOnly], [2, 1, 1]);
    assert.equal((await s.hubspot.get(await idOf(s, 'a@gmail.example'))).jobtitle, 'Title a');
    const id = await idOf(s, 'b@navy.example');
    const { email, lastname, jobtitle, company, salesforceleadid, hubspot_owner_id } = await s.hubspot.get(id);
    assert.deepEqual({ email, lastname, jobtitle, company, salesforceleadid, hubspot_owner_id }, { email: 'b@navy.example', lastname: null, jobtitle: null, company: null, salesforceleadid: null, hubspot_owner_id: null });
    assert.equal((await s.salesforce.get('Lead', other)).HubSpot_Contact_Id__c, null);
    assert.notEqual((await s.salesforce.get('Lead', member)).HubSpot_Contact_Id__c, null);
    const state = await s.state(id);
    assert.deepEqual([state.status, state.origin.kind, state.salesforce?.id], ['email-only', 'import', other]);
    await s.salesforce.edit('Lead', other, { Title: 'Admiral' });
    assert.equal((await s.sync(id)).status, 'email-only');
    assert.equal((await s.hubspot.get(id)).jobtitle, null);
  });

  test('S6.4 and S6.5 whoever HubSpot takes into the segment late is filled by a later look, or on joining', async (t) => {
    const s = await sluice.open(t, 's6-4');
    await s.main.executeUpdate(m.changeSettings, { args: [{ looksAfterSeconds: [1, 2, 4] }] });
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    await s.select(gmail);
    await s.hubspot.control('POST', 'settings', { segmentLagMs: 1_500 });
    t.after(async () => { await s.hubspot.control('POST', 'settings', { segmentLagMs: 0 }); });
    await Promise.all(['a', 'b', 'c'].map((n) => s.salesforce.create('Lead', lead(n))));
    await s.salesforce.create('Lead', lead('d', { Email: 'd@navy.example' }));
    const result = await s.job('salesforceImport', 'first') as ImportProgress;
    addsUp(result);
    assert.deepEqual([result.created, result.now.filled, result.now.emailOnly, result.workflows.done], [4, 3, 1, 4]);
    const d = await idOf(s, 'd@navy.example');
    await s.hubspot.edit(d, { email: 'd@gmail.example' });
    await until('HubSpot has taken it in', async () => (await s.hubspot.members(gmail)).includes(d));
    assert.equal((await s.signal(d, m.changed, { source: 'segment', kind: 'joined' })).status, 'in-sync');
    assert.equal((await s.hubspot.get(d)).jobtitle, 'Title d');
  });

  test('S6.6 a contact that is there already is linked and the import step changes none of its values', async (t) => {
    const s = await sluice.open(t, 's6-6');
    const gmail = await s.hubspot.segment('Gmail', 'email', ['@gmail.']);
    await s.main.executeUpdate(m.changeSettings, { args: [{ looksAfterSeconds: [] }] });
    await s.select(gmail);
    const there = await s.hubspot.create({ email: 'a@navy.example', jobtitle: 'Mine' });
    await s.salesforce.create('Lead', lead('a', { Email: 'A@Navy.example' }));
    const result = await s.job('salesforceImport', 'first') as ImportProgress;
    addsUp(result);
    assert.deepEqual([result.created, result.alreadyThere, result.now.emailOnly], [0, 1, 1]);
    const contact = await s.hubspot.get(there);
    assert.deepEqual([contact.email, contact.jobtitle, contact.lastname], ['a@navy.example', 'Mine', null]);
  });

  test('rows without email, with equal emails and with an invalid one are counted, and a second run changes nothing', async (t) => {
    const s = await sluice.open(t, 's6-7');
    await s.salesforce.create('Lead', lead('a'));
    await s.salesforce.create('Lead', lead('none', { Email: null }));
    await s.salesforce.create('Lead', lead('twice', { Email: 'twice@navy.example' }));
    await s.salesforce.create('Lead', lead('twice2', { Email: 'TWICE@navy.example' }));
    const contact = await s.salesforce.create('Contact', { LastName: 'Both', Email: 'both@navy.example', Title: 'Contact wins' });
    await s.salesforce.create('Lead', lead('both', { Email: 'both@navy.example' }));
    const result = await s.job('salesforceImport', 'first') as ImportProgress;
    addsUp(result);
    assert.deepEqual([result.read, result.created, result.duplicates, result.skipped, result.now.filled, result.now.needsReview], [6, 3, 2, { 'no-email': 1 }, 2, 1]);
    assert.equal((await s.hubspot.get(await idOf(s, 'both@navy.example'))).salesforcecontactid, contact);
    const twice = await s.state(await idOf(s, 'twice@navy.example'));
    assert.deepEqual([twice.status, twice.review?.candidates.length], ['needs-review', 2]);
    const again = await s.job('salesforceImport', 'second') as ImportProgress;
    addsUp(again);
    assert.deepEqual([again.created, again.duplicates, again.alreadyThere], [0, 2, 3]);
    assert.equal((await s.hubspot.control('GET', 'calls') as { byRoute: Record<string, number> }).byRoute['POST /crm/v3/objects/contacts/batch/create'], 2);
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead')).length, 5);
  });

  for (const [what, fault, creates] of [
    ['is refused for the moment', { status: 503 }, 2], ['is done, but its answer is lost', { reset: true, when: 'after' }, 1], ['is done, but its answer is cut off', { cut: true }, 1],
  ] as const) {
    test(`a creation that ${what} costs a look at its emails, not the page again`, async (t) => {
      const s = await sluice.open(t, 's6-create');
      for (const n of ['a', 'b', 'c']) await s.salesforce.create('Lead', lead(n));
      await s.hubspot.fault({ method: 'POST', path: '/crm/v3/objects/contacts/batch/create', ...fault });
      const before = await s.hubspot.calls();
      const result = await s.job('salesforceImport', 'first') as ImportProgress;
      const after = await s.hubspot.calls();
      addsUp(result);
      assert.deepEqual([result.created, result.alreadyThere, result.now.filled], [3, 0, 3]);
      const spent = (name: string): number => (after.byRoute[`POST /crm/v3/objects/contacts/batch/${name}`] ?? 0) - (before.byRoute[`POST /crm/v3/objects/contacts/batch/${name}`] ?? 0);
      assert.deepEqual({ read: spent('read'), create: spent('create'), update: spent('update') }, { read: 2, create: creates, update: 1 });
    });
  }

  test('a condition limits the import, and a faulty one ends it with a sentence', async (t) => {
    const s = await sluice.open(t, 's6-8');
    await s.salesforce.create('Lead', lead('a', { LeadSource: 'Web' }));
    await s.salesforce.create('Lead', lead('b'));
    const result = await s.job('salesforceImport', 'web', { object: 'Lead', where: "LeadSource = 'Web'" }) as ImportProgress;
    assert.equal(result.created, 1);
    for (const [i, where] of ["Nonsense = 'x'", "LeadSource = 'Web') OR (Id != null", 'LeadSource ='].entries()) {
      await assert.rejects(s.job('salesforceImport', `bad-${i}`, { object: 'Lead', where }), (error: Error) => /where|Salesforce/.test(String((error.cause as Error | undefined)?.message)));
    }
    await assert.rejects(s.job('salesforceImport', 'bad-input', { object: 'Leads' }), (error: Error) => /object/.test(String((error.cause as Error | undefined)?.message)));
  });
});
