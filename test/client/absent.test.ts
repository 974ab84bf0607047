import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { taskQueues, workflowIds } from '../../workflows/ids.ts';
import { SluiceFailure, createSluiceClient } from '../../client/sluice-client.ts';
import { testTemporal, uniqueConnection } from '../support/temporal.ts';
import { assertSentence, commandLine } from './sluice.ts';

const temporal = await testTemporal();
const env: NodeJS.ProcessEnv = { ...process.env, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace };
const requests = [['settings'], ['health'], ['segments'], ['select-segment', '12'], ['clear-segment'], ['pause'], ['contact', 'ada@example.com']];

describe('The command line where something does not run', () => {
  test('says that no Temporal server answers, and how to start one', async () => {
    const sluice = commandLine({ ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    assertSentence(await sluice('settings'), /^No Temporal server answers at 127\.0\.0\.1:1: start one with `npm run dev`, or set TEMPORAL_ADDRESS\.\n$/);
  });

  test('says that the connection is not there, for every request that needs it', async () => {
    const connection = uniqueConnection('absent');
    const sluice = commandLine({ ...env, SLUICE_CONNECTION: connection });
    for (const args of requests) assertSentence(await sluice(...args), new RegExp(`^There is no connection "${connection}" on this Temporal server`));
    assertSentence(await sluice('settings', '--connection', 'another'), /^There is no connection "another" .*`SLUICE_CONNECTION=another npm run dev`/);
  });

  test('says that no worker serves the connection', { timeout: 60_000 }, async () => {
    const connection = uniqueConnection('workerless');
    const sluice = commandLine({ ...env, SLUICE_CONNECTION: connection });
    await temporal.client.workflow.start('connection', { workflowId: workflowIds.connection(connection), taskQueue: taskQueues(connection).workflows, args: [{}] });
    const sentence = new RegExp(`^No worker serves the connection "${connection}": start one with \`SLUICE_CONNECTION=${connection} npm run dev\` or \`SLUICE_CONNECTION=${connection} npm run worker\`\\.\n$`);
    for (const args of [['settings'], ['select-segment', '12'], ['contact', '51'], ['import', '--wait']]) assertSentence(await sluice(...args, '--json'), sentence);
    await temporal.client.workflow.getHandle(workflowIds.connection(connection)).terminate();
  });

  test('tells programs apart by the kind of the failure', async () => {
    const connection = uniqueConnection('kinds');
    const sluice = createSluiceClient({ client: temporal.client, connection });
    const kinds: string[] = [];
    for (const request of [() => sluice.settings(), () => sluice.pauseJob(sluice.jobId.import('none')), () => sluice.contact('x'), () => sluice.startImport({ label: 'a b' })]) {
      await request().then(() => assert.fail('it did not fail'), (error: unknown) => {
        assert.ok(error instanceof SluiceFailure);
        kinds.push(error.kind);
      });
    }
    assert.deepEqual(kinds, ['no-connection', 'not-found', 'not-found', 'refused']);
  });
});

describe('The command line as a person first meets it', () => {
  const sluice = commandLine({ ...env, TEMPORAL_ADDRESS: '127.0.0.1:1' });

  test('shows examples first, then one verb per line', async () => {
    const { code, output, errors } = await sluice('--help');
    assert.equal(code, 0);
    assert.equal(errors, '');
    assert.match(output, /^Examples:\n {2}sluice segments /);
    for (const verb of ['segments', 'select-segment', 'clear-segment', 'import', 'resync', 'contact', 'preview', 'contacts', 'settings', 'health', 'pause', 'resume']) {
      assert.match(output, new RegExp(`^ {2}${verb} .*\\S$`, 'm'));
      const help = await sluice(verb, '--help');
      assert.equal(help.code, 0);
      assert.match(help.output, new RegExp(`^Examples:\n {2}sluice ${verb}`));
    }
  });

  test('answers what it does not understand with exit code 2, before it asks anybody', async () => {
    for (const [args, sentence] of [
      [['nope'], /unknown command 'nope'/], [['settings', '--nope'], /unknown option '--nope'/], [['contact'], /missing required argument 'id or email'/],
      [['contact', 'ada'], /HubSpot id \(digits\) or its email address/], [['contacts', '--status', 'fine'], /Allowed choices are waiting, in-sync/],
      [['contacts', '--limit', '0'], /whole number above 0/], [['settings', '--connection', 'A b'], /lower-case letters, digits or dashes/],
      [['import', '--object', 'Account'], /Allowed choices are Lead, Contact, both/], [['resync'], /say what to resync: --contact <id or email>, --segment, --all or --errors/],
      [['resync', '--all', '--segment'], /cannot be used with/], [['resync', '--contact', '51', '--dry-run'], /cannot be used with/],
    ] as const) assertSentence(await sluice(...args), sentence, 2);
  });
});
