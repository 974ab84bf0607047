import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { receive, type Event } from './receiver.ts';
import { webhookSandbox } from './webhook-sandbox.ts';

const sandbox = await webhookSandbox();
const { now, set, advance, arrived, failures, retried, create, many } = sandbox;

describe('what fails', () => {
  beforeEach(() => set({ delayMs: [60_000, 60_000] }));
  /** Has a contact's five events sent in one request. */
  const sendFive = async (): Promise<string> => {
    const id = await create({ lastname: 'Ada' });
    await advance(60_000);
    return id;
  };

  test('is sent again later with a higher attempt number, unless it was accepted', async () => {
    sandbox.receiver.respond = (response) => response.writeHead(500).end();
    const id = await sendFive();
    await failures(1);
    sandbox.receiver.respond = (response) => response.writeHead(204).end();
    await retried();
    const [first, second] = sandbox.receiver.posts;
    assert.deepEqual(second, first?.map((event) => ({ ...event, attemptNumber: 1 })));
    assert.ok(first?.every(({ objectId, attemptNumber }) => objectId === Number(id) && attemptNumber === 0));
    const { sent, requests, failed, lost } = await now();
    assert.deepEqual([sent, requests, failed, lost], [5, 2, 1, 0]);
    assert.equal(sandbox.receiver.forged, 0);
  });

  test('arrives once somebody listens at the target', async () => {
    await sandbox.receiver.close();
    await sendFive();
    await failures(1);
    sandbox.receiver = await receive('/hooks', sandbox.receiver.port);
    await retried();
    assert.deepEqual(sandbox.receiver.events().map(({ attemptNumber }) => attemptNumber), [1, 1, 1, 1, 1]);
  });

  test('counts an answer that does not come in time, or points elsewhere, as a failure', async () => {
    sandbox.receiver.respond = () => undefined;
    await set({ timeoutMs: 20 });
    await sendFive();
    await failures(1);
    await set({ timeoutMs: 5000 });
    sandbox.receiver.respond = (response) => response.writeHead(302, { location: '/other' }).end();
    await advance(2000);
    await failures(2);
    sandbox.receiver.respond = (response) => response.end();
    await retried();
    assert.ok((sandbox.receiver.events().at(-1)?.attemptNumber ?? 0) >= 2);
    assert.equal((await now()).sent, 5);
  });

  test('is given up after ten retries', async () => {
    sandbox.receiver.respond = (response) => response.writeHead(503).end();
    await sendFive();
    await retried();
    const { lost, pending, requests } = await now();
    assert.deepEqual([lost, pending, requests], [5, 0, 11]);
    assert.deepEqual(sandbox.receiver.posts.map(([event]) => event?.attemptNumber), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

describe('on demand', () => {
  const key = ({ objectId, subscriptionType, propertyName }: Event): string => `${objectId} ${subscriptionType} ${propertyName}`;

  test('events are sent twice', async () => {
    await set({ duplicate: 1 });
    await create({ lastname: 'Ada' });
    await arrived();
    assert.equal(sandbox.receiver.events().length, 10);
    assert.equal(new Set(sandbox.receiver.events().map(key)).size, 5);
    const { events, sent } = await now();
    assert.deepEqual([events, sent], [5, 10]);
  });

  test('events are lost, the same for the same seed', async () => {
    const lost: string[][] = [];
    for (const random of [5, 5, 6]) {
      await sandbox.control('POST', 'reset', { seed: 'empty' });
      await set({ drop: 0.3, random });
      const before = sandbox.receiver.events().length;
      await many(20);
      await arrived();
      const { events, sent, lost: count } = await now();
      assert.equal(events, sent + count);
      assert.ok(sent > 0 && count > 0);
      lost.push(sandbox.receiver.events().slice(before).map(key).sort());
    }
    assert.deepEqual(lost[1], lost[0]);
    assert.notDeepEqual(lost[2], lost[0]);
  });

  test('events come out of order over the batches, and all of them', async () => {
    await set({ reorder: true });
    await many(100);
    await advance(10_000);
    await arrived();
    const ids = sandbox.receiver.events().filter(({ subscriptionType }) => subscriptionType === 'contact.creation').map(({ objectId }) => objectId);
    assert.equal(ids.length, 100);
    assert.notDeepEqual(ids, ids.toSorted((a, b) => a - b));
  });

  test('events are late, however long', async () => {
    await set({ late: { probability: 1, ms: [3_600_000, 3_600_000] } });
    await create({ lastname: 'Ada' });
    await advance(3_500_000);
    assert.deepEqual([(await now()).pending, sandbox.receiver.posts.length], [5, 0]);
    await advance(200_000);
    await arrived();
    assert.equal(sandbox.receiver.events().length, 5);
  });

  test('a wrong setting is refused', async () => {
    for (const wrong of [{ targetUrl: 'nowhere' }, { delayMs: [5, 1] }, { drop: 2 }, { speed: 1 }]) {
      assert.equal((await sandbox.call('POST', '/_sandbox/webhooks', wrong)).status, 400);
    }
  });
});
