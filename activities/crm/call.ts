import type { Lane, LaneCalls } from '../../sync/allocation.ts';

/** What every operation of both CRM clients is told about the work behind it. */
export interface Call {
  lane: Lane;
  /** Ends the wait for the limiter and the request itself; the operation then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Epoch ms: nothing is sent later, however long limiter and repeats take; the operation then rejects with {@link TooLate}. */
  notAfter?: number | undefined;
}

/** What a write was decided on has become too old to be sent: it is read and decided again. */
export class TooLate extends Error {
  constructor(operation: string) {
    super(`Nothing was sent to ${operation}: it had to wait until what it was decided on was too old. It is read again.`);
    this.name = 'TooLate';
  }
}

/** To be called right before sending. @throws TooLate */
export function inTime(operation: string, { notAfter }: Call, now: number): void {
  if (notAfter !== undefined && now > notAfter) throw new TooLate(operation);
}

/** Calls sent since the client was made, repeats included; logins are not counted. */
export type Calls = LaneCalls & { total: number };
