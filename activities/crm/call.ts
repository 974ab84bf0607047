/** Who waits for a call: a live edit, work that failed before, or a page of an import, fill or resync. Earlier lanes go first. */
export type Lane = 'live' | 'retry' | 'backfill';

/** In the order in which they are served. */
export const LANES: readonly Lane[] = ['live', 'retry', 'backfill'];

/** What every operation of both CRM clients is told about the work behind it. */
export interface Call {
  lane: Lane;
  /** Ends the wait for the limiter and the request itself; the operation then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Calls sent since the client was made, repeats included; logins are not counted. */
export type Calls = Record<Lane, number> & { total: number };
