import { z } from 'zod';
import type { Clock } from '../crm/clock.ts';
import type { Timeouts, Exchange } from '../crm/exchange.ts';
import { CrmFailure } from '../crm/failure.ts';
import { holdSecret, holdToken } from '../crm/secrets.ts';
import { within } from '../crm/transport.ts';
import { castThrown } from './castFailure.ts';
import { Connection, OAuth2 } from './jsforce.ts';
import type { SalesforceIdentity } from './types.ts';

export interface Login {
  /** The org's My Domain: client credentials are refused on login.salesforce.com. */
  loginUrl: string;
  clientId: string;
  clientSecret: string;
  apiVersion: string;
  timeouts: Timeouts;
  clock: Clock;
}

export interface Session {
  connection: Connection;
  identity: SalesforceIdentity;
}

export interface Sessions {
  /** The session in use; logs in first if there is none. Concurrent logins share one call. */
  current(): Promise<Session>;
  /** Whether a 401 in `session` can be cured: it was renewed meanwhile, or may be. */
  forget(session: Session): boolean;
}

/** A session refused when younger than this will not be helped by another login: no loop on 401. */
const YOUNG_MS = 60_000;

const tokenSchema = z.object({
  access_token: z.string().min(1),
  instance_url: z.url(),
  /** The identity URL ends in `/id/{organization}/{user}`. */
  id: z.string().regex(/\/id\/\w{15,18}\/\w{15,18}$/),
});

/** Logs in by client credentials when first asked, and again when a session ends. */
export function openSessions({ loginUrl, clientId, clientSecret, apiVersion, timeouts, clock }: Login): Sessions {
  holdSecret(clientSecret);
  const oauth2 = new OAuth2({ loginUrl, clientId, clientSecret });
  let held: { session: Session; since: number } | undefined;
  let login: Promise<Session> | undefined;

  const loggedIn = async (): Promise<Session> => {
    const operation = 'log in';
    // Shared by all who wait, so no caller's signal ends it; the timeouts do.
    const exchange: Exchange = { timeouts, answer: null };
    const answer: unknown = await within(exchange, () => oauth2.requestToken({ grant_type: 'client_credentials' })).catch((error: unknown) => {
      throw castThrown(operation, error, exchange);
    });
    const parsed = tokenSchema.safeParse(answer);
    if (!parsed.success) throw new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE' });
    const { access_token: accessToken, instance_url: instanceUrl, id } = parsed.data;
    holdToken(accessToken);
    const [organizationId = '', userId = ''] = id.split('/').slice(-2);
    // No OAuth client and no refreshFn: with either, jsforce answers each 401 by a refresh and a replay, without end, and
    // to the old host. A session that ends is renewed here, with a new instance URL if there is one.
    const connection = new Connection({ instanceUrl, accessToken, version: apiVersion, callOptions: { client: 'sluice' } });
    const session = { connection, identity: { organizationId, userId, instanceUrl } };
    held = { session, since: clock.now() };
    return session;
  };

  return {
    current() {
      if (held) return Promise.resolve(held.session);
      login ??= loggedIn().finally(() => (login = undefined));
      return login;
    },
    forget(session) {
      if (!held || held.session !== session) return true;
      if (clock.now() - held.since < YOUNG_MS) return false;
      held = undefined;
      return true;
    },
  };
}
