import type { Clock } from '../../common/clock.ts';
import type { Database } from '../../common/database.ts';
import { SlidingWindow } from '../../common/limiter.ts';
import { refusal } from '../errors.ts';
import { numberedId } from '../ids.ts';
import type { Schema } from '../schema.ts';
import { compile, type Column } from '../soql/compile.ts';
import { run, type QueryRecord } from '../soql/run.ts';
import { endedAt, keptJob, mayBeAborted, stateOf, type KeptJob, type NewQueryJob } from './query-job.ts';

const DAY = 86_400_000;
const LIFE_MS = 7 * DAY;
const MOST_A_DAY = 10_000;

/** How the jobs that are created from now on go. */
export type BulkSettings = {
  /** From a job's creation to its end. */
  takeMs: number;
  /** Rows in one set of results, whatever a client asks for. */
  mostRows: number;
  /** So many jobs fail. */
  failNext: number;
};

export const bulkSettings = (): BulkSettings => ({ takeMs: 300, mostRows: 250_000, failNext: 0 });

/**
 * Bulk API 2.0 query jobs with their results, kept in the org's file; 7 days after its end a job is gone. The query runs when its job is
 * created, so that results are as old as they can be.
 */
export class QueryJobs {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly quota: SlidingWindow;
  settings: BulkSettings = bulkSettings();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.quota = new SlidingWindow(clock, MOST_A_DAY, DAY);
    this.create();
  }

  /** Makes the tables, after a reset of the org anew. */
  create(): void {
    this.#database.exec('CREATE TABLE IF NOT EXISTS query_jobs (id TEXT PRIMARY KEY, job TEXT NOT NULL)');
    this.#database.exec('CREATE TABLE IF NOT EXISTS query_rows (job TEXT NOT NULL, n INTEGER NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (job, n)) WITHOUT ROWID');
    this.settings = bulkSettings();
    this.quota.clear();
  }

  /** Throws what Salesforce refuses a query with, or a job too many. */
  add({ query: soql, ...asked }: NewQueryJob, by: { userId: string; version: string; schema: Schema; instance: string }): KeptJob {
    const query = compile(by.schema, soql, { now: this.#clock.now(), withDeleted: asked.operation === 'queryAll' });
    if (query.kind !== 'records' || /\bOFFSET\s+\d/i.test(soql)) throw refusal('API_ERROR', 'Aggregate functions, GROUP BY and OFFSET are not supported in Bulk Query');
    if (!this.quota.take().allowed) throw refusal('EXCEEDEDQUOTA', 'ApiQueryJobs Limit exceeded.');
    const { records } = run(this.#database, query, by.version);
    const { n } = this.#database.get("INSERT INTO counters (object, n) VALUES ('QueryJob', 1) ON CONFLICT (object) DO UPDATE SET n = n + 1 RETURNING n") ?? {};
    const job: KeptJob = {
      ...asked, id: numberedId('750', by.instance, Number(n)), object: query.object, createdById: by.userId, version: by.version, createdAt: this.#clock.now(),
      takeMs: this.settings.takeMs, fails: this.settings.failNext > 0 ? 'InternalServerError : The job failed, as the sandbox was told.' : null, abortedAt: null,
      columns: query.columns.map((column) => [...column.relationships, column.name].join('.')), rows: records.length,
    };
    this.settings.failNext = Math.max(0, this.settings.failNext - 1);
    this.#database.transaction(() => {
      this.#save(job);
      records.forEach((record, at) => this.#database.run('INSERT INTO query_rows (job, n, cells) VALUES (?, ?, ?)', job.id, at, JSON.stringify(cellsOf(record, query.columns))));
    });
    return job;
  }

  all(): KeptJob[] {
    const jobs = this.#database.all('SELECT job FROM query_jobs ORDER BY id').map((row) => keptJob.parse(JSON.parse(String(row['job']))));
    return jobs.filter((job) => !this.#isOver(job));
  }

  /** Throws 404 where there is no such job any more. */
  get(id: string): KeptJob {
    const row = this.#database.get('SELECT job FROM query_jobs WHERE id = ?', id);
    const job = row === undefined ? undefined : keptJob.parse(JSON.parse(String(row['job'])));
    if (job === undefined || this.#isOver(job)) throw refusal('NOT_FOUND', 'The requested resource does not exist');
    return job;
  }

  abort(job: KeptJob): KeptJob {
    if (!mayBeAborted(stateOf(job, this.#clock.now()))) throw refusal('INVALIDJOBSTATE', 'Aborting already Completed Job not allowed');
    const aborted = { ...job, abortedAt: this.#clock.now() };
    this.#save(aborted);
    return aborted;
  }

  remove(job: KeptJob): void {
    if (endedAt(job, this.#clock.now()) === null) throw refusal('API_ERROR', 'Error encountered when deleting the job because the job is not terminated');
    this.#database.run('DELETE FROM query_jobs WHERE id = ?', job.id);
    this.#database.run('DELETE FROM query_rows WHERE job = ?', job.id);
  }

  /** The cells of some of its rows, as text; '' where a field is blank. */
  rows({ id }: KeptJob, offset: number, most: number): string[][] {
    const rows = this.#database.all('SELECT cells FROM query_rows WHERE job = ? AND n >= ? ORDER BY n LIMIT ?', id, offset, Math.min(most, this.settings.mostRows));
    return rows.map((row) => JSON.parse(String(row['cells'])) as string[]);
  }

  #isOver(job: KeptJob): boolean {
    const ended = endedAt(job, this.#clock.now());
    return ended !== null && this.#clock.now() - ended > LIFE_MS;
  }

  #save(job: KeptJob): void {
    this.#database.run('INSERT OR REPLACE INTO query_jobs (id, job) VALUES (?, ?)', job.id, JSON.stringify(job));
  }
}

function cellsOf(record: QueryRecord, columns: Column[]): string[] {
  return columns.map(({ relationships, name }) => {
    const value = [...relationships, name].reduce<unknown>((at, part) => (typeof at === 'object' && at !== null ? (at as QueryRecord)[part] : null), record);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  });
}
