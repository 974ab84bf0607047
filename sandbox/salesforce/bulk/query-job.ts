import { z } from 'zod';
import { refusal } from '../errors.ts';
import { printDatetime } from '../values.ts';

/** How results are written, by the names that the API gives the characters. */
export const delimiters = { COMMA: ',', TAB: '\t', PIPE: '|', SEMICOLON: ';', CARET: '^', BACKQUOTE: '`' } as const;
export const lineEndings = { LF: '\n', CRLF: '\r\n' } as const;
const delimiterNames = ['COMMA', 'TAB', 'PIPE', 'SEMICOLON', 'CARET', 'BACKQUOTE'] as const satisfies (keyof typeof delimiters)[];

/** The body of `POST /jobs/query`. */
export const newQueryJob = z.strictObject({
  operation: z.enum(['query', 'queryAll']),
  query: z.string(),
  contentType: z.literal('CSV').default('CSV'),
  columnDelimiter: z.enum(delimiterNames).default('COMMA'),
  lineEnding: z.enum(['LF', 'CRLF']).default('LF'),
});
export type NewQueryJob = z.output<typeof newQueryJob>;

/** A job as it is kept: `takeMs` after its creation it has ended by itself, unless it was aborted before. */
export const keptJob = newQueryJob.omit({ query: true }).extend({
  id: z.string(), object: z.string(), createdById: z.string(), version: z.string(), createdAt: z.number(), takeMs: z.number(),
  /** Why it is to fail; null where it is not. */
  fails: z.string().nullable(),
  abortedAt: z.number().nullable(),
  columns: z.array(z.string()), rows: z.number(),
});
export type KeptJob = z.output<typeof keptJob>;
export type JobState = 'UploadComplete' | 'InProgress' | 'Aborted' | 'JobComplete' | 'Failed';

export function stateOf(job: KeptJob, now: number): JobState {
  if (job.abortedAt !== null) return 'Aborted';
  const passed = now - job.createdAt;
  if (passed >= job.takeMs) return job.fails === null ? 'JobComplete' : 'Failed';
  return passed * 4 < job.takeMs ? 'UploadComplete' : 'InProgress';
}

/** When it came to its end; null before. */
export function endedAt(job: KeptJob, now: number): number | null {
  if (job.abortedAt !== null) return job.abortedAt;
  return now - job.createdAt >= job.takeMs ? job.createdAt + job.takeMs : null;
}

export const mayBeAborted = (state: JobState): boolean => state === 'UploadComplete' || state === 'InProgress';

/** What every answer about a job has. */
export function jobAnswer(job: KeptJob, now: number): Record<string, unknown> {
  const { id, operation, object, createdById, contentType, columnDelimiter, lineEnding } = job;
  return {
    id, operation, object, createdById, createdDate: printDatetime(job.createdAt), systemModstamp: printDatetime(endedAt(job, now) ?? job.createdAt), state: stateOf(job, now),
    concurrencyMode: 'Parallel', contentType, apiVersion: Number(job.version), lineEnding, columnDelimiter,
  };
}

/** What `GET /jobs/query/{id}` has besides. */
export function jobDetails(job: KeptJob, now: number): Record<string, unknown> {
  const passed = Math.min(1, (now - job.createdAt) / Math.max(1, job.takeMs));
  const state = stateOf(job, now);
  const processed = state === 'JobComplete' ? job.rows : state === 'InProgress' ? Math.floor(job.rows * passed) : 0;
  return {
    ...jobAnswer(job, now), jobType: 'V2Query', numberRecordsProcessed: processed, retries: 0, totalProcessingTime: Math.round(job.takeMs * passed), isPkChunkingSupported: true,
    ...(state === 'Failed' && { errorMessage: job.fails }),
  };
}

/** A locator stands for how many rows came before, as `MTAwMDA` stands for 10000. */
export const locatorOf = (before: number): string => Buffer.from(String(before)).toString('base64').replace(/=+$/, '');

export function offsetOf(locator: string): number {
  const text = Buffer.from(locator, 'base64').toString();
  if (!/^\d+$/.test(text)) throw refusal('API_ERROR', `Invalid locator: ${locator}`);
  return Number(text);
}
