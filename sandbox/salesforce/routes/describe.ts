import type { FastifyInstance } from 'fastify';
import type { SlidingWindow } from '../../common/limiter.ts';
import { describe, describeObject } from '../describe.ts';
import type { Org } from '../org.ts';
import { objectNamed } from '../read.ts';
import { param, versionOf } from './request.ts';

const path = '/services/data/:version';

/** What the org offers: resources, objects, fields, limits. */
export function describeRoutes(app: FastifyInstance, org: Org, usage: SlidingWindow): void {
  app.get(path, (request) => {
    const base = `/services/data/v${versionOf(request)}`;
    const names = ['sobjects', 'query', 'queryAll', 'limits', 'composite', 'jobs'];
    return { ...Object.fromEntries(names.map((name) => [name, `${base}/${name}`])), identity: `${ownUrl(request)}/id/${org.identity.orgId}/${request.userId}` };
  });
  app.get(`${path}/limits`, () => ({
    DailyApiRequests: { Max: usage.limit, Remaining: usage.limit - usage.used() },
    DailyBulkV2QueryJobs: { Max: org.queryJobs.quota.limit, Remaining: org.queryJobs.quota.limit - org.queryJobs.quota.used() },
    DataStorageMB: { Max: 1024, Remaining: 1000 },
  }));
  app.get(`${path}/sobjects`, (request) => ({
    encoding: 'UTF-8', maxBatchSize: 200, sobjects: org.schema.objects().map((object) => describeObject(org.schema, object, versionOf(request))),
  }));
  app.get(`${path}/sobjects/:type`, (request) => ({
    objectDescribe: describeObject(org.schema, objectNamed(org, param(request, 'type')), versionOf(request)), recentItems: [],
  }));
  app.get(`${path}/sobjects/:type/describe`, (request) => describe(org.schema, objectNamed(org, param(request, 'type')), versionOf(request)));
}

/** The origin that the client asked, since the sandbox may be reached under several. */
export function ownUrl(request: { protocol: string; headers: { host?: string | undefined } }): string {
  return `${request.protocol}://${request.headers.host ?? '127.0.0.1'}`;
}
