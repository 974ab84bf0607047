/** How long a silent or endless answer is waited for, in milliseconds. */
export interface Timeouts {
  /** Until the answer's head. */
  headers: number;
  /** Between two pieces of its body. */
  body: number;
  /** For the whole answer: a slow drip never meets the two others. */
  whole: number;
}

export const TIMEOUTS: Timeouts = { headers: 30_000, body: 30_000, whole: 90_000 };

/**
 * One operation's view of its HTTP exchange. Neither client library takes an AbortSignal or hands out the status and
 * headers of every answer, so both travel beside the call.
 */
export interface Exchange {
  timeouts: Timeouts;
  signal?: AbortSignal | undefined;
  /** Of the last whole answer; null before. */
  answer: { status: number; headers: Record<string, string> } | null;
}
