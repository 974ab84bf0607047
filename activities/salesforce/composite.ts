import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { Outcome } from '../crm/failure.ts';
import { castErrors, saveErrorSchema } from './castFailure.ts';
import type { Ask, Requester } from './request.ts';

/** 25 parts, of which 5 may be queries or collections; all together count as one API call (Salesforce, "Composite"). */
const MOST_PARTS = 5;

/** Parts take over no header but the three of authorization and content: without it our own changes would come back as somebody's. */
const ownMark = { 'Sforce-Call-Options': 'client=sluice' };

const partSchema = z.object({ referenceId: z.string(), httpStatusCode: z.number(), body: z.unknown() });

/** A query or a collections call, as it would be sent by itself. */
export type Part<Body> = Pick<Ask<Body>, 'operation' | 'method' | 'path' | 'body' | 'schema'>;

/**
 * Sends queries and collections calls together, five to an API call, in their order; each has its own outcome. One alone is sent
 * as it is. Rejects where a whole call failed.
 */
export async function together<Body>(requester: Requester, parts: readonly Part<Body>[], call: Call): Promise<Outcome<{ body: Body }>[]> {
  const outcomes: Outcome<{ body: Body }>[] = [];
  for (const group of chunks(parts, MOST_PARTS)) {
    const [only] = group;
    if (group.length === 1 && only !== undefined) outcomes.push({ ok: true, body: await requester.send({ ...only, repeatable: true }, call) });
    else outcomes.push(...await composite(requester, group, call));
  }
  return outcomes;
}

async function composite<Body>(requester: Requester, parts: readonly Part<Body>[], call: Call): Promise<Outcome<{ body: Body }>[]> {
  const operation = [...new Set(parts.map((part) => part.operation))].join(' and ');
  const compositeRequest = parts.map(({ method, path, body }, index) => ({ method, url: requester.target(path), referenceId: `part${index}`, httpHeaders: ownMark, ...(body === undefined ? {} : { body }) }));
  const schema = z.object({ compositeResponse: z.array(partSchema).length(parts.length) });
  const { compositeResponse } = await requester.send({ operation, method: 'POST', path: '/composite', body: { allOrNone: false, compositeRequest }, schema, repeatable: true }, call);
  return parts.map((part, index) => outcomeOf(part, `part${index}`, compositeResponse[index]));
}

function outcomeOf<Body>({ operation, schema }: Part<Body>, referenceId: string, answer: z.infer<typeof partSchema> | undefined): Outcome<{ body: Body }> {
  const invalid = (detail: string) => ({ ok: false as const, failure: new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE', detail }) });
  if (answer?.referenceId !== referenceId) return invalid('Parts in another order than sent.');
  const { httpStatusCode: status, body } = answer;
  if (status >= 400) {
    const errors = z.array(saveErrorSchema).min(1).safeParse(body);
    return { ok: false, failure: errors.success ? castErrors(operation, errors.data, { status }) : new CrmFailure({ system: 'salesforce', operation, status }) };
  }
  const parsed = schema.safeParse(body);
  return parsed.success ? { ok: true, body: parsed.data } : invalid('A part of another shape.');
}
