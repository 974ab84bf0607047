import type { FastifyInstance } from 'fastify';
import { answers, messages } from '../cdc/bayeux.ts';
import type { Clients } from '../cdc/clients.ts';
import type { Org } from '../org.ts';
import { param } from './request.ts';
import { bearer, servesVersion } from './session.ts';

const never = new Promise<never>(() => undefined);

/** `/cometd/67.0`: Bayeux by long polling, the only connection type that Salesforce speaks. Counts as no API call. */
export function cometdRoutes(app: FastifyInstance, org: Org, clients: Clients): void {
  app.addHook('preClose', (done) => {
    clients.forget('gone');
    done();
  });
  app.get('/cometd/:version', async (_request, reply) => reply.code(400).type('text/plain').send('400::Invalid connection type: only long-polling by POST is supported'));

  app.post('/cometd/:version', async (request, reply) => {
    if (!servesVersion(`v${param(request, 'version')}`)) {
      return reply.code(400).type('text/plain').send("400::Unsupported API version. Only API versions '50.0' and above are supported. URI format: '/cometd/67.0'");
    }
    const asked = messages.safeParse(request.body);
    if (!asked.success) return reply.code(400).type('text/plain').send('400::Bad request: no Bayeux messages');
    const authorized = (): boolean => {
      try {
        return bearer(org, request) !== '';
      } catch {
        return false;
      }
    };
    const gone = new Promise<void>((resolve) => {
      reply.raw.once('close', resolve);
    });
    const anonymous = request.headers.authorization === undefined;
    const found = await answers(org, clients, asked.data, { authorized, anonymous, gone });
    if (found === undefined) return never;
    // Real orgs want their cookie back; here none is needed.
    if (asked.data.some((one) => one.channel === '/meta/handshake')) reply.header('set-cookie', 'BAYEUX_BROWSER=sandbox; Path=/cometd/; HttpOnly');
    return reply.type('application/json;charset=UTF-8').send(JSON.stringify(found));
  });
}
