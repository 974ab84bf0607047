import { parse } from 'csv-parse';
import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { CrmFailure } from '../crm/failure.ts';
import { idSchema } from './recordSchema.ts';
import type { Requester } from './request.ts';
import type { QueryJob, QueryResults, Salesforce } from './types.ts';

/** The letter between columns, by the API's name and as it is: of what Salesforce tells of a job later, a client can choose this alone. */
const MARK = { name: 'CARET', letter: '^' } as const;
/** Between Temporal's clock and Salesforce's. */
const CLOCKS_DIFFER_MS = 60_000;

const stateSchema = z.enum(['UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']);
const createdSchema = z.object({ id: idSchema });
const jobSchema = z
  .object({ id: idSchema, state: stateSchema, numberRecordsProcessed: z.number().default(0), errorMessage: z.string().nullish() })
  .transform(({ id, state, numberRecordsProcessed: rows, errorMessage }): QueryJob => ({ id, state, rows, why: errorMessage ?? null }));

const listedJob = z.object({ id: idSchema, operation: z.string(), object: z.string().nullish(), createdById: z.string(), createdDate: z.string(), columnDelimiter: z.string().nullish() });
const jobsSchema = z.object({ done: z.boolean(), records: z.array(listedJob), nextRecordsUrl: z.string().startsWith('/services/').nullish() });

/** An answer without content (204) has neither text nor locator. */
const resultsSchema = z.object({ text: z.string().nullish(), headers: z.object({ 'sforce-locator': z.string().min(1).optional(), 'sforce-numberofrecords': z.coerce.number().int().optional() }) });
const rowSchema = z.record(z.string(), z.string());

type QueryJobs = Pick<Salesforce, 'createQueryJob' | 'queryJob' | 'queryJobsSince' | 'queryResults' | 'endQueryJob'>;

/**
 * Bulk API 2.0 query jobs, step by step [SF-BULK]. jsforce's own client of them deletes a job that takes longer than 30 s, and ends the process on a
 * second set of results.
 */
export function queryJobCalls(requester: Requester): QueryJobs {
  const path = '/jobs/query';

  const remove = async (id: string, call: Call): Promise<'gone' | 'running'> => {
    const removed = await unless([400, 404], requester.send({ operation: 'delete a query job', method: 'DELETE', path: `${path}/${id}`, schema: z.unknown(), repeatable: true }, call).then(() => 'gone' as const));
    return removed.ok ? removed.answer : removed.status === 404 ? 'gone' : 'running';
  };

  return {
    async createQueryJob(text, call) {
      const body = { operation: 'query', query: text, contentType: 'CSV', columnDelimiter: MARK.name, lineEnding: 'LF' };
      return (await requester.send({ operation: 'create a query job', method: 'POST', path, body, schema: createdSchema, repeatable: false }, call)).id;
    },

    async queryJob(id, call) {
      const asked = await unless([404], requester.send({ operation: 'read a query job', method: 'GET', path: `${path}/${id}`, schema: jobSchema, repeatable: true }, call));
      return asked.ok ? asked.answer : null;
    },

    async queryJobsSince(type, since, call) {
      const { userId } = await requester.identity();
      const from = Date.parse(since) - CLOCKS_DIFFER_MS;
      const ours: string[] = [];
      for (let next: string | null = `${path}?jobType=V2Query`; next !== null;) {
        const page: z.infer<typeof jobsSchema> = await requester.send({ operation: 'list query jobs', method: 'GET', path: next, schema: jobsSchema, repeatable: true }, call);
        ours.push(...page.records.flatMap((job) => {
          const isOurs = job.createdById.slice(0, 15) === userId.slice(0, 15) && job.operation === 'query' && job.columnDelimiter === MARK.name;
          return isOurs && job.object === type && Date.parse(job.createdDate) >= from ? [job.id] : [];
        }));
        next = page.done ? null : (page.nextRecordsUrl ?? null);
      }
      return ours;
    },

    async queryResults(id, { locator, most }, call) {
      const operation = 'read the results of a query job';
      const query = new URLSearchParams({ maxRecords: String(most), ...(locator === '' ? {} : { locator }) });
      const asked = await unless([400, 404, 409], requester.send({ operation, method: 'GET', path: `${path}/${id}/results?${query.toString()}`, csv: true, schema: resultsSchema, repeatable: true }, call));
      if (!asked.ok || asked.answer.text == null) return null;
      const { text, headers: { 'sforce-locator': next, 'sforce-numberofrecords': count } } = asked.answer;
      const rows = await rowsOf(text);
      if (rows === null || next === undefined || rows.length !== count) throw new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE', detail: 'Not all the rows that were announced, or no locator.' });
      return { rows, next: next === 'null' ? null : next } satisfies QueryResults;
    },

    async endQueryJob(id, call) {
      if (await remove(id, call) === 'gone') return;
      await unless([400, 404], requester.send({ operation: 'abort a query job', method: 'PATCH', path: `${path}/${id}`, body: { state: 'Aborted' }, schema: z.unknown(), repeatable: true }, call));
      await remove(id, call); // what is still coming to its end, Salesforce removes itself, 7 days later
    },
  };
}

/** The answer, or the status of a refusal that is one. */
async function unless<T>(statuses: readonly number[], sent: Promise<T>): Promise<{ ok: true; answer: T } | { ok: false; status: number }> {
  try {
    return { ok: true, answer: await sent };
  } catch (error) {
    if (error instanceof CrmFailure && error.status !== null && statuses.includes(error.status)) return { ok: false, status: error.status };
    throw error;
  }
}

/** The rows of a set by the names in its header row; null where it is no CSV. */
async function rowsOf(text: string): Promise<Record<string, string>[] | null> {
  const rows: Record<string, string>[] = [];
  try {
    for await (const row of parse(text, { columns: true, delimiter: MARK.letter, skip_empty_lines: true })) rows.push(rowSchema.parse(row));
  } catch {
    return null;
  }
  return rows;
}
