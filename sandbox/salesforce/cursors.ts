import { randomBytes } from 'node:crypto';
import type { Clock } from '../common/clock.ts';
import { refusal } from './errors.ts';

export type Cursor = { locator: string; records: unknown[]; batch: number; openedAt: number };

const LIFE_MS = 2 * 24 * 3600 * 1000;
const MOST = 100;

/** Results of queries that have further pages. A locator lives for two days, while fewer than 100 newer ones are open, and not across a restart. */
export class Cursors {
  readonly #clock: Clock;
  readonly #open = new Map<string, Cursor>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(records: unknown[], batch: number): Cursor {
    const locator = `01g${randomBytes(12).toString('base64').replaceAll(/[^A-Za-z0-9]/g, '0').slice(0, 12)}AAA`;
    const cursor = { locator, records, batch, openedAt: this.#clock.now() };
    this.#open.set(locator, cursor);
    const oldest = this.#open.keys().next().value;
    if (this.#open.size > MOST && oldest !== undefined) this.#open.delete(oldest);
    return cursor;
  }

  /** The cursor and offset that `01g...-2000` names; 400 INVALID_QUERY_LOCATOR where it is not open any more. */
  find(text: string): { cursor: Cursor; offset: number } {
    const parts = /^(01g\w+)-(\d+)$/.exec(text);
    const cursor = this.#open.get(parts?.[1] ?? '');
    const offset = Number(parts?.[2]);
    if (!cursor || this.#clock.now() - cursor.openedAt > LIFE_MS || offset > cursor.records.length) {
      throw refusal('INVALID_QUERY_LOCATOR', 'invalid query locator');
    }
    return { cursor, offset };
  }
}
