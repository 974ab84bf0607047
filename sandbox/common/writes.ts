import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';

/** A record as a write left it. */
export type Write = {
  object: string;
  id: string;
  kind: 'create' | 'update' | 'delete' | 'undelete';
  /** Whether a person wrote, or a program over the API, with its name where it gave one. */
  by: 'person' | 'api';
  client?: string | undefined;
  /** What has another value since, as it is stored; null where it is blank. */
  fields: Record<string, unknown>;
};

const KEPT = 200_000;

/**
 * The latest writes of whoever wrote, for those who check a sync: with milliseconds, which records do not carry, and without saying what is sent as an
 * event. Written in the write's own transaction, so that one rolled back leaves none.
 */
export class WriteLog {
  readonly #database: Database;
  readonly #clock: Clock;
  #silent = false;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    database.exec('CREATE TABLE IF NOT EXISTS writes (sequence INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, entry TEXT NOT NULL)');
  }

  note(write: Write): void {
    if (this.#silent) return;
    const { sequence } = this.#database.get('INSERT INTO writes (at, entry) VALUES (?, ?) RETURNING sequence', this.#clock.now(), JSON.stringify(write)) ?? {};
    if (Number(sequence) % 1000 === 0) this.#database.run('DELETE FROM writes WHERE sequence <= ?', Number(sequence) - KEPT);
  }

  /** Runs work that is nobody's writing, such as a seed. */
  silently<T>(work: () => T): T {
    this.#silent = true;
    try {
      return work();
    } finally {
      this.#silent = false;
    }
  }

  clear(): void {
    this.#database.exec('DELETE FROM writes');
  }

  /** Those after a sequence number, oldest first. */
  after(sequence: number, limit: number): (Write & { sequence: number; at: number })[] {
    const rows = this.#database.all('SELECT sequence, at, entry FROM writes WHERE sequence > ? ORDER BY sequence LIMIT ?', sequence, limit);
    return rows.map((row) => ({ sequence: Number(row['sequence']), at: Number(row['at']), ...(JSON.parse(String(row['entry'])) as Write) }));
  }
}

const query = z.strictObject({ after: z.coerce.number().default(0), limit: z.coerce.number().int().positive().max(10_000).default(1_000) });

/** `GET /_sandbox/writes?after=0&limit=1000` on the control path. */
export function writesRoute(app: FastifyInstance, log: WriteLog): void {
  app.get('/_sandbox/writes', (request) => {
    const { after, limit } = query.parse(request.query);
    return { writes: log.after(after, limit) };
  });
}
