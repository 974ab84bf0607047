import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Calls } from '../../common/calls.ts';
import type { Faults } from '../../common/faults.ts';
import type { SlidingWindow } from '../../common/limiter.ts';
import { refusal } from '../errors.ts';
import type { Org } from '../org.ts';
import { dataRoutes } from './data.ts';
import { bodyOf, isObject, versionOf } from './request.ts';

const path = '/services/data/:version/composite';
const MOST = 25;
/** Of the parts of `/composite`, so many may be queries or collections (Salesforce, "Composite"). */
const MOST_BULKY = 5;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const composite = z.object({
  allOrNone: z.boolean().default(false),
  compositeRequest: z.array(z.object({ method: z.enum(METHODS), url: z.string(), referenceId: z.string().regex(/^\w+$/), body: z.unknown().optional(), httpHeaders: z.record(z.string(), z.string()).default({}) })),
});
const batch = z.object({
  haltOnError: z.boolean().default(false),
  batchRequests: z.array(z.object({ method: z.enum(METHODS), url: z.string(), richInput: z.unknown().optional() })),
});

/** A part takes over the request's authorization alone: other headers are its own (`httpHeaders`). */
type Part = { method: (typeof METHODS)[number]; url: string; body: unknown; headers: Record<string, string> };
type Answer = { status: number; body: unknown; location: string | undefined };

/** `/composite`: up to 25 dependent requests, one API call. `/composite/batch`: up to 25 independent ones, each counted. */
export function compositeRoutes(app: FastifyInstance, org: Org, usage: SlidingWindow, faults: Faults, calls: Calls, inner: boolean): void {
  if (inner) return;
  const parts = fastify({ routerOptions: { ignoreTrailingSlash: true, maxParamLength: 16_384 } });
  parts.register(async (scope) => dataRoutes(scope, org, usage, faults, calls, true));
  app.addHook('onClose', async () => parts.close());

  const send = async (request: FastifyRequest, part: Part): Promise<Answer> => {
    const headers = { ...part.headers, authorization: request.headers.authorization ?? '' };
    const payload = isObject(part.body) || Array.isArray(part.body) ? { payload: part.body } : {};
    const answer = await parts.inject({ method: part.method, url: part.url, headers, ...payload });
    const body: unknown = answer.body === '' ? null : answer.json();
    return { status: answer.statusCode, body, location: answer.headers.location };
  };

  app.post(path, async (request) => {
    const { allOrNone, compositeRequest } = composite.parse(bodyOf(request));
    demandAtMost(compositeRequest.length);
    if (compositeRequest.filter(({ url }) => /\/(query|queryAll|composite)\b/.test(url)).length > MOST_BULKY) throw refusal('INVALID_INPUT', `The number of query and sObject Collections subrequests is above the limit of ${MOST_BULKY}`);
    const results = new Map<string, unknown>();
    const run = async (): Promise<{ failed: boolean; answers: Answer[] }> => {
      const answers: Answer[] = [];
      for (const one of compositeRequest) {
        const answer = await send(request, { method: one.method, url: String(substitute(one.url, results)), body: substitute(one.body, results), headers: one.httpHeaders });
        results.set(one.referenceId, answer.body);
        answers.push(answer);
        if (allOrNone && answer.status >= 300) return { failed: true, answers };
      }
      return { failed: false, answers };
    };
    const { failed, answers } = allOrNone ? await inTransaction(org, run) : await run();
    const halted = refusal('PROCESSING_HALTED', 'The transaction was rolled back since another operation in the same transaction failed.').body();
    return {
      compositeResponse: compositeRequest.map(({ referenceId }, at) => {
        const answer = answers[at];
        if (failed && (!answer || answer.status < 300)) return { body: halted, httpHeaders: {}, httpStatusCode: 400, referenceId };
        return { body: answer?.body ?? null, httpHeaders: answer?.location === undefined ? {} : { Location: answer.location }, httpStatusCode: answer?.status ?? 400, referenceId };
      }),
    };
  });

  app.post(`${path}/batch`, async (request) => {
    const { haltOnError, batchRequests } = batch.parse(bodyOf(request));
    demandAtMost(batchRequests.length);
    const results: { statusCode: number; result: unknown }[] = [];
    for (const one of batchRequests) {
      if (haltOnError && results.some((result) => result.statusCode >= 300)) {
        results.push({ statusCode: 412, result: refusal('BATCH_PROCESSING_HALTED', 'Batch processing halted per request').body() });
        continue;
      }
      if (results.length > 0) usage.take();
      const url = one.url.startsWith('/') ? one.url : `/services/data/${one.url.startsWith('v') ? '' : `v${versionOf(request)}/`}${one.url}`;
      const { status, body } = await send(request, { method: one.method, url, body: one.richInput, headers: {} });
      results.push({ statusCode: status, result: body });
    }
    return { hasErrors: results.some((result) => result.statusCode >= 300), results };
  });
}

/** Runs a chain of requests with the org to itself, and undoes its writes where it failed. */
async function inTransaction(org: Org, run: () => Promise<{ failed: boolean; answers: Answer[] }>): Promise<{ failed: boolean; answers: Answer[] }> {
  const endTurn = await org.takeTurn();
  org.database.exec('SAVEPOINT composite');
  let done = false;
  try {
    const result = await run();
    done = !result.failed;
    return result;
  } finally {
    org.database.exec(done ? 'RELEASE composite' : 'ROLLBACK TO composite; RELEASE composite');
    endTurn();
  }
}

/** Puts answers of earlier parts in: `@{ref.id}`, `@{ref.records[0].Id}`. */
function substitute(value: unknown, results: Map<string, unknown>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/@\{(\w+)\.([\w.[\]]+)\}/g, (_all, reference: string, path: string) => {
      const found = path.split(/[.[\]]+/).filter(Boolean).reduce<unknown>((at, key) => (isObject(at) ? at[key] : Array.isArray(at) ? at[Number(key)] : undefined), results.get(reference));
      return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
    });
  }
  if (Array.isArray(value)) return value.map((one) => substitute(one, results));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substitute(one, results)]));
  return value;
}

function demandAtMost(count: number): void {
  if (count > MOST) throw refusal('INVALID_INPUT', `The number of subrequests is above the limit of ${MOST}`);
}
