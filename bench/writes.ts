import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { request } from '../demo/http.ts';

const written = z.object({ sequence: z.number(), at: z.number(), object: z.string(), id: z.string(), by: z.enum(['person', 'api']), fields: z.record(z.string(), z.unknown()) });
const answer = z.object({ writes: z.array(written) });

/** One write as a sandbox logged it; `at` is epoch ms. */
export type Written = z.output<typeof written>;

const perPage = 10_000;

/** A sandbox's writes after a sequence number, oldest first. */
export async function writesAfter(url: string, sequence: number): Promise<Written[]> {
  const found: Written[] = [];
  for (;;) {
    const { writes } = await request(answer, `${url}/_sandbox/writes?after=${found.at(-1)?.sequence ?? sequence}&limit=${perPage}`);
    found.push(...writes);
    if (writes.length < perPage) return found;
  }
}

/**
 * Remembers how far a sandbox's log of writes goes; then waits until programs have made such a write of so many records, and answers when the
 * last of them was stored (epoch ms).
 */
export async function watchWrites(url: string): Promise<(count: number, holds: (write: Written) => boolean, seconds: number) => Promise<number>> {
  let sequence = (await writesAfter(url, 0)).at(-1)?.sequence ?? 0;
  return async (count, holds, seconds) => {
    const ids = new Set<string>();
    const end = Date.now() + seconds * 1000;
    for (let last = 0; ; await sleep(250)) {
      for (const write of await writesAfter(url, sequence)) {
        ({ sequence } = write);
        if (write.by !== 'api' || !holds(write) || ids.has(write.id)) continue;
        ids.add(write.id);
        last = write.at;
      }
      if (ids.size >= count) return last;
      if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${ids.size} of ${count} records were written`);
    }
  };
}
