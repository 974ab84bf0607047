import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { SluiceFailure, createSluiceClient, type Progress } from '../../client/sluice-client.ts';
import { startStack } from '../../worker/stack.ts';
import { connectTemporal } from '../../worker/temporal/connect.ts';
import { cacheDir } from '../support/suite.ts';
import { assertSentence, commandLine } from './sluice.ts';

const stack = await startStack({ isolated: true, env: { SLUICE_CACHE_DIR: cacheDir } });
const { client, connection } = await connectTemporal(stack.env);
after(async () => {
  await connection.close();
  await stack.stop();
});
const typed = createSluiceClient({ client, connection: 'main' });
const sluice = commandLine(stack.env);

const segmentsAnswer = z.array(z.strictObject({ id: z.string(), name: z.string(), size: z.number(), processing: z.boolean(), selected: z.boolean() }));
const settingsAnswer = z.object({ version: z.number(), segment: z.object({ id: z.string(), name: z.string(), selectedBy: z.string().nullable() }).nullable() });
const contactAnswer = z.object({ hubspotId: z.string(), status: z.string(), reason: z.string(), lastSync: z.object({ trigger: z.string() }).nullable(), paused: z.boolean(), history: z.array(z.unknown()).optional() });
const healthAnswer = z.object({ contacts: z.object({ byStatus: z.record(z.string(), z.number()), errorsByCategory: z.record(z.string(), z.number()) }), views: z.array(z.object({ title: z.string(), url: z.string() })) });
const listAnswer = z.strictObject({ contacts: z.array(z.object({ hubspotId: z.string(), status: z.string(), name: z.string() })), total: z.number() });
const jobAnswer = z.object({ workflowId: z.string(), alreadyRunning: z.boolean(), progress: z.looseObject({ phase: z.string(), finishedAt: z.string().nullable() }) });

/** Leads of Texas: some at webmail addresses, some not; few enough for a test. */
const texans = ['--object', 'Lead', '--where', "State = 'TX'"];
const email = 'nobody@nowhere.example';

async function listed(status: string): Promise<z.output<typeof listAnswer>> {
  return listAnswer.parse((await sluice('contacts', '--status', status, '--json')).json);
}

describe('The command line', { timeout: 480_000 }, () => {
  test('says when the connection can sync', async () => {
    while ((await typed.health()).status === 'not-ready') await new Promise((resolve) => { setTimeout(resolve, 200); });
    const { code, output } = await sluice('health');
    assert.equal(code, 0);
    assert.match(output, /^Connection main: ready\n/);
    await typed.changeSettings({ looksAfterSeconds: [2], settleWindowMs: 500 });
  });

  test('lists the active segments only', async () => {
    const { code, output } = await sluice('segments');
    assert.equal(code, 0);
    assert.match(output, /^ {2}Id +Name +Members$/m);
    assert.doesNotMatch(output, /Trade fair/);
    const segments = segmentsAnswer.parse((await sluice('segments', '--json')).json);
    assert.deepEqual(segments.map(({ name, size, selected }) => [name, size, selected]), [['Everyone with a phone', 105, false], ['Webmail prospects', 64, false]]);
  });

  test('refuses a static, an unknown and an unnamed segment, and says why', async () => {
    assertSentence(await sluice('select-segment', 'Trade fair 2025'), /^"Trade fair 2025" \(3\) is a static segment: only active ones can be chosen/);
    assertSentence(await sluice('select-segment', '99'), /^HubSpot has no segment 99: it was deleted or never existed\.$/m);
    assertSentence(await sluice('select-segment', 'Nobody'), /^HubSpot has no contact segment named "Nobody"; active ones: "Everyone with a phone", "Webmail prospects"\.$/m);
    assert.equal(settingsAnswer.parse((await sluice('settings', '--json')).json).segment, null);
  });

  test('selects a segment by its id or by its name, in any case', async () => {
    const byId = settingsAnswer.parse((await sluice('select-segment', '2', '--json')).json);
    assert.equal(byId.segment?.name, 'Everyone with a phone');
    const byName = await sluice('select-segment', 'webmail PROSPECTS', '--by', 'ada');
    assert.match(byName.output, /^Selected "Webmail prospects" \(1\)\. Nothing was written/);
    const { segment } = settingsAnswer.parse((await sluice('--json', 'settings')).json);
    assert.deepEqual(segment, { id: '1', name: 'Webmail prospects', selectedBy: 'ada' });
    assert.match((await sluice('settings')).output, /Inclusion segment +"Webmail prospects" \(1\), since .* by ada$/m);
    assert.match((await sluice('segments')).output, /^\* +1 +Webmail prospects/m);
  });

  test('imports, shows the progress on stderr and the counts on stdout', async () => {
    const { code, output, errors } = await sluice('import', ...texans, '--wait');
    assert.equal(code, 0, errors);
    assert.match(errors, /^importing and filling: \d+ of /m);
    assert.match(output, /^import\/main\/first: done in \d+ s\n {2}Read from Salesforce +\d+\n/);
    const [created = 0, filled = 0, emailOnly = 0] = ['Created in HubSpot', 'Filled', 'Email only'].map((name) => Number(new RegExp(`${name} +(\\d+)`).exec(output)?.[1]));
    assert.ok(created > 0 && filled > 0 && emailOnly > 0, output);
    assert.equal((await listed('email-only')).total, emailOnly);
  });

  test('answers an import in JSON alone, and repeats one without creating anybody', async () => {
    const run = await sluice('import', ...texans, '--wait', '--json');
    assert.equal(run.errors, '');
    const { workflowId, progress } = jobAnswer.parse(run.json);
    assert.equal(workflowId, 'import/main/first');
    assert.equal(progress['created'], 0);
    assert.notEqual(progress.finishedAt, null);
  });

  test('gives the sentence of an import that fails', async () => {
    assertSentence(await sluice('import', '--where', 'Nonsense', '--label', 'wrong', '--wait', '--json'), /^where: Salesforce does not take this condition \(MALFORMED_QUERY\): .*Nonsense/);
    assertSentence(await sluice('import', '--label', 'a b'), /^The label "a b" cannot be used/);
  });

  test('points to an import that runs, and holds the connection and goes on', async () => {
    assert.equal((await sluice('pause')).output, 'Paused connection main.\n');
    assert.match((await sluice('health')).output, /^Connection main: paused/);
    const first = jobAnswer.parse((await sluice('import', ...texans, '--label', 'held', '--json')).json);
    const second = await sluice('import', ...texans, '--label', 'held');
    assert.equal(first.alreadyRunning, false);
    assert.match(second.output, /^Running import\/main\/held\./);
    assert.match(second.errors, /runs already/);
    assert.match((await sluice('pause', '--job', 'import/main/held')).output, /^Paused import\/main\/held\.$/m);
    assert.match((await sluice('resume', '--job', 'import/main/held')).output, /^Resumed import\/main\/held\.$/m);
    assert.equal((await sluice('resume')).output, 'Resumed connection main.\n');
    const seen: Progress[] = [];
    for await (const progress of typed.watch('import/main/held')) seen.push(progress);
    assert.notEqual(seen.at(-1)?.finishedAt, null);
    assertSentence(await sluice('pause', '--job', 'import/main/held'), /^import\/main\/held does not run\.$/m);
  });

  test('whoever leaves a watch leaves no question to Temporal behind', async (t) => {
    await sluice('pause');
    const { workflowId } = await typed.startImport({ object: 'Lead', where: "State = 'TX'", label: 'left' });
    const polls = t.mock.method(client.workflowService, 'getWorkflowExecutionHistory');
    for await (const progress of typed.watch(workflowId)) {
      assert.equal(progress.finishedAt, null);
      break;
    }
    const answers = polls.mock.calls.map(({ result }) => Promise.resolve<unknown>(result));
    assert.equal(answers.length, 1);
    assert.equal(await Promise.race([Promise.allSettled(answers).then(() => 'ended'), sleep(5_000, 'open')]), 'ended');
    await sluice('resume');
    for await (const _ of typed.watch(workflowId)) continue;
  });

  test('says of a contact what, since when, why, what next, and what was decided', async () => {
    const [member] = (await listed('in-sync')).contacts;
    const run = await sluice('contact', member?.hubspotId ?? '');
    assert.equal(run.code, 0);
    assert.match(run.output, /^.+ \(HubSpot contact \d+\): in-sync since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n {2}Why +\S.*\n {2}Next +Nothing is due\.\n {2}Salesforce +(Lead 00Q\w+, matched by lead|Contact 003\w+, matched by contact)-email\n/);
    // One of them had a name in HubSpot before, and may stand anywhere in the list.
    const other = (await listed('email-only')).contacts.find(({ name }) => name.includes('@'));
    const byEmail = contactAnswer.parse((await sluice('contact', (other?.name ?? '').toUpperCase(), '--json')).json);
    assert.equal(byEmail.hubspotId, other?.hubspotId, 'the name of a contact with an email only is its email');
    assert.equal(byEmail.status, 'email-only');
    assert.match(byEmail.reason, /Not in the inclusion segment "Webmail prospects"/);
  });

  test('looks at a contact that nobody asked about before', async () => {
    const run = await sluice('contact', '101');
    assert.match(run.output, /\(HubSpot contact 101\): (waiting|outside-segment) since/);
    assertSentence(await sluice('contact', email), new RegExp(`^HubSpot has no contact with the email ${email}\\.$`, 'm'));
    assertSentence(await sluice('contact', 'a@b'), /^email: expected an email address\.$/m);
    const { status, reason } = contactAnswer.parse((await sluice('contact', '999999', '--json')).json);
    assert.deepEqual([status, reason], ['deleted', 'HubSpot has no contact with this id.']);
  });

  test('previews a contact without a write', async () => {
    const [other] = (await listed('email-only')).contacts;
    const { output } = await sluice('preview', other?.hubspotId ?? '');
    assert.match(output, /^HubSpot contact \d+: Nothing would be written: Not in the inclusion segment "Webmail prospects"\.\n {2}Gate/);
    const [member] = (await listed('in-sync')).contacts;
    const answer = z.object({ wouldSync: z.boolean(), summary: z.string(), fields: z.array(z.unknown()) }).parse((await sluice('preview', member?.hubspotId ?? '', '--json')).json);
    assert.deepEqual([answer.wouldSync, answer.summary], [true, 'Nothing differs.']);
    assert.ok(answer.fields.length > 10);
  });

  test('lists contacts by status, within a limit', async () => {
    const all = await listed('in-sync');
    assert.ok(all.total > 1);
    assert.ok(all.contacts.every(({ status }) => status === 'in-sync'));
    const { output } = await sluice('contacts', '--status', 'in-sync', '--limit', '1');
    assert.match(output, new RegExp(`^1 of ${all.total}; \`--limit ${all.total}\` shows all\\.$`, 'm'));
    assert.match((await sluice('contacts', '--status', 'merged')).output, /^No contact\./);
  });

  test('counts in health how the contacts stand, and links the lists of the Web UI', async () => {
    const [inSync, emailOnly] = [(await listed('in-sync')).total, (await listed('email-only')).total];
    const { output } = await sluice('health');
    assert.match(output, new RegExp(`^ {2}Contacts {2}.*\\b${inSync} in-sync, ${emailOnly} email-only`, 'm'));
    assert.match(output, /^ {2}Errors {4}none$/m);
    const { contacts, views } = healthAnswer.parse((await sluice('health', '--json')).json);
    assert.deepEqual([contacts.byStatus['in-sync'], contacts.byStatus['email-only'], contacts.errorsByCategory], [inSync, emailOnly, {}]);
    assert.deepEqual(views.map(({ title }) => title), ['Needs attention', 'Syncing', 'Outside the segment']);
    for (const { url } of views) assert.ok(url.startsWith(`${stack.addresses.temporalUi}/namespaces/default/workflows?query=`), url);
  });

  test('resyncs a contact, the segment, or everything, and counts without writing', async () => {
    const [member] = (await listed('in-sync')).contacts;
    const one = contactAnswer.parse((await sluice('resync', '--contact', member?.hubspotId ?? '', '--wait', '--json')).json);
    assert.deepEqual([one.status, one.lastSync?.trigger], ['in-sync', 'resync: command line']);
    assert.match((await sluice('resync', '--contact', member?.hubspotId ?? '')).output, /^Told contact \d+ to sync\./);
    const dry = jobAnswer.parse((await sluice('resync', '--all', '--dry-run', '--json')).json);
    assert.equal(dry.workflowId, 'resync/main/all');
    assert.equal(dry.progress['dryRun'], true);
    const segment = await sluice('resync', '--segment', '--wait');
    assert.equal(segment.code, 0);
    assert.match(segment.output, /^resync\/main\/segment: done in \d+ s\n {2}Checked +\d+\n/);
  });

  test('pauses and resumes one contact', async () => {
    const id = (await listed('in-sync')).contacts[0]?.hubspotId ?? '';
    assert.equal((await sluice('pause', '--contact', id)).output, `Paused contact ${id}.\n`);
    assert.match((await sluice('contact', id)).output, /: paused since .*\n {2}Why +Paused by a person/);
    assert.deepEqual((await sluice('resume', '--contact', id, '--json')).json, { what: `contact ${id}`, paused: false });
    assert.equal((await typed.contact(id)).paused, false);
  });

  test('clears the segment', async () => {
    assert.match((await sluice('clear-segment', '--by', 'ada')).output, /^Cleared the inclusion segment: every contact may sync/);
    assert.equal((await typed.settings()).segment, null);
    assertSentence(await sluice('resync', '--segment', '--wait', '--json'), /^No inclusion segment is set: resync everything instead/);
  });

  test('gives refusals of the settings to programs as failures of one kind', async () => {
    const change = z.custom<Parameters<typeof typed.changeSettings>[0]>().parse({ createAs: 'Person' });
    await assert.rejects(typed.changeSettings(change), (error) => error instanceof SluiceFailure && error.kind === 'refused' && error.message.startsWith('createAs: '));
  });

  test('says so once the worker has ended', async () => {
    await stack.worker.stop();
    assertSentence(await sluice('import'), /^(No worker serves the connection "main"|The worker of the connection "main" did not answer in time)/);
  });
});
