import fastify, { type FastifyInstance } from 'fastify';
import type { Looks } from '../../activities/looks/index.ts';
import type { SluiceClient } from '../../client/sluice-client.ts';
import type { Environment } from '../../worker/environment.ts';
import { UserError } from '../../worker/user-error.ts';
import type { Assets } from './assets.ts';
import { connectionRoutes } from './connection-routes.ts';
import { contactRoutes } from './contact-routes.ts';
import { told } from './failures.ts';
import { guard, pageHeaders } from './guard.ts';
import { healthRoutes } from './health-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { mappingRoutes } from './mapping-routes.ts';
import { pageRoutes } from './page-routes.ts';
import { segmentRoutes } from './segment-routes.ts';

export interface ConsoleOptions {
  console: NonNullable<Environment['console']>;
  sluice: SluiceClient;
  looks: Looks;
  assets: Assets;
  /** A workflow's page in Temporal's Web UI; null where that is not known. */
  workflowPage: (workflowId: string) => string | null;
  /** HubSpot's own list of segments; null for the sandbox, which has no pages. */
  hubspotSegments: () => Promise<string | null>;
}

export interface Console {
  /** `http://127.0.0.1:4000` */
  address: string;
  /** Whether the port is another than the usual one, which was in use. */
  moved: boolean;
  close(): Promise<void>;
}

const bodyLimit = 256 * 1024;

/**
 * Serves the console: its pages, and under `/api` what they ask. It implements no rule of the sync: it passes requests on to the client,
 * and looks at the CRMs through their adapters.
 *
 * @throws UserError where the port is not to be had.
 */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const { host, port, portChosen } = options.console;
  try {
    return { ...(await listen(options, port)), moved: false };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'EADDRINUSE' && !portChosen) return { ...(await listen(options, 0)), moved: true };
    throw new UserError(`The console cannot listen on ${host}:${port} (${code}): end the program that holds it, or set SLUICE_CONSOLE_PORT to another port.`);
  }
}

async function listen(options: ConsoleOptions, port: number): Promise<Omit<Console, 'moved'>> {
  const { host, url } = options.console;
  const origins: string[] = [];
  const app = createServer(options, origins);
  try {
    const listening = new URL(await app.listen({ host, port })).port;
    const names = host === '127.0.0.1' ? ['127.0.0.1', 'localhost'] : [host.includes(':') ? `[${host}]` : host];
    origins.push(...(url === null ? names.map((name) => new URL(`http://${name}:${listening}`).origin) : [url]));
    return { address: origins[0] ?? '', close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** `origins` are known once it listens. */
function createServer(options: ConsoleOptions, origins: readonly string[]): FastifyInstance {
  const app = fastify({ bodyLimit, requestTimeout: 60_000, forceCloseConnections: true, routerOptions: { maxParamLength: 500 } });
  const asked = (): ReturnType<typeof guard> => guard({ origins, token: options.console.token });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(pageHeaders).header('cache-control', 'no-store');
    const { addressed, sent, entitled } = asked();
    const { headers, method } = request;
    const refused = addressed(headers)
      ?? (method === 'GET' || method === 'HEAD' ? null : sent(headers, request.url === '/sign-in'))
      ?? (request.url.startsWith('/api/') ? entitled(headers) : null);
    return refused === null ? undefined : reply.code(refused.status).send({ message: refused.why });
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const { status, message } = told(error);
    return reply.code(status).send({ message });
  });
  connectionRoutes(app, options);
  segmentRoutes(app, options);
  jobRoutes(app, options);
  contactRoutes(app, options);
  mappingRoutes(app, options);
  healthRoutes(app, options);
  pageRoutes(app, options, asked);
  return app;
}
