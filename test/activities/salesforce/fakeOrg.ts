import type { ServerResponse } from 'node:http';
import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createSalesforce } from '../../../activities/salesforce/index.ts';
import type { Salesforce } from '../../../activities/salesforce/index.ts';
import { HastyClock } from '../crm/fakeClock.ts';
import { json, startFakeServer } from '../crm/fakeServer.ts';
import type { FakeServer, Heard } from '../crm/fakeServer.ts';

export interface FakeOrg {
  server: FakeServer;
  salesforce: Salesforce;
  clock: HastyClock;
  /** Without the logins. */
  calls(): Heard[];
  logins(): number;
}

/** A client that logs in to a server whose answers the test decides; `instanceUrl` moves the org elsewhere. */
export async function startFakeOrg(answer: (request: Heard, response: ServerResponse, index: number) => void, options: { login?: (response: ServerResponse, index: number) => void; instanceUrl?: (own: string, login: number) => string } = {}): Promise<FakeOrg> {
  let logins = 0;
  let calls = 0;
  const server = await startFakeServer((request, response) => {
    if (request.url !== '/services/oauth2/token') return answer(request, response, calls++);
    const index = logins++;
    if (options.login) return options.login(response, index);
    const instanceUrl = options.instanceUrl?.(server.url, index) ?? server.url;
    json(response, 200, { access_token: `token-${index}`, instance_url: instanceUrl, id: `${server.url}/id/00D000000000001EAA/005000000000001AAA`, token_type: 'Bearer' });
  });
  const clock = new HastyClock();
  const salesforce = createSalesforce({ loginUrl: server.url, clientId: 'client', clientSecret: 'secret', limiter: createLimiter({ clock }), clock, timeouts: { headers: 200, body: 200, whole: 10_000 } });
  return { server, salesforce, clock, calls: () => server.heard.filter(({ url }) => url !== '/services/oauth2/token'), logins: () => logins };
}
