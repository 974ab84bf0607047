import { gzipSync } from 'node:zlib';
import { stringify } from 'csv-stringify/sync';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { delimiters, jobAnswer, jobDetails, lineEndings, locatorOf, newQueryJob, offsetOf, stateOf, type KeptJob } from '../bulk/query-job.ts';
import { refusal } from '../errors.ts';
import { normalId } from '../ids.ts';
import type { Org } from '../org.ts';
import { controlError } from './control.ts';
import { bodyOf, param, queryParam, versionOf } from './request.ts';

const path = '/services/data/:version/jobs/query';
const JOBS_A_PAGE = 1000;

/** Bulk API 2.0 queries. Salesforce documents no body for the refusal of results that are not there yet: its code is a guess, like that of a bad locator. */
export function bulkRoutes(app: FastifyInstance, org: Org): void {
  const jobs = org.queryJobs;
  const now = (): number => org.clock.now();
  const jobOf = (request: FastifyRequest): KeptJob => jobs.get(normalId(param(request, 'job')) ?? '');

  app.post(path, (request) => {
    const asked = newQueryJob.safeParse(bodyOf(request));
    if (!asked.success) throw refusal('API_ERROR', z.prettifyError(asked.error));
    const { userId } = request;
    return jobAnswer(jobs.add(asked.data, { userId, version: versionOf(request), schema: org.schema, instance: org.identity.instance }), now());
  });

  app.get(path, (request) => {
    const type = queryParam(request, 'jobType') ?? 'V2Query';
    const offset = offsetOf(queryParam(request, 'queryLocator') ?? locatorOf(0));
    const all = type === 'V2Query' ? jobs.all() : [];
    const end = offset + JOBS_A_PAGE;
    const next = end < all.length ? `/services/data/v${versionOf(request)}/jobs/query?jobType=${type}&queryLocator=${locatorOf(end)}` : null;
    return { done: next === null, records: all.slice(offset, end).map((job) => ({ ...jobAnswer(job, now()), jobType: 'V2Query' })), nextRecordsUrl: next };
  });

  app.get(`${path}/:job`, (request) => jobDetails(jobOf(request), now()));

  app.get(`${path}/:job/results`, (request, reply) => {
    const job = jobOf(request);
    const state = stateOf(job, now());
    if (state !== 'JobComplete') throw refusal('INVALIDJOBSTATE', `The results of a job are there once its state is JobComplete; it is ${state}`);
    if (job.version !== versionOf(request)) throw refusal('API_ERROR', 'The API version of the results must be that of the job', 409);
    const offset = offsetOf(queryParam(request, 'locator') ?? locatorOf(0));
    const most = Number(queryParam(request, 'maxRecords') ?? Infinity);
    if (Number.isNaN(most) || most < 1 || offset > job.rows) throw refusal('API_ERROR', 'Invalid maxRecords or locator');
    const rows = jobs.rows(job, offset, most === Infinity ? job.rows : most);
    const end = offset + rows.length;
    void reply.headers({ 'sforce-numberofrecords': rows.length, 'sforce-locator': end < job.rows ? locatorOf(end) : 'null', 'content-type': 'text/csv' });
    const text = stringify([job.columns, ...rows], { quoted: true, quoted_empty: true, delimiter: delimiters[job.columnDelimiter], record_delimiter: lineEndings[job.lineEnding] });
    return compressed(request, reply, text);
  });

  app.patch(`${path}/:job`, (request) => {
    if (bodyOf(request)['state'] !== 'Aborted') throw refusal('INVALIDJOBSTATE', 'A query job can only be moved to the state Aborted');
    return jobAnswer(jobs.abort(jobOf(request)), now());
  });

  app.delete(`${path}/:job`, async (request, reply) => {
    jobs.remove(jobOf(request));
    return reply.code(204).send();
  });
}

/** Salesforce compresses results always; here whoever does not say that it reads gzip gets them as they are. */
function compressed(request: FastifyRequest, reply: FastifyReply, text: string): string | Buffer {
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return text;
  void reply.header('content-encoding', 'gzip');
  return gzipSync(text);
}

const settings = z.strictObject({ takeMs: z.number().nonnegative().optional(), mostRows: z.int().positive().optional(), failNext: z.int().nonnegative().optional() });

/** The control path of bulk jobs: which there are, and how the next ones go. */
export function bulkControlRoutes(app: FastifyInstance, org: Org): void {
  app.setErrorHandler(controlError);
  app.get('/_sandbox/bulk-jobs', () => ({ jobs: org.queryJobs.all().map((job) => jobDetails(job, org.clock.now())) }));
  app.post('/_sandbox/bulk-jobs', (request) => {
    const { takeMs, mostRows, failNext } = settings.parse(request.body ?? {});
    const jobs = org.queryJobs;
    jobs.settings = { takeMs: takeMs ?? jobs.settings.takeMs, mostRows: mostRows ?? jobs.settings.mostRows, failNext: failNext ?? jobs.settings.failNext };
    return jobs.settings;
  });
}
