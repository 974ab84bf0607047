import { Clock } from '../common/clock.ts';
import { openDatabase } from '../common/database.ts';
import { listen } from '../common/listen.ts';
import { createSandbox, seedRequest, type SeedRequest } from '../common/server.ts';
import { WriteLog, writesRoute } from '../common/writes.ts';
import { answerErrors } from './access.ts';
import { Account } from './account.ts';
import { batchRoutes } from './batch-routes.ts';
import { contactRoutes } from './contact-routes.ts';
import { bodyOfStatus } from './errors.ts';
import { listRoutes } from './list-routes.ts';
import { membershipRoutes } from './membership-routes.ts';
import { oauthRoutes } from './oauth-routes.ts';
import { accountInfoRoutes, ownerRoutes } from './owner-routes.ts';
import { personRoutes } from './person.ts';
import { propertyRoutes } from './property-routes.ts';
import { searchRoutes } from './search-routes.ts';
import { seedHubSpot } from './seed.ts';
import { webhookControl } from './webhooks/control.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { Webhooks, type WebhookOptions } from './webhooks/webhooks.ts';
import { noteWrites } from './written.ts';

export type HubSpotSandboxOptions = {
  /** 0 takes a free port. */
  port: number;
  /** Keeps the state here, across restarts; without it in memory. */
  dataFile?: string | undefined;
  /** How long after a change a DYNAMIC list notices it; 200. */
  segmentLagMs?: number | undefined;
  /** How long after a change the search shows it; 0. */
  searchLagMs?: number | undefined;
  /** Calls in ten seconds, or whether there is a limit at all; 190. */
  rateLimit?: boolean | number | undefined;
  /** Calls a day where there is a limit; 650,000. */
  dailyCalls?: number | undefined;
  tls?: { cert: string; key: string } | undefined;
  /** What a new account holds; us-500. A data file that has an account keeps it. */
  seed?: Partial<SeedRequest> | undefined;
  /** Where events are posted, signed with `sandbox` (nowhere unless given), and how long after a change; 100 to 500 ms. */
  webhooks?: WebhookOptions | undefined;
};

export type RunningSandbox = { url: string; close(): Promise<void> };

const FAMILIES = {
  contacts: ['/crm/v3/objects/contacts', '/crm/objects/2026-03/contacts'],
  lists: ['/crm/v3/lists', '/crm/lists/2026-03'],
  properties: ['/crm/v3/properties', '/crm/properties/2026-03'],
  owners: ['/crm/v3/owners', '/crm/owners/2026-03'],
  webhooks: ['/webhooks/v3', '/webhooks/2026-03'],
  accountInfo: ['/account-info/v3', '/account-info/2026-03'],
} as const;

/** Starts a HubSpot on 127.0.0.1: API token `pat-sandbox`, OAuth client `sandbox`/`sandbox`, refresh token `sandbox-refresh`. Fails in one sentence where the port is taken. */
export async function startHubSpotSandbox(options: HubSpotSandboxOptions): Promise<RunningSandbox> {
  const clock = new Clock();
  const database = openDatabase(options.dataFile);
  const callsPer10s = options.rateLimit === false ? undefined : typeof options.rateLimit === 'number' ? options.rateLimit : 190;
  const account = new Account(clock, database, { segmentLagMs: options.segmentLagMs ?? 200, searchLagMs: options.searchLagMs ?? 0, callsPer10s, dailyCalls: options.dailyCalls ?? 650_000 });
  if (!account.exists) seedHubSpot(account, seedRequest.parse(options.seed ?? {}));
  const webhooks = new Webhooks(account, options.webhooks ?? {});
  const writes = new WriteLog(database, clock);
  noteWrites(account.contacts.store, writes);

  const { app, faults } = createSandbox({
    name: 'HubSpot', clock, tls: options.tls,
    reset: (seed) => {
      writes.clear();
      return webhooks.restart(() => writes.silently(() => seedHubSpot(account, seed)));
    },
    errorAnswer: (status) => ({ body: bodyOfStatus(status) ?? {} }),
  });
  answerErrors(app);
  for (const prefix of FAMILIES.contacts) {
    contactRoutes(app, account, prefix);
    batchRoutes(app, account, faults, prefix);
    searchRoutes(app, account, prefix);
  }
  for (const prefix of FAMILIES.lists) {
    listRoutes(app, account, prefix);
    membershipRoutes(app, account, prefix);
  }
  for (const prefix of FAMILIES.properties) {
    app.register((scope, _options, done) => {
      propertyRoutes(scope, account, prefix);
      done();
    });
  }
  for (const prefix of FAMILIES.owners) ownerRoutes(app, account, prefix);
  for (const prefix of FAMILIES.accountInfo) accountInfoRoutes(app, account, prefix);
  oauthRoutes(app, account, '/oauth/v1', false);
  oauthRoutes(app, account, '/oauth/2026-03', true);
  for (const prefix of FAMILIES.webhooks) webhookRoutes(app, account, webhooks, prefix);
  personRoutes(app, account);
  webhookControl(app, webhooks);
  writesRoute(app, writes);

  try {
    const listening = await listen(app, options.port, 'SANDBOX_HUBSPOT_PORT');
    return {
      url: listening.url,
      async close() {
        await listening.close();
        webhooks.clear();
        database.close();
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}
