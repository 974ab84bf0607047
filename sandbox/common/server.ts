import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Calls, type LoggedRequest } from './calls.ts';
import type { Clock } from './clock.ts';
import { Faults, faultRule } from './faults.ts';
import { injectFaults, type ErrorAnswer } from './inject.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's bytes as they came. */
    rawBody: Buffer;
    logged: LoggedRequest;
  }
}

export const seedRequest = z.strictObject({
  seed: z.enum(['us-500', 'empty', 'synthetic']).default('us-500'),
  count: z.int().min(0).max(200_000).default(1000),
  random: z.int().default(1),
});
export type SeedRequest = z.output<typeof seedRequest>;

export type SandboxOptions = {
  name: string;
  clock: Clock;
  tls?: { cert: string; key: string } | undefined;
  /** Empties the sandbox, gives it a new identity and seeds it; what it returns answers `POST /_sandbox/reset`. */
  reset?: ((seed: SeedRequest) => unknown) | undefined;
  /** The sandbox's own wording of an error, for faults that name only a status. */
  errorAnswer?: ((status: number) => ErrorAnswer) | undefined;
  /** Bytes of URL and headers together; more is answered 431 by Node. */
  maxHeaderSize?: number | undefined;
};

/**
 * A fastify app with raw bodies, parsers for JSON, forms and CSV (a body that is empty is `undefined`; bad JSON throws an Error with `statusCode` 400
 * and `code` BAD_JSON), and the control path `/_sandbox/*`, which is neither counted nor faulted and needs no token. Trailing slashes are ignored.
 */
export function createSandbox(options: SandboxOptions): { app: FastifyInstance; calls: Calls; faults: Faults } {
  const calls = new Calls();
  const faults = new Faults();
  const limits = { maxHeaderSize: options.maxHeaderSize ?? 65_536, keepAliveTimeout: 30_000 };
  const app = fastify({
    bodyLimit: 160 * 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 },
    exposeHeadRoutes: false,
    forceCloseConnections: false,
    serverFactory: (handler) => (options.tls ? createTlsServer({ ...options.tls, ...limits }, handler) : createServer(limits, handler)),
  });

  addParsers(app);
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.url.startsWith('/_sandbox')) return done();
    calls.count(request.method, request.routeOptions.url);
    request.logged = calls.log(options.clock.now(), request.method, request.url);
    done();
  });
  injectFaults(app, faults, options.errorAnswer ?? ((status) => ({ body: { message: `Status ${status}, injected by the sandbox` } })));
  app.addHook('onResponse', (request, reply, done) => {
    if (!request.url.startsWith('/_sandbox')) request.logged.status = reply.statusCode;
    done();
  });
  addControlPath(app, options, calls, faults);
  return { app, calls, faults };
}

function addParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.decorateRequest('rawBody');
  app.decorateRequest('logged');
  const parser = (types: string | RegExp | string[], parse: (text: string) => unknown): void => {
    app.addContentTypeParser(types, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
      request.rawBody = body;
      try {
        done(null, body.length === 0 ? undefined : parse(body.toString('utf8')));
      } catch {
        done(Object.assign(new Error('The body is not valid JSON'), { statusCode: 400, code: 'BAD_JSON' }));
      }
    });
  };
  parser(/^application\/([\w.+-]*\+)?json/, (text) => JSON.parse(text) as unknown);
  parser(/^application\/x-www-form-urlencoded/, (text) => Object.fromEntries(new URLSearchParams(text)));
  parser(/^text\//, (text) => text);
  parser('*', (text) => text);
}

const clockRequest = z.strictObject({ advanceMs: z.number().default(0), stopped: z.boolean().optional() });
const requestsQuery = z.object({ since: z.coerce.number().default(0) });

function addControlPath(app: FastifyInstance, options: SandboxOptions, calls: Calls, faults: Faults): void {
  app.register((control, _options, done) => {
    control.setErrorHandler(async (error, _request, reply) => {
      const message = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);
      return reply.code(400).send({ message });
    });
    control.get('/_sandbox', () => ({ name: options.name, now: options.clock.iso() }));
    control.get('/_sandbox/calls', () => ({ total: calls.total, byRoute: calls.byRoute }));
    control.get('/_sandbox/parts', () => ({ byRoute: calls.parts }));
    control.delete('/_sandbox/calls', async (_request, reply) => {
      calls.reset();
      return reply.code(204).send();
    });
    control.get('/_sandbox/requests', (request) => ({ requests: calls.requests(requestsQuery.parse(request.query).since) }));
    control.get('/_sandbox/faults', () => ({ faults: faults.list() }));
    control.post('/_sandbox/faults', (request) => ({ id: faults.add(faultRule.parse(request.body)).id }));
    control.delete('/_sandbox/faults', async (_request, reply) => {
      faults.clear();
      return reply.code(204).send();
    });
    control.post('/_sandbox/clock', (request) => {
      const { advanceMs, stopped } = clockRequest.parse(request.body);
      options.clock.advance(advanceMs);
      if (stopped !== undefined) options.clock.stop(stopped);
      return { now: options.clock.iso() };
    });
    control.post('/_sandbox/reset', async (request) => {
      const seed = seedRequest.parse(request.body ?? {});
      calls.reset();
      faults.clear();
      return (await options.reset?.(seed)) ?? {};
    });
    done();
  });
}
