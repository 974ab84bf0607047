import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Calls } from '../../common/calls.ts';
import type { Faults } from '../../common/faults.ts';
import type { SlidingWindow } from '../../common/limiter.ts';
import { refusal, SalesforceError } from '../errors.ts';
import type { Org } from '../org.ts';
import { bulkRoutes } from './bulk.ts';
import { collectionRoutes } from './collections.ts';
import { compositeRoutes } from './composite.ts';
import { describeRoutes } from './describe.ts';
import { queryRoutes } from './query.ts';
import { recordRoutes } from './records.ts';
import { replicationRoutes } from './replication.ts';
import { bearer, servesVersion } from './session.ts';
import { param } from './request.ts';

const MOST_BYTES = 16_384;

/**
 * Everything under `/services/data/v67.0`: who asks, how much of the day's calls is left, and the answer's headers. `inner` is for the parts of a
 * composite request, which count as no calls of their own, meet no faults but those of single rows, and are not made to wait.
 */
export function dataRoutes(app: FastifyInstance, org: Org, usage: SlidingWindow, faults: Faults, calls: Calls, inner = false): void {
  app.decorateRequest('userId', '');
  app.addHook('onRequest', async (request, reply) => {
    if (tooLong(reply, request.url, request.raw.rawHeaders)) return reply;
    if (inner) calls.countPart(request.method, request.routeOptions.url);
    request.userId = bearer(org, request);
    if (!servesVersion(param(request, 'version'))) throw refusal('NOT_FOUND', 'The requested resource does not exist');
    if (inner) return undefined;
    if (!usage.take().allowed) throw refusal('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    return undefined;
  });
  if (!inner) {
    // By callback: the handler then follows in the same tick, with no room for a composite request to begin in between.
    app.addHook('preHandler', (_request, _reply, done) => org.whenFree(done));
    app.addHook('onSend', async (_request, reply, payload) => {
      // A fault may say another count.
      if (!reply.hasHeader('sforce-limit-info')) reply.header('sforce-limit-info', `api-usage=${usage.used()}/${usage.limit}`);
      const type = reply.getHeader('content-type');
      if (typeof type === 'string' && type.startsWith('application/json')) reply.header('content-type', 'application/json;charset=UTF-8');
      return payload;
    });
  }
  app.setErrorHandler(errorAnswer);
  describeRoutes(app, org, usage);
  replicationRoutes(app, org);
  recordRoutes(app, org);
  collectionRoutes(app, org, faults);
  queryRoutes(app, org);
  if (!inner) bulkRoutes(app, org);
  compositeRoutes(app, org, usage, faults, calls, inner);
  app.all('/services/data/:version/*', ({ method }) => {
    if (method === 'PUT') throw refusal('METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE`);
    throw refusal('NOT_FOUND', 'The requested resource does not exist');
  });
}

/** Any error as the array that Salesforce answers. */
export async function errorAnswer(error: unknown, _request: unknown, reply: FastifyReply): Promise<FastifyReply> {
  if (error instanceof SalesforceError) return reply.code(error.status).send(error.body());
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) {
    return reply.code(error.statusCode).send(refusal('JSON_PARSER_ERROR', message).body());
  }
  return reply.code(500).send(refusal('UNKNOWN_EXCEPTION', `An unexpected error occurred: ${message}`).body());
}

/** URI and headers together may have 16,384 bytes; the web server in front of Salesforce answers more, in HTML. */
function tooLong(reply: FastifyReply, url: string, headers: string[]): boolean {
  const total = url.length + headers.reduce((sum, one) => sum + one.length + 2, 0);
  if (total <= MOST_BYTES) return false;
  const [status, reason] = url.length > MOST_BYTES / 2 ? [414, 'URI Too Long'] : [431, 'Request Header Fields Too Large'];
  void reply.code(status).type('text/html;charset=iso-8859-1').send(`<h1>Bad Message ${status}</h1><pre>reason: ${reason}</pre>`);
  return true;
}
