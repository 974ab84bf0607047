import { Clock } from '../common/clock.ts';
import { openDatabase } from '../common/database.ts';
import { SlidingWindow } from '../common/limiter.ts';
import { listen } from '../common/listen.ts';
import { createSandbox, seedRequest, type SeedRequest } from '../common/server.ts';
import { writesRoute } from '../common/writes.ts';
import { Clients } from './cdc/clients.ts';
import type { CdcOptions } from './cdc/settings.ts';
import { refusal } from './errors.ts';
import { Org } from './org.ts';
import { bulkControlRoutes } from './routes/bulk.ts';
import { cdcRoutes } from './routes/cdc.ts';
import { cometdRoutes } from './routes/cometd.ts';
import { controlRoutes } from './routes/control.ts';
import { dataRoutes, errorAnswer } from './routes/data.ts';
import { sessionRoutes, type SessionOptions } from './routes/session.ts';
import { seedOrg } from './seed.ts';

export type SalesforceSandboxOptions = {
  port: number;
  /** Where the org is kept across restarts; in memory without it. */
  dataFile?: string | undefined;
  /** API calls in 24 h: 15,000, as a Developer org has; a number of your own; or false for no limit. */
  rateLimit?: boolean | number | undefined;
  tls?: { cert: string; key: string } | undefined;
  /** What a new org holds. Without it `us-500`. A file that holds an org already is left as it is. */
  seed?: Partial<SeedRequest> | undefined;
  /** How long access tokens work, in ms; for ever without it. */
  tokenLifeMs?: number | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  clock?: Clock | undefined;
  /** Change Data Capture: of Leads and Contacts, 100 to 500 ms after the commit, held for 30 s, where not said otherwise. */
  cdc?: CdcOptions | undefined;
};

const DAY = 86_400_000;
const DEVELOPER_LIMIT = 15_000;
// What a full sandbox has: nobody reaches it.
const NO_LIMIT = 5_000_000;

const WORDS: Record<number, string> = { 401: 'INVALID_SESSION_ID', 403: 'REQUEST_LIMIT_EXCEEDED', 404: 'NOT_FOUND', 429: 'REQUEST_LIMIT_EXCEEDED', 503: 'SERVER_UNAVAILABLE' };

/** Starts a Salesforce org as an HTTP server on 127.0.0.1. Port 0 takes a free one; `url` has no trailing slash. */
export async function startSalesforceSandbox(options: SalesforceSandboxOptions): Promise<{ url: string; close: () => Promise<void>; org: Org; clock: Clock }> {
  const clock = options.clock ?? new Clock();
  const database = openDatabase(options.dataFile);
  const org = new Org(database, clock);
  const streaming = new Clients(org, options.cdc ?? {});
  const limit = options.rateLimit === false ? NO_LIMIT : typeof options.rateLimit === 'number' ? options.rateLimit : DEVELOPER_LIMIT;
  const usage = new SlidingWindow(clock, limit, DAY);
  const sessions: SessionOptions = {
    clientId: options.clientId ?? 'sandbox', clientSecret: options.clientSecret ?? 'sandbox', tokenLifeMs: options.tokenLifeMs, instanceUrl: null,
  };
  const fill = (seed: SeedRequest): unknown => database.transaction(() => seedOrg(org, seed));
  const { app, calls, faults } = createSandbox({
    name: 'salesforce',
    clock,
    tls: options.tls,
    errorAnswer: (status) => ({ body: refusal(WORDS[status] ?? (status >= 500 ? 'UNKNOWN_EXCEPTION' : 'INVALID_INPUT'), `Status ${status}, injected by the sandbox`).body() }),
    reset: (seed) => {
      org.reset();
      streaming.reset();
      usage.clear();
      return fill(seed);
    },
  });
  if (!org.seeded) fill(seedRequest.parse(options.seed ?? {}));
  app.register(async (scope) => sessionRoutes(scope, org, sessions));
  app.register(async (scope) => dataRoutes(scope, org, usage, faults, calls));
  app.register(async (scope) => cometdRoutes(scope, org, streaming));
  app.register(async (scope) => controlRoutes(scope, org, sessions));
  app.register(async (scope) => cdcRoutes(scope, org, streaming));
  app.register(async (scope) => bulkControlRoutes(scope, org));
  writesRoute(app, org.writes);
  app.setErrorHandler(errorAnswer);
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send(refusal('NOT_FOUND', 'The requested resource does not exist').body()));

  try {
    const listening = await listen(app, options.port, 'SANDBOX_SALESFORCE_PORT');
    return {
      url: listening.url, org, clock,
      close: async () => {
        await listening.close();
        database.close();
      },
    };
  } catch (error) {
    await app.close();
    database.close();
    throw error;
  }
}
