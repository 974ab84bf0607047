import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { follow } from './follow.ts';
import { startStreamOrg } from './streamOrg.ts';

const call = { lane: 'live' } as const;
const { sandbox, control, newClient, lead, contact, failureOf } = await startStreamOrg();
const salesforce = newClient();

describe('changes', () => {
  test('by others come with object, id, kind and time, deletes and undeletes too', async () => {
    const stream = follow(salesforce);
    await stream.connected();
    const began = Date.now();
    const [one, two] = [await lead(), await contact()];
    await control('edit', { id: one, fields: { City: 'Oslo' } });
    await control('delete', { id: one });
    await control('undelete', { id: one });
    await stream.until(() => stream.events().length >= 5);
    await stream.stop();
    const of = (object: string): string[] => stream.events().filter((event) => event.object === object).map(({ kind, id }) => `${kind} ${id}`);
    assert.deepEqual(of('Lead'), ['create', 'update', 'delete', 'undelete'].map((kind) => `${kind} ${one}`));
    assert.deepEqual(of('Contact'), [`create ${two}`]);
    assert.ok(stream.events().every(({ at }) => Date.parse(at) >= began && at.endsWith('Z')));
  });

  test('of merges and conversions come for every record they touched', async () => {
    const [master, loser, converted] = [await lead(), await lead(), await lead()];
    const stream = follow(salesforce);
    await stream.connected();
    await control('merge', { master, losers: [loser] });
    const { contactId } = await control('convert', { leadId: converted });
    await stream.until(() => stream.events().length >= 4);
    await stream.stop();
    assert.deepEqual(new Set(stream.said()), new Set([`delete ${loser}`, `update ${master}`, `update ${converted}`, `create ${String(contactId)}`]));
  });

  test('of our own are not told, those in composite calls neither; how far they were read is', async () => {
    const stream = follow(salesforce);
    await stream.connected();
    const [saved] = await salesforce.create('Contact', [{ LastName: 'own' }], call);
    assert.ok(saved?.ok);
    await salesforce.updateAndRead('Contact', [{ Id: saved.id, Title: 'Dr' }], ['Title'], call);
    await stream.until(() => stream.read.Contact !== null);
    const other = await contact();
    await stream.until(() => stream.events().length > 0);
    await stream.stop();
    assert.deepEqual(stream.said(), [`create ${other}`]);
    const again = follow(salesforce, { replay: stream.read });
    await again.connected();
    const last = await contact();
    await again.until(() => again.events().length > 0);
    await again.stop();
    assert.deepEqual(again.said(), [`create ${last}`]);
  });

  test('of several records in one event come one by one; gaps keep the ids they have and ask for a poll', async () => {
    const stream = follow(salesforce);
    await stream.connected();
    const ids = [await lead(), await lead()];
    await stream.until(() => stream.events().length >= 2);
    assert.ok(stream.calls.every(({ gap }) => !gap));
    await control('cdc/gap', { object: 'Lead', ids, changeType: 'GAP_DELETE' });
    await control('cdc/gap', { object: 'Contact', ids: ['003*'], changeType: 'UPDATE' });
    await stream.until(() => stream.events().length >= 4 && stream.read.Contact !== null);
    assert.deepEqual(stream.said().slice(2), ids.map((id) => `delete ${id}`));
    const told = stream.calls.length;
    await control('cdc/gap', { object: 'Lead' });
    await stream.until(() => stream.calls.length > told);
    await stream.stop();
    assert.deepEqual(stream.calls.at(-1)?.events, []);
    assert.deepEqual(stream.calls.filter(({ gap }) => gap).flatMap(({ events }) => events.map(({ id }) => id)), ids);
  });

  test('count no API calls', async () => {
    const own = newClient();
    const stream = follow(own);
    await stream.connected();
    await lead();
    await stream.until(() => stream.events().length > 0);
    await stream.stop();
    assert.equal(own.calls().total, 0);
  });
});

describe('replay', () => {
  test('goes on after what was handed over: nothing is lost and nothing is repeated', async () => {
    const first = follow(salesforce);
    await first.connected();
    await Promise.all([lead(), contact()]);
    await first.until(() => first.events().length >= 2);
    await first.stop();
    const missed = [await lead(), await lead(), await contact()];
    const second = follow(salesforce, { replay: first.read });
    await second.until(() => second.events().length >= 3);
    const live = await lead();
    await second.until(() => second.events().length >= 4);
    await second.stop();
    assert.deepEqual(new Set(second.said().slice(0, 3)), new Set(missed.map((id) => `create ${id}`)));
    assert.deepEqual(second.said().slice(3), [`create ${live}`]);
  });

  test('whose id is no longer kept is told by its own code', async () => {
    const failure = await failureOf(follow(salesforce, { replay: { Lead: null, Contact: 1 } }).ended);
    assert.equal(failure.code, 'REPLAY_TOO_OLD');
    const stream = follow(salesforce);
    await stream.connected();
    await lead();
    await stream.until(() => stream.read.Lead !== null);
    await stream.stop();
    sandbox.clock.advance(72 * 3_600_000 + 1000);
    assert.equal((await failureOf(follow(salesforce, { replay: stream.read }).ended)).code, 'REPLAY_TOO_OLD');
  });

  test('reaches the last event though they come doubled and out of order', async () => {
    const from = follow(salesforce);
    await from.connected();
    await Promise.all([lead(), contact()]);
    await from.until(() => from.read.Lead !== null && from.read.Contact !== null);
    await from.stop();
    const ids = await Promise.all(Array.from({ length: 12 }, lead));
    await control('cdc', { reorder: true, duplicate: 0.5, random: 3 });
    const stream = follow(salesforce, { replay: from.read });
    await stream.until(() => new Set(stream.said()).size === ids.length);
    await stream.stop();
    assert.deepEqual(new Set(stream.said()), new Set(ids.map((id) => `create ${id}`)));
    const { last } = sandbox.org.database.get("SELECT max(replayId) AS last FROM changes WHERE object = 'Lead'") ?? {};
    assert.equal(stream.read.Lead, last);
  });
});

describe('a handler', () => {
  test('that is slow is called once at a time; what piled up goes with the next call', async () => {
    const deliveredLeads = async (): Promise<number> => ((await control('cdc', {})) as { delivered: { Lead: number } }).delivered.Lead;
    const before = await deliveredLeads();
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    let inside = 0;
    const stream = follow(salesforce, {
      async handle() {
        inside += 1;
        assert.equal(inside, 1);
        entered.resolve();
        await gate.promise;
        inside -= 1;
      },
    });
    await stream.connected();
    const first = await lead();
    await entered.promise;
    const more = [await lead(), await lead(), await lead()];
    // They have arrived when the connect after them is held.
    while (await deliveredLeads() < before + 4 || (await control('cdc', {}))['held'] !== 1) await immediate();
    gate.resolve();
    await stream.until(() => stream.calls.length === 2);
    await stream.stop();
    assert.deepEqual(stream.calls.map(({ events }) => events.map(({ id }) => id)), [[first], more]);
  });

  test('that throws ends the subscription with what it threw, and the client says goodbye', async () => {
    const stream = follow(salesforce, { handle: () => Promise.reject(new Error('no room')) });
    await stream.connected();
    await lead();
    assert.equal(String(await stream.ended), 'Error: no room');
    assert.deepEqual([(await control('cdc', {}))['clients'], stream.calls], [0, []]);
  });
});
