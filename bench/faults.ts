import * as z from 'zod';
import { request } from '../demo/http.ts';
import { crms } from '../workflows/ids.ts';
import type { Bench } from './world.ts';

/** How a call fails: refused for the moment, cut off, or done although nobody hears of it. */
const kinds = {
  '429': { status: 429 },
  '503': { status: 503 },
  'connection reset': { reset: true },
  'body cut': { cut: true },
  'answer lost after the effect': { reset: true, when: 'after' },
} as const;
const faults = z.object({ faults: z.array(z.object({ hits: z.number() })) });

/** Has this part of all calls of both CRMs fail from now on, in equal parts of each kind; a seed repeats the same draws. */
export async function failCalls({ urls }: Bench, part: number, seed: number): Promise<void> {
  const each = part / Object.keys(kinds).length;
  for (const [n, crm] of crms.entries()) {
    for (const [i, kind] of Object.values(kinds).entries()) {
      // The rules are tried one after the other, so a later one meets fewer calls.
      await request(z.unknown(), `${urls[crm]}/_sandbox/faults`, { method: 'POST', body: { ...kind, rate: each / (1 - i * each), random: seed * 100 + n * 10 + i } });
    }
  }
}

/** Has no call fail any more; answers how many did, by kind. */
export async function stopFailing({ urls }: Bench): Promise<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const crm of crms) {
    const { faults: rules } = await request(faults, `${urls[crm]}/_sandbox/faults`);
    for (const [i, kind] of Object.keys(kinds).entries()) sum[kind] = (sum[kind] ?? 0) + (rules[i]?.hits ?? 0);
    await request(z.unknown(), `${urls[crm]}/_sandbox/faults`, { method: 'DELETE' });
  }
  return sum;
}
