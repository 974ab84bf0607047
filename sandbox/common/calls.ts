/** One request as tests may read it. The URL is without its query's tokens; headers are not kept. `status` is null until answered, or for ever. */
export type LoggedRequest = { time: number; method: string; url: string; status: number | null; fault?: string };

const KEPT = 5000;

/** Counts calls per route pattern and keeps the latest requests. */
export class Calls {
  total = 0;
  byRoute: Record<string, number> = {};
  /** What was asked for inside of calls that carry several requests, by their own routes; no calls of their own. */
  parts: Record<string, number> = {};
  #log: LoggedRequest[] = [];

  count(method: string, pattern: string | undefined): void {
    const route = `${method} ${pattern ?? '(no such route)'}`;
    this.total += 1;
    this.byRoute[route] = (this.byRoute[route] ?? 0) + 1;
  }

  countPart(method: string, pattern: string | undefined): void {
    const route = `${method} ${pattern ?? '(no such route)'}`;
    this.parts[route] = (this.parts[route] ?? 0) + 1;
  }

  log(time: number, method: string, url: string): LoggedRequest {
    const entry: LoggedRequest = { time, method, url: url.replace(/(token|code|secret|sid)=[^&]*/gi, '$1=...'), status: null };
    this.#log.push(entry);
    if (this.#log.length > KEPT * 2) this.#log = this.#log.slice(-KEPT);
    return entry;
  }

  requests(since: number): LoggedRequest[] {
    return this.#log.filter((entry) => entry.time >= since).slice(-KEPT);
  }

  reset(): void {
    this.total = 0;
    this.byRoute = {};
    this.parts = {};
    this.#log = [];
  }
}
