import { after, beforeEach } from 'node:test';
import { z } from 'zod';
import { receive, until, type Event, type Receiver } from './receiver.ts';
import { testSandbox, type TestSandbox } from './sandbox.ts';

const state = z.looseObject({
  targetUrl: z.string().nullable(), delayMs: z.tuple([z.number(), z.number()]), duplicate: z.number(), reorder: z.boolean(), drop: z.number(),
  events: z.number(), sent: z.number(), requests: z.number(), failed: z.number(), lost: z.number(), pending: z.number(),
});

export type WebhookSandbox = TestSandbox & {
  receiver: Receiver;
  /** The webhooks' settings and counts. */
  now: () => Promise<z.output<typeof state>>;
  set: (change: Record<string, unknown>) => Promise<unknown>;
  advance: (ms: number) => Promise<unknown>;
  /** Waits until nothing is pending. */
  arrived: () => Promise<void>;
  /** Waits for that many failed requests. */
  failures: (count: number) => Promise<void>;
  /** Lets the hours pass that retries wait, until nothing is pending. */
  retried: () => Promise<void>;
  create: (properties: Record<string, string>) => Promise<string>;
  /** Creates contacts in batches; each makes 5 events. */
  many: (count: number) => Promise<void>;
  /** What the work makes the sandbox send. */
  sentBy: (work: () => Promise<unknown>) => Promise<Event[]>;
};

/** A sandbox that is emptied before each test and sends at once to a receiver of that test's own. */
export async function webhookSandbox(): Promise<WebhookSandbox> {
  const sandbox = await testSandbox();
  const { control } = sandbox;
  const now: WebhookSandbox['now'] = async () => state.parse(await control('GET', 'webhooks'));
  const set: WebhookSandbox['set'] = (change) => control('POST', 'webhooks', change);
  const advance: WebhookSandbox['advance'] = (advanceMs) => control('POST', 'clock', { advanceMs });
  const arrived = () => until(async () => (await now()).pending === 0);
  const whole: WebhookSandbox = {
    ...sandbox, receiver: await receive(), now, set, advance, arrived,
    failures: (count) => until(async () => (await now()).failed >= count),
    retried: () => until(async () => {
      await advance(86_400_000);
      return (await now()).pending === 0;
    }),
    create: async (properties) => (await sandbox.client.crm.contacts.basicApi.create({ properties })).id,
    many: async (count) => {
      for (let from = 0; from < count; from += 100) {
        const inputs = Array.from({ length: Math.min(100, count - from) }, (_, i) => ({ properties: { lastname: `n${from + i}` } }));
        await sandbox.client.crm.contacts.batchApi.create({ inputs });
      }
    },
    sentBy: async (work) => {
      await arrived();
      const before = whole.receiver.events().length;
      await work();
      await arrived();
      return whole.receiver.events().slice(before);
    },
  };
  after(() => whole.receiver.close());
  beforeEach(async () => {
    await whole.receiver.close();
    whole.receiver = await receive();
    await control('POST', 'reset', { seed: 'empty' });
    await set({ targetUrl: `http://127.0.0.1:${whole.receiver.port}/hooks`, delayMs: [0, 0], timeoutMs: 5000 });
  });
  return whole;
}
