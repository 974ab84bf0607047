import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Client } from '@temporalio/client';
import * as z from 'zod';
import { createSluiceClient } from '../../client/sluice-client.ts';
import { dataConverter } from '../../worker/encryption/data-converter.ts';
import { readEncryptionKeys } from '../../worker/environment.ts';
import { assertSentence, commandLine } from '../client/sluice.ts';
import { keptByTemporal, placesOf } from '../support/kept.ts';
import { until } from '../support/until.ts';
import { devStack, seededData, type DevStack } from './stack.ts';
import { temporalProgram } from './temporal-program.ts';

const [first, second] = [`first:${randomBytes(32).toString('base64')}`, `second:${randomBytes(32).toString('base64')}`];
const token = randomBytes(24).toString('base64url');
/** What says something about a person, and the words of refusals. */
const words = ['lovelace', 'Lovelace', 'Analyst', '555-0142', 'hopper', 'Hopper', 'Rear Admiral', 'Nonsense', 'INVALID_FIELD', 'deleted or never existed'];
const missing = /Temporal holds what the key "(first|second)" encrypted, and SLUICE_ENCRYPTION_KEY does not give that key: add it, behind the key that encrypts/;

const ended = z.object({ closeEvent: z.object({ workflowExecutionFailedEventAttributes: z.object({ failure: z.object({ message: z.string(), encodedAttributes: z.object({ message: z.string() }) }) }) }) });

describe('with a key set', () => {
  const ends: (() => Promise<void>)[] = [];
  let s: DevStack;
  let id: string;
  const sluiceWith = (keys: string) => commandLine({ ...s.stack.env, SLUICE_ENCRYPTION_KEY: keys });
  const clientWith = (keys: string) => new Client({ connection: s.client.connection, namespace: s.stack.namespace, dataConverter: dataConverter(readEncryptionKeys({ SLUICE_ENCRYPTION_KEY: keys })) });

  before(async () => {
    const hooks = { after: (end: () => Promise<void>) => { ends.push(end); } };
    const dataDir = await seededData(hooks, { hubspot: { seed: 'empty' }, salesforce: { seed: 'empty' } });
    s = await devStack(hooks, dataDir, { SLUICE_ENCRYPTION_KEY: first, SLUICE_CODEC_TOKEN: token });
    await s.ready();
    id = await s.hubspot.create({ email: 'lovelace@gmail.example', lastname: 'Lovelace', jobtitle: 'Analyst', fax: '555-0142' });
    await s.salesforce.create('Lead', { LastName: 'Hopper', Email: 'hopper@gmail.example', Company: 'Navy', Title: 'Rear Admiral' });
  });
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });

  test('a sync, an import, a preview and refusals work, and are answered in clear', async () => {
    const sluice = createSluiceClient({ client: s.client, connection: 'main' });
    await sluice.resyncContact(id);
    await until('the contact is in sync', async () => (await sluice.contact(id)).lastSync !== null);
    assert.match((await sluiceWith(first)('import', '--wait')).output, /Created in HubSpot +1\n/);
    assert.deepEqual(new Set((await sluice.listContacts()).contacts.map(({ name }) => name)), new Set(['Hopper', 'Lovelace']));
    assert.equal((await sluice.preview(id)).wouldSync, true);
    assert.match((await sluiceWith(first)('import', '--where', "Nonsense = 'Lovelace'", '--wait')).errors, /^where: .*INVALID_FIELD.*Nonsense/m);
    assertSentence(await sluiceWith(first)('select-segment', '99'), /^HubSpot has no segment 99: it was deleted or never existed\.$/m);
    assert.match((await sluiceWith(first)('contact', id)).output, /^Lovelace \(HubSpot contact \d+\): in-sync[^]*jobtitle -> Title: The new Salesforce record gets it/);
  });

  test('nothing of a person is to be read in what Temporal keeps', async () => {
    const kept = await keptByTemporal(s.client);
    assert.ok(kept.length > 100, `${kept.length} things`);
    assert.deepEqual(placesOf(kept, words), []);
    // What is not hidden: ids, names of messages and activities, search attributes.
    assert.ok(placesOf(kept, [`contact/main/${id}`, 'readPair', '"in-sync"']).length > 10);
  });

  test('the temporal program reads and sends through the codec server, and has the sentence of a start that failed', async () => {
    const temporal = await temporalProgram({ env: { ...s.stack.env, TEMPORAL_CODEC_ENDPOINT: s.stack.addresses.codec, TEMPORAL_CODEC_AUTH: `Bearer ${token}` } });
    const shown = await temporal.run('workflow', 'show', '--workflow-id', `contact/main/${id}`, '--output', 'json');
    assert.equal(shown.code, 0, shown.stderr);
    assert.doesNotMatch(shown.stdout, /encryption-key-id/);
    assert.equal(z.looseObject({ name: z.string() }).parse(await temporal.query(`contact/main/${id}`, 'state')).name, 'Lovelace');
    await assert.rejects(temporal.update('connection/main', 'selectInclusionSegment', '{"segmentId": "98"}'), /HubSpot has no segment 98: it was deleted or never existed/);
    await temporal.start('contactSync', 'contact/main/999', '{"look": "yes, Lovelace"}');
    // In words the program shows "Encoded failure" alone.
    const { stdout } = await temporal.run('workflow', 'result', '--workflow-id', 'contact/main/999', '--output', 'json');
    const { failure } = ended.parse(JSON.parse(stdout)).closeEvent.workflowExecutionFailedEventAttributes;
    assert.match(failure.encodedAttributes.message, /^look: .*expected boolean/);
    assert.deepEqual(placesOf(await keptByTemporal(s.client, "WorkflowId = 'contact/main/999'"), ['Lovelace', 'expected boolean']), []);
  });

  test('without the codec server it reads nothing, and what it sends in clear is taken', async () => {
    const temporal = await temporalProgram(s.stack);
    assert.match((await temporal.run('workflow', 'show', '--workflow-id', `contact/main/${id}`, '--output', 'json')).stdout, /encryption-key-id/);
    await assert.rejects(temporal.update('connection/main', 'selectInclusionSegment', '{"segmentId": "98"}'), /Encoded failure \(type: SegmentRefused/);
  });

  test('the Web UI of our own server knows the codec server', async () => {
    const settings = await fetch(`${s.stack.addresses.temporalUi}/api/v1/settings`);
    assert.equal(z.looseObject({ Codec: z.looseObject({ Endpoint: z.string() }) }).parse(await settings.json()).Codec.Endpoint, s.stack.addresses.codec);
  });

  test('a second key takes over, while what the first encrypted is read and goes on', async () => {
    await s.stack.worker.stop();
    await s.stack.startWorker({ SLUICE_ENCRYPTION_KEY: `${second},${first}` });
    const sluice = createSluiceClient({ client: clientWith(`${second},${first}`), connection: 'main' });
    const before = (await sluice.contact(id)).lastSync?.at;
    await sluice.resyncContact(id, 'to use the new key');
    await until('the contact has synced again', async () => (await sluice.contact(id)).lastSync?.at !== before);
    const ofContact = await keptByTemporal(s.client, `WorkflowId = 'contact/main/${id}'`);
    assert.ok(placesOf(ofContact, ['encryption-key-id\u0012\u0005first']).length > 5);
    assert.ok(placesOf(ofContact, ['encryption-key-id\u0012\u0006second']).length > 2);
    assert.deepEqual(placesOf(ofContact, [...words, 'to use the new key']), []);
  });

  test('a command without the key says which one is missing', async () => {
    for (const command of [['contacts'], ['contact', id], ['settings'], ['select-segment', '99']]) assertSentence(await sluiceWith('')(...command), missing);
  });

  test('a worker without the key ends with that sentence, and one that has it goes on: nothing was lost', async () => {
    await s.stack.worker.stop();
    await assert.rejects(s.stack.startWorker({ SLUICE_ENCRYPTION_KEY: second }), missing);
    await s.stack.startWorker({ SLUICE_ENCRYPTION_KEY: `${second},${first}` });
    const sluice = createSluiceClient({ client: clientWith(`${second},${first}`), connection: 'main' });
    assert.equal((await sluice.contact(id)).status, 'in-sync');
  });

  test('a key that is no key ends worker and command line with one sentence that does not repeat it', async () => {
    for (const wrong of ['secret-passphrase', `one:${'A'.repeat(43)}=,one:${'B'.repeat(43)}=`]) {
      const run = await sluiceWith(wrong)('settings');
      assertSentence(run, /^SLUICE_ENCRYPTION_KEY must .*: correct it, or unset it for the default\.$/m);
      assert.doesNotMatch(run.errors, /passphrase|AAAA/);
    }
  });
});
