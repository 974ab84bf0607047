import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import * as z from 'zod';
import { historyOf } from '../workflows/fakes/workers.ts';

const directory = join(import.meta.dirname, 'histories');

const event = z.looseObject({ eventType: z.string() });
const recorded = z.strictObject({ workflowId: z.string(), events: z.array(event).min(1) });
/** One run as it stands in a file: events in the JSON that Temporal's own tools write. */
export type RecordedRun = z.infer<typeof recorded> & { name: string };

/** All recorded runs, by name. */
export async function readHistories(): Promise<RecordedRun[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.json')).sort();
  return Promise.all(files.map(async (file) => ({ name: file.replace(/\.json$/, ''), ...recorded.parse(JSON.parse(await readFile(join(directory, file), 'utf8'))) })));
}

/** Where histories are collected, and written only once all of them are there, in the place of those that `owns` names. */
export function newRecording(owns: (file: string) => boolean): { add: (client: Client, name: string, workflowId: string, rename: Record<string, string>, runIds?: string[]) => Promise<void>; write: () => Promise<{ files: number; bytes: number }> } {
  const files = new Map<string, string>();
  return {
    /** The latest run, or the runs given, in their order; `rename` replaces names that differ from recording to recording. */
    add: async (client, name, workflowId, rename, runIds) => {
      const several = runIds !== undefined && runIds.length > 1;
      for (const [i, runId] of (runIds ?? [undefined]).entries()) {
        const events = await historyOf(client, workflowId, runId);
        const json: unknown = JSON.parse(historyToJSON({ events }));
        const run = recorded.parse({ workflowId: renamed(workflowId, rename), ...z.strictObject({ events: z.array(z.unknown()) }).parse(scrub(json, rename)) });
        // An event a line, so that differences can be read.
        const lines = run.events.map((e) => JSON.stringify(e)).join(',\n');
        files.set(`${name}${several ? `-${i + 1}` : ''}.json`, `{"workflowId":${JSON.stringify(run.workflowId)},"events":[\n${lines}\n]}\n`);
      }
    },
    write: async () => {
      await mkdir(directory, { recursive: true });
      for (const file of await readdir(directory)) if (owns(file)) await rm(join(directory, file));
      for (const [file, text] of files) await writeFile(join(directory, file), text);
      return { files: files.size, bytes: [...files.values()].reduce((sum, text) => sum + text.length, 0) };
    },
  };
}

/** Whether a file holds what `record-changes.ts` records: the feeds, and what came to a contact's life with them. */
export const isOfChanges = (file: string): boolean => /^(hubspotChanges|salesforceChanges|contactSync-life)/.test(file);

/** Whether a file holds what `record-lists.ts` records: imports by bulk query jobs. */
export const isOfLists = (file: string): boolean => file.startsWith('salesforceImport-by-job');

/** Whether a file holds what `record-patches.ts` records: what `patched` begins. */
export const isOfPatches = (file: string): boolean => file.startsWith('patch-');

const payload = z.looseObject({ metadata: z.looseObject({}), data: z.string() });
/** Fields that name the machine or the process, or that count for nothing in a replay. */
const dropped = new Set(['identity', 'stackTrace', 'workerVersion', 'meteringMetadata', 'taskId', 'requestId', 'workflowTaskCompletedEventId']);

/** A history without machines, paths and processes, and with `rename` done everywhere, inside of payloads too. */
function scrub(value: unknown, rename: Record<string, string>): unknown {
  // The name of a worker's own queue: process, machine and a number.
  if (typeof value === 'string') return renamed(value, rename).replace(/^\d+@.+-[0-9a-f]{32}$/, 'sticky');
  if (Array.isArray(value)) return value.map((one) => scrub(one, rename));
  if (typeof value !== 'object' || value === null) return value;
  const carried = payload.safeParse(value);
  if (carried.success) {
    const text = renamed(Buffer.from(carried.data.data, 'base64').toString('utf8'), rename);
    return { ...carried.data, data: Buffer.from(text).toString('base64') };
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => !dropped.has(key)).map(([key, one]) => [key, scrub(one, rename)]));
}

const renamed = (text: string, rename: Record<string, string>): string =>
  Object.entries(rename).reduce((done, [from, to]) => done.replaceAll(from, to), text);
