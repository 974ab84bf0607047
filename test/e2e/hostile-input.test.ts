import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { until } from '../support/until.ts';
import { lintWorkflows } from './common-errors.ts';
import { devStack, seededData, snapshot, type DevStack } from './stack.ts';
import { temporalProgram, type Input, type TemporalProgram } from './temporal-program.ts';

/** What is sent, and what the answer must say. */
type Row = [inputs: Input[], says: RegExp];

const twice: Row = [['{}', '{}'], /Expected one JSON object, received 2 arguments/];
const noJson: Row = [[{ text: '{"a": 1}', encoding: 'json/protobuf' }], /Expected one JSON object, received what is no JSON/];
/** What is no JSON object. */
const noObject: Row[] = [
  [['[]'], /expected object, received array/], [['"text"'], /expected object, received string/], [['5'], /expected object, received number/], [['true'], /expected object, received boolean/],
  [[{ text: 'plain', encoding: 'binary/plain' }], /received what is no JSON/], twice, noJson,
];
/** What no start and no message takes. */
const never: Row[] = [...noObject, [['{"nonsense": 1}'], /"nonsense"/], [['{"__proto__": {"paused": true}}'], /"__proto__"/]];
const carried: Row = [['{"carried": {"paused": true}}'], /^carried: only a run that goes on/];

const starts: { type: string; id: (n: number) => string; rows: Row[] }[] = [
  { type: 'contactSync', id: (n) => `contact/main/${900 + n}`, rows: [...never, carried, [['{"carried": null}'], /^carried: /], [['{"look": "yes"}'], /^look: .*expected boolean/]] },
  {
    type: 'salesforceImport', id: (n) => `import/main/hostile-${n}`,
    rows: [
      ...never, carried, [['{"object": "Leads"}'], /^object: .*"Lead"\|"Contact"\|"both"/], [['{"object": null}'], /^object: /], [['{"where": 5}'], /^where: .*expected string/],
      [['{"where": "Nonsense = 1"}'], /^where: .*INVALID_FIELD/], [[`{"where": "Id != '${'x'.repeat(3_000)}'"}`], /^where: .*2000/],
    ],
  },
  { type: 'segmentResync', id: () => 'resync/main/all', rows: [...never, carried, [['{"dryRun": "yes"}'], /^dryRun: .*expected boolean/], [['{"segmentId": "12"}'], /segmentId/]] },
];

const wrongIds: [type: string, id: string, says: RegExp][] = [
  ['contactSync', 'contact/main/abc', /start it as contact\/main\/51/], ['contactSync', 'contact/main/007', /start it as contact\/main\/51/], ['contactSync', 'contact/main', /start it as contact\/main\/51/],
  ['contactSync', 'contact/main/5/6', /start it as contact\/main\/51/], ['contactSync', 'ada@gmail.example', /start it as contact\/main\/51/], ['contactSync', 'contact/other/5', /task queue "sluice": start it on "sluice-other"/],
  ['salesforceImport', 'import/main', /start it as import\/main\/first/], ['salesforceImport', 'import/main/a/b', /start it as import\/main\/first/], ['salesforceImport', 'import/other/first', /start it on "sluice-other"/],
  ['segmentResync', 'resync/main/nonsense', /start it as resync\/main\/segment/], ['segmentResync', 'import/main/mixed-up', /start it as resync\/main\/segment/], ['segmentResync', 'resync/other/all', /start it on "sluice-other"/],
  ['segmentResync', 'resync/main/segment', /No inclusion segment is set/],
  ['connection', 'connection/Main Office', /start it as connection\/main/], ['connection', 'connection/other', /start it on "sluice-other"/], ['nonsense', 'whatever', /There is no workflow type "nonsense": Sluice has connection, contactSync/],
];

const segmentIds: Row[] = [
  ...noObject, [['{"segmentId": "12", "nonsense": 1}'], /"nonsense"/], [[], /^segmentId: /], [['null'], /^segmentId: /], [['{}'], /^segmentId: /], [['{"segmentId": 12}'], /^segmentId: .*expected string, received number/], [['{"segmentId": ""}'], /^segmentId: /],
  [['{"segmentId": "999999"}'], /no segment 999999/], [['{"segmentId": "abc"}'], /no segment abc/], [[`{"segmentId": "${'1'.repeat(100)}"}`], /^segmentId: .*40/], [['{"segmentId": "12", "by": 5}'], /^by: /],
];
const mapping = (text: string) => `{"mappings": [${text}]}`;
const changes: Row[] = [
  ...never, [[], /Nothing to change/], [['null'], /Nothing to change/], [['{"by": "me"}'], /Nothing to change/], [['{"createAs": "lead"}'], /^createAs: /], [['{"mappings": "x"}'], /^mappings: /], [['{"mappings": []}'], /^mappings: /],
  [[mapping('{"hubspot": "a b", "rule": "two-way"}')], /^mappings\.0\.hubspot: /], [[mapping('{"hubspot": "email", "lead": "Email", "rule": "always"}')], /^mappings\.0\.rule: /], [['{"timeZone": "Mars/North"}'], /^timeZone: /],
  [['{"settleWindowMs": -1}'], /^settleWindowMs: /], [['{"looksAfterSeconds": ["5"]}'], /^looksAfterSeconds\.0: /], [['{"version": 99}'], /"version"/], [['{"ready": true}'], /"ready"/],
];
const updates: [id: 'connection' | 'contact', name: string, rows: Row[]][] = [
  ['connection', 'selectInclusionSegment', segmentIds], ['connection', 'clearInclusionSegment', [...never, [['{"by": 5}'], /^by: /]]], ['connection', 'changeSettings', changes],
  ['connection', 'listSegments', [...never]], ['connection', 'findSegment', [twice, [[], /^name: /], [['{"name": 5}'], /^name: /]]], ['connection', 'findContact', [noJson, [['{"email": "no address"}'], /^email: expected an email address/]]],
  ['connection', 'nonsense', [[[], /No registered handler for update: nonsense/]]], ['contact', 'preview', [...never]],
];

const at = '2026-01-05T10:00:00.000Z';
const handover = (hubspotId: string) => JSON.stringify({
  hubspotId, name: 'Eve', trigger: 'import', at, settingsVersion: 1, membership: { kind: 'unrestricted' }, link: null, base: {}, wrote: { hubspot: [], salesforce: [] }, outcome: { status: 'email-only', reason: 'x' },
});
const contactSignals: [name: string, rows: Row[]][] = [
  ['resync', [...never, [['{"reason": 5}'], /^reason: /], [[`{"reason": "${'x'.repeat(300)}"}`], /^reason: .*200/]]],
  ['changed', [[[], /^source: /], [['{"source": "elsewhere", "kind": "x"}'], /^source: /], [['{"source": "hubspot", "kind": 5}'], /^kind: /], [['{"source": "hubspot", "kind": "x", "at": "yesterday"}'], /^at: /]]],
  ['look', [twice, [['{"now": true}'], /"now"/]]], ['pause', [noJson, [['{"now": true}'], /"now"/]]], ['resume', [[['[1]'], /received array/]]],
  ['adopt', [[[], /^hubspotId: /], [[handover('99999999')], /^hubspotId: this is contact/], [['{"hubspotId": "5", "name": 5}'], /^name: /]]],
  ['resnyc', [[['{}'], /There is no such signal/]]],
];

const rejections = z.array(z.object({ signal: z.string(), fault: z.string() })).nullable().transform((list) => list ?? []);
const answer = z.looseObject({ rejected: rejections });
const without = (state: unknown) => ({ ...answer.parse(state), rejected: null });

describe('hostile JSON is answered with a sentence and never holds a workflow up', () => {
  const ends: (() => Promise<void>)[] = [];
  let s: DevStack;
  let temporal: TemporalProgram;
  let contact: string;
  let huge: Input;

  before(async () => {
    const hooks = { after: (end: () => Promise<void>) => { ends.push(end); } };
    const dataDir = await seededData(hooks, { hubspot: { seed: 'empty' }, salesforce: { seed: 'empty' } });
    s = await devStack(hooks, dataDir);
    await s.ready();
    temporal = await temporalProgram(s.stack);
    contact = `contact/main/${await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Ada' })}`;
    huge = { file: join(dataDir, 'huge.json') };
    await writeFile(huge.file, JSON.stringify({ ['x'.repeat(1_000_000)]: 1 }));
    await temporal.start('contactSync', contact, 'null');
    await until('the contact is known', async () => z.looseObject({ status: z.string(), name: z.string().nullable() }).parse(await temporal.query(contact, 'state')).name === 'Ada');
  });
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });

  for (const { type, id, rows } of starts) {
    test(`a start of ${type} fails at once and names the field`, async () => {
      for (const [n, [inputs, says]] of [...rows, [[huge], /Unrecognized key/] satisfies Row].entries()) {
        await temporal.start(type, id(n), ...inputs);
        const { status, message } = await temporal.ended(id(n));
        assert.equal(status, 'FAILED');
        assert.match(message, says);
        assert.ok(message.length < 1_000);
      }
    });
  }

  test('a start under a wrong id, on a wrong queue or of a wrong type fails with the sentence that shows the right one', async () => {
    for (const [type, id, says] of wrongIds) {
      await temporal.start(type, id);
      const { status, message } = await temporal.ended(id);
      assert.equal(status, 'FAILED', id);
      assert.match(message, says, id);
    }
  });

  test('an update is rejected, and the settings stay', async () => {
    const [settings, contactBefore] = [await temporal.query('connection/main', 'settings'), await temporal.query(contact, 'state')];
    for (const [of, name, rows] of updates) {
      for (const [inputs, says] of rows) {
        const message = await refusal(temporal.update(of === 'contact' ? contact : 'connection/main', name, ...inputs));
        assert.match(message, says, `${name} ${JSON.stringify(inputs)}`);
      }
    }
    assert.match(await refusal(temporal.update('connection/main', 'changeSettings', huge)), /Unrecognized key/);
    assert.deepEqual(await temporal.query('connection/main', 'settings'), settings);
    assert.deepEqual(await temporal.query(contact, 'state'), contactBefore);
  });

  test('a query takes nothing or {}, and is an error otherwise', async () => {
    for (const [id, names] of [['connection/main', ['settings', 'health']], [contact, ['state', 'history']]] as const) {
      for (const name of names) {
        for (const [inputs, says] of never) assert.match(await refusal(temporal.query(id, name, ...inputs)), says);
        await temporal.query(id, name, '{}');
      }
    }
    assert.match(await refusal(temporal.query(contact, 'nonsense')), /did not register a handler for nonsense/);
  });

  test('a signal changes nothing and shows in state.rejected and in the current details, the last 5', async () => {
    const [was, crms] = [without(await temporal.query(contact, 'state')), await snapshot(s)];
    for (const [name, rows] of [...contactSignals, ['look', [[[huge], /Unrecognized key/]]] satisfies (typeof contactSignals)[number]]) {
      for (const [inputs, says] of rows) {
        await temporal.signal(contact, name, ...inputs);
        const now = await temporal.query(contact, 'state');
        const [last] = answer.parse(now).rejected;
        assert.equal(last?.signal, name);
        assert.match(last.fault.replace(/\.$/, ''), says, `${name} ${JSON.stringify(inputs)}`);
        assert.deepEqual(without(now), was);
      }
    }
    assert.equal(answer.parse(await temporal.query(contact, 'state')).rejected.length, 5);
    assert.match(await temporal.currentDetails(contact), /Signal `look` was not understood: Unrecognized key/);
    assert.deepEqual(await snapshot(s), crms);
  });

  test('so it is with the signals of the connection and of a job', async () => {
    const was = without(await temporal.query('connection/main', 'settings'));
    for (const name of ['pause', 'resume', 'check']) {
      await temporal.signal('connection/main', name, '{"now": true}');
      const now = await temporal.query('connection/main', 'settings');
      assert.match(answer.parse(now).rejected[0]?.fault ?? '', /"now"/);
      assert.deepEqual(without(now), was);
    }
    assert.match(await temporal.currentDetails('connection/main'), /Signal `check` was not understood/);

    await temporal.signal('connection/main', 'pause'); // which keeps the job from ending
    await temporal.start('salesforceImport', 'import/main/held');
    await temporal.signal('import/main/held', 'pause', '{"now": true}');
    assert.match(await refusal(temporal.query('import/main/held', 'progress', '{"a": 1}')), /"a"/);
    assert.equal(z.looseObject({ paused: z.boolean() }).parse(await temporal.query('import/main/held', 'progress')).paused, false);
    assert.match(await temporal.currentDetails('import/main/held'), /Signal `pause` was not understood: .*"now"/);
    await temporal.signal('connection/main', 'resume');
    assert.equal((await temporal.ended('import/main/held')).status, 'COMPLETED');
  });

  test('a start of the connection fails likewise, and a good one is ready again', async () => {
    await temporal.run('workflow', 'terminate', '--workflow-id', 'connection/main');
    for (const [inputs, says] of [...never, carried]) {
      await temporal.start('connection', 'connection/main', ...inputs);
      assert.match((await temporal.ended('connection/main')).message, says);
    }
    await temporal.start('connection', 'connection/main');
    await s.ready();
  });

  test('no workflow task has failed or waits, and no page shows a common error', async () => {
    const { runs, faults } = await lintWorkflows(s.client);
    assert.ok(runs > 60, `${runs} runs`);
    // Two arguments, as given above, are such an error by themselves.
    assert.deepEqual(faults.filter((fault) => !fault.endsWith(': several input payloads')), []);
  });
});

/** The sentence with which the program refuses, without what it puts around it. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  const said = await asked.then((value) => assert.fail(`it was taken: ${JSON.stringify(value)}`), (error: Error) => error.message);
  return said.replace(/^Error: (unable to update workflow|querying workflow failed): /, '').replace(/ \(type: \w+, retryable: false\)$/, '');
}
