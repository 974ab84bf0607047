import type { Client } from '@temporalio/client';
import fastify, { type FastifyInstance } from 'fastify';
import { remember } from '../../activities/remember.ts';
import type { Environment } from '../environment.ts';
import { jsonIn, refusals, statusOf } from '../http-refusals.ts';
import { UserError } from '../user-error.ts';
import { maxEvents, readEvents } from './events.ts';
import { mappedProperties, tellFeed, within } from './feed.ts';
import { isSigned } from './signature.ts';

export type WebhookSettings = NonNullable<Environment['webhooks']>;

export interface ReceiverOptions {
  webhooks: WebhookSettings;
  connection: string;
  client: Client;
  /** The HubSpot properties whose change counts; by default those that the connection's settings map. */
  properties?: () => Promise<ReadonlySet<string>>;
}

export interface Receiver {
  /** Where it listens, which behind a proxy is not where HubSpot sends to. */
  address: string;
  /** Answers what has come and takes no more. Safe to repeat. */
  close(): Promise<void>;
}

/** The receiver cannot listen. `why` is a clause: "port 4030 is in use". */
export class CannotListen extends UserError {
  override name = 'CannotListen';
  readonly why: string;

  constructor(why: string) {
    super(`Webhooks cannot be received, since ${why}: set SLUICE_WEBHOOK_PORT or SLUICE_WEBHOOK_HOST to another, or end the program that holds it.`);
    this.why = why;
  }
}

const path = '/hubspot/webhooks';
const methods = new Map([[path, ['POST']], ['/healthz', ['GET', 'HEAD']]]);
const bodyLimit = 1024 * 1024;
/** HubSpot waits for 5 s, and is to be answered well before. */
const answerMs = 1_000;
const propertiesMs = 300;
const rememberMs = 30_000;

const refuse = refusals({
  400: `Expected a JSON array of at most ${maxEvents} events.`,
  401: 'The signature is missing, wrong or too old.',
  413: 'The body is larger than 1 MB.',
  503: 'Temporal did not answer: send it again.',
});

/**
 * Listens for HubSpot's webhooks and hands each request's events to the connection's feed in one signal, before it answers.
 *
 * @throws CannotListen where the port or the host is not to be had.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { host, port } = options.webhooks;
  const app = createReceiver(options);
  try {
    const address = await app.listen({ host, port });
    return { address: `${address}${path}`, close: () => close(app) };
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new CannotListen(code === 'EADDRINUSE' ? `port ${port} is in use` : `${host}:${port} cannot be listened on (${code})`);
  }
}

async function close(app: FastifyInstance): Promise<void> {
  // One that sends its request slowly would hold the worker's end up.
  const timer = setTimeout(() => app.server.closeAllConnections(), 2 * answerMs);
  await app.close();
  clearTimeout(timer);
}

function createReceiver({ webhooks: { url, secret }, connection, client, properties = () => mappedProperties(client, connection) }: ReceiverOptions): FastifyInstance {
  const mapped = remember(rememberMs, (_connection: string) => properties());
  const app = fastify({
    bodyLimit,
    requestTimeout: 10_000,
    frameworkErrors: (_error, _request, reply) => { void refuse(reply, 404); },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    const allowed = methods.get(request.url.replace(/\?.*$/s, ''));
    if (allowed === undefined) return refuse(reply, 404);
    if (!allowed.includes(request.method)) return refuse(reply.header('allow', allowed.join(', ')), 405);
    // The signature is over the bytes, whatever they are said to be.
    request.raw.headers['content-type'] = 'application/octet-stream';
  });
  app.setErrorHandler(async (error, _request, reply) => refuse(reply, statusOf(error)));

  app.get('/healthz', () => ({ status: 'ok' }));
  app.post(path, async (request, reply) => {
    const now = Date.now();
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (!isSigned({ secret, url, requestUrl: request.url, headers: request.raw.headersDistinct, body, now })) return refuse(reply, 401);
    const entries = jsonIn(body);
    if (!Array.isArray(entries) || entries.length > maxEvents) return refuse(reply, 400);
    const known = await within(propertiesMs, mapped(connection)).catch(() => null);
    const events = readEvents(entries, (property) => known === null || known.has(property));
    if (events.length > 0) {
      try {
        await tellFeed(client, connection, events, now + answerMs);
      } catch {
        return refuse(reply, 503);
      }
    }
    return { taken: events.length };
  });
  return app;
}
