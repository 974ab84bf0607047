import * as z from 'zod';
import { control, type Urls } from './crms.ts';

const webhookCounts = z.object({ events: z.number(), requests: z.number(), failed: z.number(), lost: z.number(), doubled: z.number(), late: z.number(), heldBack: z.number() });
const cdcCounts = z.object({ distortions: z.record(z.string(), z.number()), delivered: z.record(z.string(), z.number()) });

/** Has events doubled, late, out of order, without fields and lost, on both sides, by the seed. */
export async function beginMischief(urls: Urls, seed: number): Promise<void> {
  await control(z.unknown(), urls.hubspot, 'webhooks', { random: seed, delayMs: [50, 400], duplicate: 0.1, reorder: true, late: { probability: 0.1, ms: [1_000, 5_000] }, drop: 0.1 });
  await control(z.unknown(), urls.salesforce, 'cdc', { random: seed, delayMs: [50, 400], duplicate: 0.1, reorder: true, drop: 0.1, gap: 0.05, merge: true });
}

/** What became of the events, as the sandboxes counted. */
export async function mischiefDone(urls: Urls): Promise<Record<string, Record<string, number>>> {
  const { distortions, delivered } = await control(cdcCounts, urls.salesforce, 'cdc');
  return { webhooks: await control(webhookCounts, urls.hubspot, 'webhooks'), 'change events': { ...delivered, ...distortions } };
}

/** Has events fare well again. */
export async function endMischief(urls: Urls): Promise<void> {
  await control(z.unknown(), urls.hubspot, 'webhooks', { duplicate: 0, reorder: false, late: { probability: 0, ms: [0, 0] }, drop: 0 });
  await control(z.unknown(), urls.salesforce, 'cdc', { duplicate: 0, reorder: false, drop: 0, gap: 0, merge: false });
}
