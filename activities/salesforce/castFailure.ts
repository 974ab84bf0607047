import { z } from 'zod';
import type { Exchange } from '../crm/exchange.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { DuplicateMatch } from '../crm/failure.ts';

const matchSchema = z.object({
  matchRecords: z.array(z.object({ record: z.object({ attributes: z.object({ type: z.string() }), Id: z.string(), Email: z.string().nullish() }) })),
});

/** Single calls say `errorCode`, rows of a collections answer `statusCode`, whatever jsforce's types say. */
export const saveErrorSchema = z.object({
  errorCode: z.string().optional(),
  statusCode: z.string().optional(),
  message: z.string().default(''),
  fields: z.array(z.string()).nullish().catch(null),
  duplicateResult: z.object({ matchResults: z.array(matchSchema) }).nullish().catch(null),
});
export type SaveError = z.infer<typeof saveErrorSchema>;

/** What jsforce throws: `HttpApiError` with `errorCode` and `data`, an OAuth error with its code as `name`, or a `TypeError` of fetch. */
const thrownSchema = z.object({ name: z.string(), message: z.string(), errorCode: z.string().optional(), data: z.unknown().optional(), cause: z.object({ code: z.string() }).optional().catch(undefined) });

/** Anything that jsforce threw, as a failure. */
export function castThrown(operation: string, thrown: unknown, exchange: Exchange): CrmFailure {
  const status = exchange.answer?.status ?? null;
  const retryAfterMs = retryAfter(exchange);
  const parsed = thrownSchema.safeParse(thrown);
  const error = parsed.success ? parsed.data : { name: '', message: '', errorCode: undefined, data: undefined, cause: undefined };

  if (error.errorCode === undefined) {
    // Without a whole answer of refusal it is the network; with one, OAuth's code is the error's name.
    const refused = status !== null && status >= 400;
    if (!refused) return new CrmFailure({ system: 'salesforce', operation, code: 'NETWORK', reason: error.cause?.code ?? null, cause: thrown });
    return new CrmFailure({ system: 'salesforce', operation, status, code: /^\w+$/.test(error.name) && error.name !== 'Error' ? error.name : null, detail: error.message, retryAfterMs });
  }
  if (error.errorCode === 'MULTIPLE_CHOICES') {
    return new CrmFailure({ system: 'salesforce', operation, status, code: 'MULTIPLE_CHOICES', duplicates: recordsOf(error.data) });
  }
  const httpCode = /^ERROR_HTTP_(\d{3})$/.exec(error.errorCode)?.[1];
  // Where text was asked for, jsforce leaves a refusal's JSON as it is.
  const data = httpCode ? jsonOf(error.message) : error.data;
  if (httpCode && !Array.isArray(data)) return new CrmFailure({ system: 'salesforce', operation, status: Number(httpCode), code: error.errorCode, retryAfterMs });

  const rows = z.array(saveErrorSchema).safeParse(Array.isArray(data) ? data : [data]);
  const errors = rows.success && rows.data.length > 0 ? rows.data : [{ errorCode: error.errorCode, message: error.message }];
  return castErrors(operation, errors, { status, retryAfterMs, exchange });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The errors of one row, or of one call, as one failure: the first gives the code, all give their fields. */
export function castErrors(operation: string, errors: readonly Partial<SaveError>[], { status = null, retryAfterMs = null, exchange }: { status?: number | null; retryAfterMs?: number | null; exchange?: Exchange } = {}): CrmFailure {
  const code = errors[0]?.statusCode ?? errors[0]?.errorCode ?? null;
  const detail = errors.map((error) => error.message).filter(Boolean).join(' ') || null;
  const matches = errors.flatMap((error) => error.duplicateResult?.matchResults ?? []).flatMap((result) => result.matchRecords);
  return new CrmFailure({
    system: 'salesforce',
    operation,
    status,
    code,
    reason: code === 'REQUEST_LIMIT_EXCEEDED' ? limitReached(detail ?? '', exchange) : null,
    detail,
    fields: [...new Set(errors.flatMap(namedFields))],
    retryAfterMs,
    limit: limitInfo(exchange),
    duplicates: matches.map(({ record }): DuplicateMatch => ({ type: record.attributes.type, id: record.Id, email: record.Email ?? null })),
  });
}

/** A field that is not there stands in the words alone: `No such column 'Tier__c' on sobject of type Lead`. */
function namedFields({ statusCode, errorCode, fields, message = '' }: Partial<SaveError>): string[] {
  const missing = (statusCode ?? errorCode) === 'INVALID_FIELD' ? /No such column '([\w.]+)'/.exec(message)?.[1] : undefined;
  return fields?.length || missing === undefined ? fields ?? [] : [missing];
}

/** `Sforce-Limit-Info: api-usage=18/5000`: calls of the org in the rolling 24 hours. */
export function limitInfo(exchange: Exchange | undefined): { used: number; limit: number } | null {
  const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(exchange?.answer?.headers['sforce-limit-info'] ?? '') ?? [];
  return used && limit ? { used: Number(used), limit: Number(limit) } : null;
}

/** The daily and the concurrency limit share a code; the org's count tells them apart (inferred). */
function limitReached(detail: string, exchange: Exchange | undefined): 'DAILY' | 'CONCURRENT' {
  const info = limitInfo(exchange);
  return /concurrent/i.test(detail) || (info !== null && info.used < info.limit) ? 'CONCURRENT' : 'DAILY';
}

function recordsOf(urls: unknown): DuplicateMatch[] {
  const parsed = z.array(z.string()).safeParse(urls);
  const paths = (parsed.success ? parsed.data : []).map((url) => url.split('/').slice(-2));
  return paths.map(([type = '', id = '']) => ({ type, id, email: null }));
}

function retryAfter({ answer }: Exchange): number | null {
  const value = answer?.headers['retry-after'];
  return value !== undefined && /^\d+$/.test(value) ? Number(value) * 1000 : null;
}
