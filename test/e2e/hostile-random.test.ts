import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { WorkflowFailedError, WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { defineQuery, defineUpdate, type QueryDefinition } from '@temporalio/workflow';
import * as fc from 'fast-check';
import * as z from 'zod';
import { parseInput } from '../../workflows/input.ts';
import * as m from '../../workflows/messages.ts';
import { hostile, type Hostile, type Json } from '../support/hostile-json.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { handover, messages, type Message } from '../workflows/messages-at-random.ts';

const sluice = await testSluice();
const { client } = sluice.temporal;
const counts: Record<string, { taken: number; refused: number }> = {};
const count = (what: string, refused: boolean): void => { (counts[what] ??= { taken: 0, refused: 0 })[refused ? 'refused' : 'taken'] += 1; };

/** Of the start of a contact. */
const lookInput = () => z.strictObject({ look: z.boolean().optional() });
/** The client's types know no update without its argument. */
type AtLeastOne = [unknown, ...unknown[]];
const state: QueryDefinition<unknown, unknown[]> = defineQuery('state');

/** Inputs at random, the same in each run. */
const inputs = (valid: fc.Arbitrary<Json>, numRuns: number): Hostile[] => fc.sample(hostile(valid), { numRuns, seed: 20_260_105 });
const known = (name: string): Message => messages[name] ?? assert.fail(`there is no message ${name}`);
/** Bytes are what no JSON comes to. */
const argsOf = ({ kind, args }: Hostile): unknown[] => (kind === 'no JSON' ? [new Uint8Array([1, 2])] : args);
/** What the schema says of it, a sentence or null. */
const faultOf = ({ schema }: Message, { kind, args }: Hostile): string | null => {
  if (kind === 'no JSON') return 'Expected one JSON object, received what is no JSON.';
  const parsed = parseInput(schema, args);
  return parsed.ok ? null : parsed.fault;
};

describe('JSON at random, through a server and a worker', { timeout: 300_000 }, () => {
  const touched = new Set<string>();

  test('signals, updates, queries and starts are taken or refused in one sentence, and no workflow task fails', async (t) => {
    const s = await sluice.open(t, 'hostile');
    const id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Ada' });
    await s.sync(id);
    const contactId = `contact/${s.connection}/${id}`;
    const contact = client.workflow.getHandle(contactId);
    const main = client.workflow.getHandle(`connection/${s.connection}`);
    const queue = s.connection === 'main' ? 'sluice' : `sluice-${s.connection}`;
    for (const workflowId of [contactId, main.workflowId]) touched.add(workflowId);

    // Paused, so that what is taken is kept and starts nothing.
    await contact.signal(m.pause);
    await until('it is paused', async () => (await contact.query(m.state)).paused);
    const signals: [name: string, message: Message, n: number][] = [
      ['resync', known('resync'), 40], ['changed', known('changed'), 60], ['look', known('what takes nothing, and every query'), 20], ['inherit', known('inherit'), 20],
      ['adopt', { schema: m.handoverInput, valid: handover(fc.constant(String(Number(id) + 1))) }, 60], ['keep', known('what takes nothing, and every query'), 20],
    ];
    for (const [name, message, n] of signals) {
      for (const given of inputs(message.valid, n)) {
        if (given.kind === 'valid' && name === 'adopt') continue; // refused for its contact's sake, which the schema does not know
        await contact.signal(name, ...argsOf(given));
        count('signals', faultOf(message, given) !== null);
      }
      const { rejected, status } = await contact.query(m.state);
      assert.equal(status, 'paused');
      assert.ok(rejected.length === 5 && rejected.every(({ fault }) => /^[^\n]+\.$/.test(fault)), JSON.stringify(rejected));
    }
    assert.ok((await contact.query(m.state)).rejected.every(({ signal }) => signals.some(([name]) => name === signal)));

    const asked: [workflow: WorkflowHandle, name: string, message: Message, n: number][] = [
      [main, 'changeSettings', known('changeSettings'), 60], [main, 'selectInclusionSegment', known('selectInclusionSegment'), 25], [main, 'findSegment', known('findSegment'), 20],
      [main, 'findContact', known('findContact'), 15], [contact, 'resolve', { ...known('resolve'), valid: fc.constant({ salesforceId: 'neither' }) }, 15], [contact, 'preview', known('what takes nothing, and every query'), 15],
    ];
    for (const [workflow, name, message, n] of asked) {
      for (const given of inputs(message.valid, n)) {
        const fault = faultOf(message, given);
        const refusal = await workflow.executeUpdate(defineUpdate<unknown, AtLeastOne>(name), { args: argsOf(given) as AtLeastOne }).then(() => null, refusalOf);
        count('updates', refusal !== null);
        if (fault !== null) assert.equal(refusal, fault, `${name} ${JSON.stringify(given)}`);
        else if (refusal !== null) assert.match(refusal, /^[^\n]+[.?]$/, name);
      }
    }

    for (const given of inputs(fc.constant({}), 40)) {
      const fault = faultOf(known('what takes nothing, and every query'), given);
      const refusal = await contact.query(state, ...argsOf(given)).then(() => null, (error: Error) => error.message);
      count('queries', refusal !== null);
      assert.equal(refusal, fault);
    }

    const starts: [type: string, message: Message, idOf: (n: number) => string, n: number][] = [
      ['contactSync', { schema: lookInput, valid: fc.constant({ look: true }) }, (n) => `contact/${s.connection}/${90_000 + n}`, 25],
      ['salesforceImport', known('start of an import'), (n) => `import/${s.connection}/random-${n}`, 40],
      ['segmentResync', known('start of a resync'), () => `resync/${s.connection}/preview`, 25],
    ];
    for (const [type, message, idOf, times] of starts) {
      for (const [n, given] of inputs(message.valid, times).entries()) {
        const fault = faultOf(message, given);
        if (type !== 'salesforceImport' && fault === null) continue; // would run, and are run elsewhere
        touched.add(idOf(n));
        const run = await client.workflow.start(type, { workflowId: idOf(n), taskQueue: queue, args: argsOf(given), workflowIdConflictPolicy: 'TERMINATE_EXISTING' });
        const refusal = await run.result().then(() => null, refusalOf);
        count('starts', refusal !== null);
        // What a run carries is refused for another reason than a field that does not exist.
        if (fault !== null && type !== 'contactSync' && !fault.includes('"carried"')) assert.equal(refusal, fault, `${type} ${JSON.stringify(given)}`);
        else if (refusal !== null) assert.match(refusal, /^[^\n]+$/, type);
      }
    }

    for (const workflowId of touched) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      assert.deepEqual((events ?? []).filter(({ workflowTaskFailedEventAttributes, workflowTaskTimedOutEventAttributes }) => (workflowTaskFailedEventAttributes ?? workflowTaskTimedOutEventAttributes) != null), [], workflowId);
    }
    await contact.signal(m.resume);
    await until('the contact goes on', async () => {
      const { status, pending } = await contact.query(m.state);
      return status !== 'paused' && status !== 'syncing' && pending === 0;
    });
  });

  after(() => {
    console.log(Object.entries(counts).map(([what, { taken, refused }]) => `${what}: ${taken} taken, ${refused} refused`).join('; '));
  });
});

function refusalOf(error: unknown): string {
  if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError) return error.cause?.message ?? '';
  throw error;
}
