import assert from 'node:assert/strict';
import { after } from 'node:test';
import { Client } from '@hubspot/api-client';
import { z } from 'zod';
import { startHubSpotSandbox, type HubSpotSandboxOptions } from '../../../sandbox/hubspot/start.ts';

export type Answer = { status: number; headers: Headers; body: unknown };
export type TestSandbox = {
  url: string;
  client: Client;
  /** Any call, with the sandbox's token unless the headers say otherwise. */
  call: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  /** The control path; fails the test where it does not answer 2xx. */
  control: (method: string, path: string, body?: unknown) => Promise<unknown>;
};

/** A sandbox that ends with the test file: empty, without limits and lags unless the options say otherwise. */
export async function testSandbox(options: Partial<HubSpotSandboxOptions> = {}): Promise<TestSandbox> {
  const sandbox = await startHubSpotSandbox({ port: 0, rateLimit: false, segmentLagMs: 0, searchLagMs: 0, seed: { seed: 'empty' }, ...options });
  after(() => sandbox.close());
  const call: TestSandbox['call'] = async (method, path, body, headers = {}) => {
    const answer = await fetch(sandbox.url + path, {
      method,
      headers: { authorization: 'Bearer pat-sandbox', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  return {
    url: sandbox.url,
    client: new Client({ accessToken: 'pat-sandbox', basePath: sandbox.url }),
    call,
    control: async (method, path, body) => {
      const answer = await call(method, `/_sandbox/${path}`, body);
      assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
  };
}

const errorBody = z.looseObject({
  status: z.literal('error').optional(), message: z.string(), category: z.string().optional(),
  errors: z.array(z.looseObject({ code: z.string().optional(), context: z.record(z.string(), z.array(z.string())).optional() })).optional(),
});
const apiException = z.looseObject({ code: z.number(), body: z.union([errorBody, z.string().transform((text) => errorBody.parse(JSON.parse(text)))]) });

export type Refusal = { code: number; category: string | undefined; message: string; codes: (string | undefined)[] };

/** What the client throws for a refused call. */
export async function refused(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { code, body } = apiException.parse(error);
    return { code, category: body.category, message: body.message, codes: (body.errors ?? []).map((each) => each.code) };
  }
  throw new assert.AssertionError({ message: 'The call was not refused.' });
}

/** The same of a raw answer. */
export function refusalOf(answer: Answer): Refusal {
  const body = errorBody.parse(answer.body);
  return { code: answer.status, category: body.category, message: body.message, codes: (body.errors ?? []).map((each) => each.code) };
}

export const page = z.looseObject({
  total: z.number().optional(),
  results: z.array(z.looseObject({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) })),
  paging: z.looseObject({ next: z.looseObject({ after: z.string() }) }).optional(),
});

/** The filter branch of one AND of property filters. */
export function allOf(...filters: { property: string; operation: Record<string, unknown> }[]): Record<string, unknown> {
  return { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: filters.map((one) => ({ filterType: 'PROPERTY', ...one })) }] };
}
export const emailContains = (...values: string[]): Record<string, unknown> => allOf({ property: 'email', operation: { operationType: 'MULTISTRING', operator: 'CONTAINS', values } });
