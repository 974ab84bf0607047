import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { Client } from '@temporalio/client';
import * as fc from 'fast-check';
import { hubspotEventsInput, type HubSpotEvent } from '../../workflows/messages.ts';
import { UserError } from '../../worker/user-error.ts';
import { startReceiver, type ReceiverOptions } from '../../worker/webhooks/receiver.ts';
import { requests } from './webhook-hostile.ts';
import { bytes, creation, exchange, secret, signed, url } from './webhook-requests.ts';

interface Signal {
  type: string;
  options: { workflowId: string; taskQueue: string; signal: { name: string }; signalArgs: [{ events: HubSpotEvent[] }] };
}
interface Temporal {
  signal?: () => Promise<unknown>;
  query?: () => Promise<unknown>;
}
const mappings = [{ hubspot: 'firstname', rule: 'two-way' }, { hubspot: 'zip', rule: 'none' }];
const at = { occurredAt: Date.UTC(2026, 0, 5, 10) };
const never = new Promise<never>(() => undefined);

/** A receiver on a free port before a Temporal that only takes notes. */
async function receiver(t: TestContext, { signal = async () => undefined, query = async () => mappings }: Temporal = {}) {
  const signals: Signal[] = [];
  let queries = 0;
  const client = {
    withDeadline: (_deadline: number, call: () => Promise<unknown>) => call(),
    workflow: {
      signalWithStart: (type: string, options: Signal['options']) => { signals.push({ type, options }); return signal(); },
      getHandle: () => ({ query: async () => { queries++; return { mappings: await query() }; } }),
    },
  } as unknown as Client;
  const options: ReceiverOptions = { webhooks: { host: '127.0.0.1', port: 0, url, secret }, connection: 'main', client };
  const started = await startReceiver(options);
  const close = () => started.close();
  t.after(close);
  const port = Number(new URL(started.address).port);
  return { port, close, options, signals, queries: () => queries, post: (events: unknown) => exchange(port, bytes(signed(JSON.stringify(events)))) };
}

describe('the receiver', () => {
  test('tells the feed in one signal per request what happened, and asks once what is mapped', async (t) => {
    const { post, signals, queries } = await receiver(t);
    const change = (propertyName: string, objectId: number) => ({ subscriptionType: 'contact.propertyChange', objectId, propertyName, propertyValue: 'Ada', ...at });
    const properties = ['firstname', 'zip', 'company', 'email', 'hs_additional_emails', 'hubspot_owner_id'];
    assert.equal((await post([...properties.map((name, index) => change(name, index + 1)), creation(7)])).status, 200);
    assert.equal((await post([change('zip', 1), { subscriptionType: 'company.creation' }])).status, 200);
    assert.equal((await post([])).status, 200);
    assert.equal(signals.length, 1);
    const [{ type, options }] = signals as [Signal];
    assert.deepEqual([type, options.workflowId, options.taskQueue, options.signal.name], ['hubspotChanges', 'changes/main/hubspot', 'sluice', 'events']);
    assert.deepEqual(hubspotEventsInput().parse(options.signalArgs[0]).events.map(({ id, kind }) => `${id} ${kind}`), ['1 change', '4 change', '5 change', '6 change', '7 creation']);
    assert.equal(queries(), 1);
    assert.doesNotMatch(JSON.stringify(options.signalArgs), /Ada|firstname/);
  });

  test('takes every property for mapped while the settings cannot be read', async (t) => {
    for (const query of [() => never, () => Promise.reject(new Error('no worker'))]) {
      const { post, signals } = await receiver(t, { query });
      assert.equal((await post([{ subscriptionType: 'contact.propertyChange', objectId: 51, propertyName: 'zip', ...at }])).status, 200);
      assert.equal(signals.length, 1);
    }
  });

  test('answers 503 where Temporal does not take the events, so that they are sent again', async (t) => {
    for (const signal of [() => never, () => Promise.reject(new Error('UNAVAILABLE 10.0.0.1'))]) {
      const { post, signals } = await receiver(t, { signal });
      const { status, body } = await post([creation(51)]);
      assert.deepEqual([status, body, signals.length], [503, '{"message":"Temporal did not answer: send it again."}', 1]);
      assert.equal((await post([])).status, 200, 'nothing to tell needs no Temporal');
    }
  });

  test('says that its port is in use, and leaves it when it is closed', async (t) => {
    const { port, options, close } = await receiver(t);
    const again = { ...options, webhooks: { ...options.webhooks, port } };
    await assert.rejects(startReceiver(again), (error) => error instanceof UserError && new RegExp(`^Webhooks cannot be received, since port ${port} is in use: [^\\n]*SLUICE_WEBHOOK_PORT[^\\n]*\\.$`).test(error.message));
    await close();
    await close();
    await (await startReceiver(again)).close();
  });

  test('is not kept from closing by one that never ends its request', async (t) => {
    const { port, close } = await receiver(t);
    const stuck = exchange(port, bytes(signed('[]')).subarray(0, -1));
    await exchange(port, bytes(signed('[]')));
    await close();
    assert.equal((await stuck).status, 0);
  });

  test('gives 1,000 seeded requests, most of them forged, oversized, truncated or malformed, the status that each deserves', { timeout: 120_000 }, async (t) => {
    const seed = 20_260_105;
    const { port, post, signals } = await receiver(t);
    const counts: Record<string, Record<string, number>> = {};
    const expected: string[] = [];
    const hostile = fc.sample(fc.tuple(fc.constantFrom(...Object.keys(requests)), fc.nat(), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })), { seed, numRuns: 1000 });
    const queue = hostile.entries();
    const send = async (): Promise<void> => {
      for (const [index, [name, number, text]] of queue) {
        const { raw, statuses, next, allow, arrives } = requests[name]!({ number, text, objectId: index + 1 });
        const got = await exchange(port, raw, next);
        assert.ok(statuses.includes(got.status), `${name}, number ${index} of seed ${seed}: ${got.status} ${got.body}`);
        assert.equal(/^allow: (.*)$/im.exec(got.head)?.[1], allow);
        assert.doesNotMatch(got.body, new RegExp(`${secret}|node_modules|    at `));
        if (arrives) expected.push(String(index + 1));
        const ofStatus = (counts[got.status === 0 ? 'no answer' : got.status] ??= {});
        ofStatus[name] = (ofStatus[name] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, send));

    assert.equal(Object.values(counts).flatMap((names) => Object.values(names)).reduce((sum, count) => sum + count), 1000);
    assert.deepEqual(signals.flatMap(({ options }) => options.signalArgs[0].events.map(({ id }) => id)).toSorted(), expected.toSorted());
    assert.equal(signals.length, expected.length);
    assert.equal((await post([creation(1)])).status, 200, 'it still receives');
    assert.deepEqual(await (await fetch(`http://127.0.0.1:${port}/healthz`)).json(), { status: 'ok' });
    for (const [status, names] of Object.entries(counts)) {
      t.diagnostic(`${status}: ${Object.entries(names).map(([name, count]) => `${count} ${name}`).join(', ')}`);
    }
    t.diagnostic(`seed ${seed}; ${signals.length - 1} signals, as many as good requests`);
  });
});
