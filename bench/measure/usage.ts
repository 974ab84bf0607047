import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const usage = z.object({ cpuSeconds: z.number(), peakMiB: z.number() });

/** What a process has used since it began. */
export type Usage = z.output<typeof usage>;

const noteIsNewMs = 250;

/** What a process with a meter has used until now. */
export async function usageOf({ pid }: { pid: number }, dataDir: string): Promise<Usage> {
  await sleep(noteIsNewMs);
  return usage.parse(JSON.parse(await readFile(join(dataDir, `usage-${pid}.json`), 'utf8')));
}
