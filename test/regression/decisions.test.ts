import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { z } from 'zod';
import type { Mapping } from '../../sync/mapping.ts';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { suiteEnd } from './suite.ts';

const sluice = await testSluice();
const twoWay = (hubspot: string, lead: string): Mapping => ({ hubspot, lead, rule: 'two-way' });
const mappings: Mapping[] = [
  { hubspot: 'email', lead: 'Email', rule: 'salesforce-unless-blank' }, { hubspot: 'lastname', lead: 'LastName', rule: 'salesforce-unless-blank' },
  { hubspot: 'company', lead: 'Company', rule: 'salesforce-unless-blank' },
  twoWay('jobtitle', 'Title'), twoWay('fax', 'Fax'), twoWay('state', 'State'), twoWay('country', 'Country'),
];
const hour = 3_600_000;

describe('what is written, and what is kept', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'decisions');
    await s.main.executeUpdate(m.changeSettings, { args: [{ mappings }] });
  });

  const lead = (email: string, fields: object = {}) => ({ LastName: 'Doe', Company: 'Firm', Email: email, ...fields });
  const title = async (record: string) => (await s.salesforce.get('Lead', record)).Title;
  const jobtitle = async (id: string) => (await s.hubspot.get(id)).jobtitle;
  const edit = (id: string, fields: object) => s.salesforce.control('POST', 'edit', { id, fields });
  /** Does something in a CRM whose clock is wrong by so much. */
  const at = async <T>(crm: 'hubspot' | 'salesforce', advanceMs: number, act: () => Promise<T>): Promise<T> => {
    await s[crm].control('POST', 'clock', { advanceMs });
    const done = await act();
    await s[crm].control('POST', 'clock', { advanceMs: -advanceMs });
    return done;
  };
  /** Does something in a CRM whose clock stands at this time (epoch ms). */
  const atInstant = async (crm: 'hubspot' | 'salesforce', instant: number, act: () => Promise<unknown>): Promise<void> => {
    const { now } = z.object({ now: z.string() }).parse(await s[crm].control('POST', 'clock', { stopped: true }));
    await at(crm, instant - Date.parse(now), act);
    await s[crm].control('POST', 'clock', { stopped: false });
  };
  const synced = async (id: string) => {
    const state = await s.sync(id);
    assert.equal(state.status, 'in-sync', state.reason);
    return state.salesforce?.id ?? '';
  };
  /** By the sandboxes' own logs: a check of the accounts tries a write of nothing. */
  const changes = () => Promise.all([s.hubspot, s.salesforce].map(async (crm) => z.object({ writes: z.array(z.unknown()) }).parse(await crm.control('GET', 'writes')).writes.length));
  const lastDecision = async (id: string) => (await s.handle(id).query(m.history))[0]?.fields.find(({ hubspot }) => hubspot === 'jobtitle');

  test('R21 a first sync is counted beforehand and writes nothing: who would be created, and who is ambiguous and goes to review', async () => {
    for (const name of ['new', 'newer']) await s.hubspot.create({ email: `${name}@firm.example`, lastname: name });
    for (const name of ['linked', 'twice']) await s.hubspot.create({ email: `${name}@firm.example` });
    for (const name of ['linked', 'twice', 'twice']) await s.salesforce.create('Lead', lead(`${name}@firm.example`));
    await s.hubspot.create({ lastname: 'Nobody' });
    const before = await changes();
    const counts = async (dryRun: boolean) => {
      const { checked, written, createdIn, needsReview, waiting } = await s.job('segmentResync', 'all', { dryRun }) as m.ResyncProgress;
      return { checked, written, createdIn, needsReview, waiting };
    };
    const workflows = () => s.client.workflow.count(`WorkflowType = 'contactSync' AND Connection = '${s.connection}'`);
    const planned = await counts(true);
    assert.deepEqual(planned, { checked: 5, written: 3, createdIn: { hubspot: 0, salesforce: 2 }, needsReview: 1, waiting: 1 });
    assert.deepEqual([await changes(), (await workflows()).count], [before, 0]);
    assert.deepEqual(await counts(false), planned);
    assert.equal((await s.salesforce.query('SELECT Id FROM Lead')).length, 5, 'nobody is there twice who was not before');
  });

  test('R20 "newer than" is decided by instants, in any zone; a tie or an unknown order gives Salesforce', async (t) => {
    const zone = process.env['TZ'];
    t.after(() => { process.env['TZ'] = zone ?? 'UTC'; });
    const id = await s.hubspot.create({ email: 'clock@firm.example', lastname: 'Doe', jobtitle: 'Start' });
    const record = await synced(id);
    // Salesforce's stamps are whole seconds. When each side changes, in ms from one of them on:
    const cases = [
      ['HubSpot 5 s later', { hubspot: 0, salesforce: -5_000 }, 'hubspot', /HubSpot changed later/],
      ['within a second, which is a tie', { hubspot: 900, salesforce: 0 }, 'salesforce', /so Salesforce wins/],
      ['Salesforce at some time up to 5 s later', { hubspot: 0, salesforce: 5_000 }, 'salesforce', /the order is not known, so Salesforce wins/],
    ] as const;
    for (const TZ of ['Pacific/Pago_Pago', 'Pacific/Kiritimati']) {
      process.env['TZ'] = TZ;
      for (const [name, { hubspot, salesforce }, winner, why] of cases) {
        const second = Math.ceil(Date.now() / 1_000) * 1_000;
        await atInstant('hubspot', second + hubspot, () => s.hubspot.edit(id, { jobtitle: `hubspot, ${name}, ${TZ}` }));
        await atInstant('salesforce', second + salesforce, () => edit(record, { Title: `salesforce, ${name}, ${TZ}` }));
        await synced(id);
        assert.deepEqual([await jobtitle(id), await title(record)], Array(2).fill(`${winner}, ${name}, ${TZ}`));
        assert.match((await lastDecision(id))?.reason ?? '', why);
      }
    }
  });

  test('R32 two-way goes by time, so that a stale form does not beat an edit, and the loser is kept in the history', async () => {
    const staleId = await at('hubspot', -hour, () => s.hubspot.create({ email: 'stale@firm.example', jobtitle: 'Old form' }));
    const edited = await s.salesforce.create('Lead', lead('stale@firm.example', { Title: 'Edited' }));
    assert.equal(await synced(staleId), edited);
    const formTime = Date.now() - hour;
    const row5 = await lastDecision(staleId);
    assert.deepEqual([await jobtitle(staleId), row5?.action, row5?.lost?.side, row5?.lost?.text], ['Edited', 'to-hubspot', 'hubspot', 'Old form']);
    assert.ok(Math.abs((row5?.lost?.at ?? 0) - formTime) < hour / 2, 'with its time');

    const freshId = await s.hubspot.create({ email: 'fresh@firm.example', jobtitle: 'New form' });
    const old = z.object({ id: z.string() }).parse(await s.salesforce.control('POST', 'late', { object: 'Lead', fields: lead('fresh@firm.example', { Title: 'Old edit' }), stampMsAgo: hour })).id;
    assert.equal(await synced(freshId), old);
    const { action, lost } = await lastDecision(freshId) ?? {};
    assert.deepEqual([await title(old), action, lost?.side, lost?.text], ['New form', 'to-salesforce', 'salesforce', 'Old edit']);

    // Row 20: both changed since they agreed.
    await s.hubspot.edit(staleId, { jobtitle: 'Form again' });
    await at('salesforce', 10_000, () => edit(edited, { Title: 'Edited again' }));
    await synced(staleId);
    assert.deepEqual([await jobtitle(staleId), (await lastDecision(staleId))?.lost?.text], ['Edited again', 'Form again']);
    await edit(old, { Title: 'Edit' });
    await at('hubspot', 10_000, () => s.hubspot.edit(freshId, { jobtitle: 'Newest form' }));
    await synced(freshId);
    assert.deepEqual([await title(old), (await lastDecision(freshId))?.lost?.text], ['Newest form', 'Edit']);
  });

  test('R35 state and country reach Salesforce together, or one clear property-value error tells why neither does', async (t) => {
    // As with state and country picklists: no state without its country.
    await s.salesforce.control('POST', 'validation-rules', { object: 'Lead', field: 'Country', equals: null, message: 'A country must be specified before specifying a state value' });
    t.after(() => s.salesforce.control('DELETE', 'validation-rules').then(() => undefined));
    const id = await s.hubspot.create({ email: 'place@firm.example', lastname: 'Doe', state: 'Oregon', country: 'United States' });
    const record = await synced(id);
    await s.salesforce.control('DELETE', 'validation-rules');
    const place = async () => {
      const { State, Country, Fax } = await s.salesforce.get('Lead', record);
      return [State, Country, Fax];
    };
    assert.deepEqual(await place(), ['Oregon', 'United States', null]);
    // The country vanishes between the read, which still shows it, and the write of the state.
    await s.hubspot.edit(id, { state: 'Nevada' });
    await s.salesforce.fault({ path: '/query|composite/', delayMs: 800, when: 'after', times: 1 });
    const syncing = s.sync(id);
    await until('the record was read', async () => (await s.salesforce.faults()).some(({ hits }) => hits === 1));
    await edit(record, { Country: null });
    await syncing;
    assert.deepEqual(await place(), ['Nevada', 'United States', null]);
    await s.hubspot.edit(id, { state: 'Bavaria', country: 'Germany, '.repeat(10), fax: '555-3' });
    const { status, error } = await s.sync(id);
    assert.deepEqual([status, error?.category], ['error', 'property-value']);
    assert.match(error?.message ?? '', /^country and Country: .*80 are possible/);
    assert.deepEqual(await place(), ['Nevada', 'United States', '555-3'], 'the other fields go on');
  });
});
