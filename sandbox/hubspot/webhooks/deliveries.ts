import type { Clock } from '../../common/clock.ts';
import { Random } from '../../common/random.ts';
import type { WebhookEvent } from './event.ts';
import type { WebhookSettings } from './settings.ts';
import { signatureV3 } from './signature.ts';
import { Timetable } from './timetable.ts';

const MOST_EVENTS = 100;
const LONGEST_TIMER = 2_147_483_647;
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];
/** Ten retries in less than 24 h, with the jitter at its most too. HubSpot documents number and span; the steps are the sandbox's. */
const RETRY_AFTER = [SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 11 * HOUR];

/** `events` counts those that were to be sent once, `sent` those that arrived, `lost` those that never will; the last three what mischief did. */
export type DeliveryCounts = { events: number; sent: number; requests: number; failed: number; lost: number; pending: number; doubled: number; late: number; heldBack: number };

const NOTHING: DeliveryCounts = { events: 0, sent: 0, requests: 0, failed: 0, lost: 0, pending: 0, doubled: 0, late: 0, heldBack: 0 };

/**
 * Events on their way to the target: they wait for their time on the sandbox's clock, go in batches, and come back to wait where that fails, each with its
 * own number of attempts. One timer serves all. Nothing outlives the process.
 */
export class Deliveries {
  readonly #clock: Clock;
  readonly #secret: string;
  readonly #settings: Readonly<WebhookSettings>;
  readonly #waiting = new Timetable<WebhookEvent>();
  readonly #jitter = new Random(7);
  #outbox: WebhookEvent[][] = [];
  #running = 0;
  #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Infinity;
  counts: DeliveryCounts = { ...NOTHING };

  constructor(clock: Clock, secret: string, settings: Readonly<WebhookSettings>) {
    this.#clock = clock;
    this.#secret = secret;
    this.#settings = settings;
  }

  /** Sends the event when its time has come. */
  schedule(event: WebhookEvent, due: number): void {
    this.counts.pending += 1;
    this.#wait(event, due);
  }

  /** Sends what is due; to be called after the clock was moved, which the timer cannot know. */
  look(): void {
    const due = this.#waiting.take(this.#clock.now());
    if (this.#settings.reorder) shuffle(due, this.#jitter);
    for (let at = 0; at < due.length; at += MOST_EVENTS) this.#outbox.push(due.slice(at, at + MOST_EVENTS));
    this.#arm(this.#waiting.next());
    this.#pump();
  }

  /** Forgets what is pending, requests on their way included, and all counts. */
  clear(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#waiting.clear();
    this.#outbox = [];
    this.#running = 0;
    this.counts = { ...NOTHING };
    this.#arm(Infinity);
  }

  #wait(event: WebhookEvent, due: number): void {
    const at = this.#waiting.add(due, event);
    if (at < this.#timerDue) this.#arm(at);
  }

  #arm(due: number): void {
    clearTimeout(this.#timer);
    this.#timerDue = due;
    if (due === Infinity) return;
    this.#timer = setTimeout(() => this.look(), Math.min(Math.max(0, due - this.#clock.now()), LONGEST_TIMER)).unref();
  }

  #pump(): void {
    while (this.#running < this.#settings.maxConcurrentRequests) {
      const batch = this.#outbox.shift();
      if (!batch) return;
      this.#running += 1;
      this.counts.requests += 1;
      void this.#send(batch, this.#stop.signal);
    }
  }

  async #send(batch: WebhookEvent[], stopped: AbortSignal): Promise<void> {
    const arrived = await this.#post(JSON.stringify(batch), stopped);
    if (stopped.aborted) return; // counted by nobody any more
    this.#running -= 1;
    if (arrived) {
      this.counts.sent += batch.length;
      this.counts.pending -= batch.length;
    } else {
      this.counts.failed += 1;
      this.#again(batch);
    }
    this.#pump();
  }

  /** Has the events wait for their next attempt, or gives them up. */
  #again(batch: WebhookEvent[]): void {
    const now = this.#clock.now();
    const jitter = 0.85 + 0.3 * this.#jitter.next();
    for (const event of batch) {
      const after = RETRY_AFTER[event.attemptNumber];
      if (after === undefined) {
        this.counts.lost += 1;
        this.counts.pending -= 1;
      } else {
        event.attemptNumber += 1;
        this.#wait(event, now + after * jitter);
      }
    }
  }

  async #post(body: string, stopped: AbortSignal): Promise<boolean> {
    const { targetUrl, timeoutMs } = this.#settings;
    if (targetUrl === null) return false;
    // The real time, wherever the sandbox's clock stands: receivers compare it with theirs.
    const timestamp = String(Date.now());
    const headers = { 'content-type': 'application/json', 'x-hubspot-request-timestamp': timestamp, 'x-hubspot-signature-v3': signatureV3(this.#secret, 'POST', targetUrl, body, timestamp) };
    try {
      const answer = await fetch(targetUrl, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]) });
      await answer.arrayBuffer(); // else the connection stays taken
      return answer.ok;
    } catch {
      return false;
    }
  }
}

function shuffle(list: unknown[], random: Random): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = random.int(at + 1);
    [list[at], list[other]] = [list[other], list[at]];
  }
}
