import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { until } from '../support/until.ts';
import { lintWorkflows } from './common-errors.ts';
import { devStack, seededData, snapshot } from './stack.ts';
import { temporalProgram } from './temporal-program.ts';

const state = z.looseObject({
  status: z.string(), reason: z.string(), pending: z.number(), paused: z.boolean(), lastSync: z.looseObject({ at: z.string() }).nullable(),
  segment: z.looseObject({ id: z.string(), member: z.boolean().nullable() }).nullable(),
});
const settings = z.looseObject({ version: z.number(), paused: z.boolean(), segment: z.looseObject({ id: z.string(), name: z.string() }).nullable() });
const imported = z.looseObject({ read: z.number(), created: z.number(), alreadyThere: z.number(), now: z.looseObject({ filled: z.number(), filling: z.number(), emailOnly: z.number() }) });
const resynced = z.looseObject({ checked: z.number(), unchanged: z.number(), signalled: z.number() });
const preview = z.looseObject({ wouldSync: z.boolean(), writes: z.object({ hubspot: z.record(z.string(), z.string()) }) });

test('with npm run dev and the temporal program alone a person selects, imports, resyncs, pauses, previews and clears', async (t) => {
  // What people do alone: with the feeds on, whoever is created or changed syncs before anybody asks.
  const s = await devStack(t, await seededData(t, { hubspot: { seed: 'empty' }, salesforce: { seed: 'empty' } }), { SLUICE_FEEDS: 'off' });
  const temporal = await temporalProgram(s.stack);
  const { hubspot, salesforce } = s;
  const connection = 'connection/main';
  const settingsNow = async () => settings.parse(await temporal.query(connection, 'settings'));
  const stateOf = async (id: string) => state.parse(await temporal.query(`contact/main/${id}`, 'state'));
  const becomes = async (id: string, status: string) => {
    await until(`contact ${id} is ${status}`, async () => {
      const now = await stateOf(id);
      return now.status === status && now.pending === 0;
    });
  };
  await until('the connection is ready', async () => z.looseObject({ status: z.string() }).parse(await temporal.query(connection, 'health')).status === 'ready');

  const lead = (name: string, email: string) => salesforce.create('Lead', { LastName: name, Company: 'Sluice', Email: email, Title: `Title ${name}` });
  const ada = await lead('Ada', 'ada@gmail.example');
  const ben = await lead('Ben', 'ben@navy.example');
  await lead('Cleo', 'cleo@gmail.example');
  const gmail = await hubspot.segment('Gmail', 'email', ['@gmail.']);
  await temporal.update(connection, 'changeSettings', '{"looksAfterSeconds": [0], "settleWindowMs": 0, "by": "a person"}');

  const before = await snapshot(s);
  await temporal.update(connection, 'selectInclusionSegment', `{"segmentId": "${gmail}", "by": "a person"}`);
  assert.deepEqual((await settingsNow()).segment?.name, 'Gmail');
  assert.deepEqual(await snapshot(s), before, 'selecting writes nothing');

  await temporal.start('salesforceImport', 'import/main/first', '{}');
  const first = imported.parse((await temporal.ended('import/main/first')).result);
  assert.deepEqual([first.read, first.created, first.now.filled, first.now.emailOnly], [3, 3, 2, 1]);
  const idOf = async (email: string) => {
    const found = z.looseObject({ results: z.array(z.looseObject({ id: z.string() })) }).parse(await hubspot.api('POST', '/crm/v3/objects/contacts/search', { filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ', value: email }] }] }));
    return found.results[0]?.id ?? '';
  };
  const [adaId, benId] = [await idOf('ada@gmail.example'), await idOf('ben@navy.example')];
  await becomes(adaId, 'in-sync');
  await becomes(benId, 'email-only');
  assert.equal((await hubspot.get(benId)).jobtitle, null);

  // A contact's resync: the member is synced, the other is not.
  await salesforce.edit('Lead', ada, { Title: 'Countess' });
  await salesforce.edit('Lead', ben, { Title: 'Admiral' });
  for (const id of [adaId, benId]) await temporal.signal(`contact/main/${id}`, 'resync', '{"reason": "asked by sales"}');
  await until('Ada has her title', async () => (await hubspot.get(adaId)).jobtitle === 'Countess');
  await becomes(benId, 'email-only');
  assert.equal((await hubspot.get(benId)).jobtitle, null);

  // A paused contact: nothing is written, preview works, and resume catches up.
  await temporal.signal(`contact/main/${adaId}`, 'pause');
  await salesforce.edit('Lead', ada, { Title: 'Analyst' });
  await temporal.signal(`contact/main/${adaId}`, 'resync');
  await until('Ada is paused with a sync waiting', async () => {
    const now = await stateOf(adaId);
    return now.status === 'paused' && now.pending === 1;
  });
  const would = preview.parse(await temporal.update(`contact/main/${adaId}`, 'preview'));
  assert.deepEqual([would.wouldSync, would.writes.hubspot], [true, { jobtitle: 'Analyst' }]);
  assert.equal((await hubspot.get(adaId)).jobtitle, 'Countess');
  await temporal.signal(`contact/main/${adaId}`, 'resume', '{}');
  await until('Ada has caught up', async () => (await hubspot.get(adaId)).jobtitle === 'Analyst');
  await becomes(adaId, 'in-sync');

  // The paused connection holds everybody.
  await temporal.signal(connection, 'pause', '{}');
  await salesforce.edit('Lead', ada, { Title: 'Writer' });
  await temporal.signal(`contact/main/${adaId}`, 'resync', '{}');
  await until('Ada is held', async () => (await stateOf(adaId)).status === 'paused');
  assert.match((await stateOf(adaId)).reason, /"main" is paused/);
  assert.equal((await hubspot.get(adaId)).jobtitle, 'Analyst');
  await temporal.signal(connection, 'resume');
  await until('Ada goes on', async () => (await hubspot.get(adaId)).jobtitle === 'Writer');
  await becomes(adaId, 'in-sync');

  // The segment's resync, without any input.
  await salesforce.edit('Lead', ada, { Title: 'Poet' });
  await temporal.start('segmentResync', 'resync/main/segment');
  const job = resynced.parse((await temporal.ended('resync/main/segment')).result);
  assert.deepEqual([job.checked, job.unchanged, job.signalled], [2, 1, 1]);
  await until('Ada is resynced', async () => (await hubspot.get(adaId)).jobtitle === 'Poet');

  // Cleared, without any input: nothing is written, and the next import fills who was left out.
  const uncleared = await snapshot(s);
  await temporal.update(connection, 'clearInclusionSegment');
  assert.equal((await settingsNow()).segment, null);
  await becomes(benId, 'waiting');
  assert.deepEqual(await snapshot(s), uncleared, 'clearing writes nothing');
  await temporal.start('salesforceImport', 'import/main/second');
  const second = imported.parse((await temporal.ended('import/main/second')).result);
  assert.deepEqual([second.read, second.created, second.alreadyThere], [3, 0, 3]);
  await becomes(benId, 'in-sync');
  assert.equal((await hubspot.get(benId)).jobtitle, 'Admiral');

  // A contact that only HubSpot has, started by hand.
  const dora = await hubspot.create({ email: 'dora@navy.example', lastname: 'Dora' });
  await temporal.start('contactSync', `contact/main/${dora}`);
  await becomes(dora, 'waiting');

  assert.match(await temporal.currentDetails(`contact/main/${adaId}`), /^## Ada: in-sync/);
  const { runs, faults } = await lintWorkflows(s.client);
  assert.ok(runs >= 9, `${runs} runs`);
  assert.deepEqual(faults, []);
});
