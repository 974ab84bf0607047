/** Answers travel: calls sent 10 s apart may arrive closer together, so our window is a little longer than the CRM's. */
const SLACK_MS = 250;

/** What another worker sends since the last answer we cannot know: after a refusal less of the window is used, and more again from interval to interval. */
const AFTER_REFUSAL = 0.75;
const LEAST = 0.25;
const REGAINED = 0.02;

/** Calls of the last interval, ours and those that the CRM told us of. */
export class SlidingWindow {
  private max = Infinity;
  private intervalMs = 0;
  /** When our calls went out, oldest first. */
  private readonly sent: number[] = [];
  /** Calls of others (a second worker, another app) when last heard of. */
  private others = { count: 0, at: 0 };
  private pausedUntil = 0;
  /** The part of the window that is used, and when it last changed. */
  private allowance = { part: 1, since: 0 };

  constructor(rate: { max: number; intervalMs: number } | null) {
    this.limit(rate);
  }

  /** Milliseconds until a call that may fill `share` of the window finds room; 0 is now. */
  delay(now: number, share: number): number {
    this.forget(now);
    const paused = Math.max(0, this.pausedUntil - now);
    const room = Math.max(1, Math.floor(this.max * this.allowance.part * share));
    const used = this.sent.length + this.others.count;
    if (used < room) return paused;
    // Room comes when enough calls have left the window; others' calls leave together.
    const mustLeave = used - room + 1;
    const leaving = [...this.sent, ...Array.from({ length: Math.min(this.others.count, mustLeave) }, () => this.others.at)].sort((a, b) => a - b);
    const last = leaving[mustLeave - 1] ?? now;
    return Math.max(paused, last + this.intervalMs + SLACK_MS - now, 1);
  }

  /** Another limit from now on; null: none. */
  limit(rate: { max: number; intervalMs: number } | null): void {
    this.max = rate?.max ?? Infinity;
    this.intervalMs = rate?.intervalMs ?? 0;
  }

  add(now: number): void {
    if (this.max !== Infinity) this.sent.push(now);
  }

  /** A call was refused. Refusals of calls that were under way together count once. */
  refused(now: number, pauseMs: number): void {
    if (now >= this.pausedUntil) this.allowance = { part: Math.max(LEAST, this.allowance.part * AFTER_REFUSAL), since: now };
    this.pausedUntil = Math.max(this.pausedUntil, now + pauseMs);
  }

  /** What the CRM counts and we did not send, others sent. Our calls in flight may not be counted yet: the error is on the small side, and the next answer mends it. */
  heard(window: { max: number; remaining: number; intervalMs: number }, now: number): void {
    this.max = window.max;
    this.intervalMs = window.intervalMs;
    this.forget(now);
    this.others = { count: Math.max(0, window.max - window.remaining - this.sent.length), at: now };
  }

  private forget(now: number): void {
    const horizon = now - this.intervalMs - SLACK_MS;
    while ((this.sent[0] ?? Infinity) <= horizon) this.sent.shift();
    if (this.others.at <= horizon) this.others.count = 0;
    if (this.allowance.part < 1 && now - this.allowance.since >= this.intervalMs) this.allowance = { part: Math.min(1, this.allowance.part + REGAINED), since: now };
  }
}
