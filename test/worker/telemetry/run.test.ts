import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import * as z from 'zod';
import { createSluiceClient } from '../../../client/sluice-client.ts';
import { freePort } from '../../../worker/ports.ts';
import { startStack } from '../../../worker/stack.ts';
import { connectTemporal } from '../../../worker/temporal/connect.ts';
import { hubspotPerson, salesforcePerson } from '../../support/crms.ts';
import { cacheDir } from '../../support/suite.ts';
import { until } from '../../support/until.ts';

const metricsPort = await freePort();
const printed: string[] = [];
const stack = await startStack({
  isolated: true, env: { SLUICE_CACHE_DIR: cacheDir, SLUICE_METRICS_PORT: String(metricsPort), SLUICE_LOG_FORMAT: 'json' },
  output: (part, line) => { if (part === 'worker') printed.push(line); },
});
const { client, connection } = await connectTemporal(stack.env);
after(async () => {
  await connection.close();
  await stack.stop();
});
const sluice = createSluiceClient({ client, connection: 'main' });
const hubspot = hubspotPerson(stack.addresses.hubspot);
const salesforce = salesforcePerson(stack.addresses.salesforce);

const logLine = z.looseObject({ level: z.string(), time: z.string(), connection: z.string(), msg: z.string() });
const logged = () => printed.filter((line) => line.startsWith('{')).map((line) => logLine.parse(JSON.parse(line)));

/** A sample's value by its name and some of its labels; the sum of those that match. */
async function metric(name: string, labels: Record<string, string> = {}): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const samples = text.split('\n').flatMap((line) => {
    const [, found, told = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    return found === name && Object.entries(labels).every(([label, is]) => told.includes(`${label}="${is}"`)) ? [Number(value)] : [];
  });
  return samples.reduce((sum, value) => sum + value, 0);
}

const people = z.array(z.looseObject({ Email: z.string().nullable(), FirstName: z.string().nullable(), LastName: z.string(), Phone: z.string().nullable(), Street: z.string().nullable(), Company: z.string().nullable() }));

describe('what a worker tells of itself', { timeout: 300_000 }, () => {
  test('its metrics count calls, syncs, failures, lag and contacts; its log names no person, no value and no secret', async () => {
    await until('the connection is ready', async () => (await sluice.settings()).ready);
    await sluice.changeSettings({ looksAfterSeconds: [1], settleWindowMs: 0 });
    // Failures whose words hold values: a whole call that is refused, rows that are, and calls that pass at the second try.
    const words = { status: 400, body: { status: 'error', category: 'SOMETHING_NEW', message: 'The contact abel.maclead@secret.example is not taken.', correlationId: 'x' } };
    await hubspot.fault({ method: 'POST', path: '/batch\\/create$/', ...words, times: 1 });
    await salesforce.fault({ path: '/composite/', row: { match: 'TX', code: 'STRING_TOO_LONG', fields: ['State'], message: 'State: data value too large: TX of Abel Maclead' }, times: 1_000 });
    const { workflowId } = await sluice.startImport({ object: 'Lead', where: "State = 'TX'" });
    for await (const progress of sluice.watch(workflowId)) assert.equal(progress.job, 'import');
    const { contacts: [one] } = await sluice.listContacts({ status: 'in-sync', limit: 1 });
    const id = one?.hubspotId ?? '';
    await hubspot.fault({ path: '/batch\\/read$/', status: 400, body: words.body, times: 2 });
    await hubspot.edit(id, { fax: '555-0142-77' });
    await until('the edit has gone over', async () => (await sluice.contact(id)).lastSync?.wrote.salesforce.includes('Fax') === true);

    await until('the calls are counted', async () => (await metric('sluice_crm_calls_total', { crm: 'salesforce', lane: 'live', outcome: 'ok' })) > 0);
    assert.ok((await metric('sluice_crm_calls_total', { crm: 'hubspot', lane: 'backfill', outcome: 'ok' })) > 0);
    assert.ok((await metric('sluice_crm_calls_total', { crm: 'hubspot', outcome: 'temporary' })) >= 1, 'an unknown code counts as temporary');
    assert.ok((await metric('sluice_contacts_synced_total', { wrote: 'salesforce' })) >= 1);
    assert.ok((await metric('sluice_activity_failures_total', { category: 'temporary' })) >= 1);
    assert.ok((await metric('sluice_change_lag_seconds_count', { feed: 'hubspot', by: 'event' })) >= 1);
    await until('the contacts are counted', async () => /^sluice_contacts\{.*status="in-sync"/m.test(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()));
    assert.ok((await metric('temporal_workflow_task_schedule_to_start_latency_seconds_count', { task_queue: 'sluice' })) > 0);
    assert.ok((await metric('temporal_activity_schedule_to_start_latency_seconds_count', { task_queue: 'sluice-live' })) > 0);

    const lines = logged();
    const messages = lines.map(({ msg }) => msg);
    for (const said of ['The worker starts.', 'The worker is ready.', 'The accounts were checked.', 'An activity failed.', 'How a feed notices changes.']) assert.ok(messages.includes(said), said);
    const failure = lines.find(({ msg, code }) => msg === 'An activity failed.' && code === 'SOMETHING_NEW');
    assert.deepEqual([failure?.['category'], failure?.level, failure?.['attempt']], ['temporary', 'warn', 1]);
    assert.ok(lines.every(({ connection }) => connection === 'main'));

    const known = people.parse((await salesforce.query('SELECT Email, FirstName, LastName, Phone, Street, Company FROM Lead LIMIT 2000')));
    const values = known.flatMap(({ Email, FirstName, LastName, Phone, Street, Company }) => [Email, `${FirstName} ${LastName}`, Phone, Street, Company]).filter((value) => value !== null && value !== '');
    assert.ok(values.length > 1_000);
    const everything = printed.join('\n') + await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    const lastNames = known.map(({ LastName }) => LastName).filter((name) => new RegExp(`\\b${name}\\b`).test(everything));
    assert.deepEqual([values.filter((value) => value !== null && everything.includes(value)), lastNames], [[], []]);
    assert.doesNotMatch(everything, /@|pat-sandbox|\b00D\w{12,15}!|Bearer|555-0142|Maclead/);
  });

  test('says when it was asked to end, and that it has ended; a port in use is told before it starts', async () => {
    await stack.worker.stop();
    await until('the last line is there', async () => logged().some(({ msg }) => msg === 'The worker has ended.'));
    assert.ok(logged().some(({ msg }) => msg === 'The worker was asked to end.'));
    await assert.rejects(stack.startWorker({ SLUICE_METRICS_PORT: String(stack.environment.ports.hubspotSandbox) }), /Metrics cannot be served at 127\.0\.0\.1:\d+ \(Address already in use.*\): set SLUICE_METRICS_PORT to a free port, or unset it/);
  });
});
