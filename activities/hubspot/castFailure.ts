import { z } from 'zod';
import { CrmFailure } from '../crm/failure.ts';
import type { CrmFailureParts } from '../crm/failure.ts';

const contextSchema = z.record(z.string(), z.array(z.string())).catch({});

/** Every field of HubSpot's error bodies is optional; rows of a 207 have the same shape. */
export const errorBodySchema = z.object({
  category: z.string().optional().catch(undefined),
  errorType: z.string().optional().catch(undefined),
  /** Of a refused token request, e.g. `invalid_grant`. */
  error: z.string().optional().catch(undefined),
  policyName: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  correlationId: z.string().optional().catch(undefined),
  context: contextSchema.optional(),
  errors: z
    .array(
      z.object({
        code: z.string().optional().catch(undefined),
        message: z.string().optional().catch(undefined),
        in: z.string().optional().catch(undefined),
        context: contextSchema.optional(),
      }),
    )
    .optional()
    .catch(undefined),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** The rows of a batch that an error names, by id or by the trace id that we gave them. */
export function namedRows(body: ErrorBody): string[] {
  const contexts = [body.context, ...(body.errors ?? []).map((error) => error.context)];
  return contexts.flatMap((context) => ['ids', 'id', 'objectWriteTraceId'].flatMap((name) => context?.[name] ?? []));
}

/** A refusal of HubSpot's, or one row of a 207, as a failure. */
export function castErrorBody(operation: string, status: number | null, body: unknown, retryAfterMs: number | null = null): CrmFailure {
  const parsed = errorBodySchema.safeParse(body);
  if (!parsed.success) return new CrmFailure({ system: 'hubspot', operation, status, code: null, retryAfterMs });
  const { category, errorType, error, policyName, message, correlationId, errors = [] } = parsed.data;
  const parts: CrmFailureParts = {
    system: 'hubspot',
    operation,
    status,
    code: category ?? errorType ?? error ?? null,
    reason: policyName ?? errors[0]?.code ?? null,
    detail: message ?? errors[0]?.message ?? null,
    fields: namedProperties(parsed.data),
    rows: namedRows(parsed.data),
    requestId: correlationId ?? null,
    retryAfterMs,
    existingId: /Existing ID: (\d+)/.exec(message ?? '')?.[1] ?? null,
  };
  return new CrmFailure(parts);
}

function namedProperties({ context, errors = [] }: ErrorBody): string[] {
  const contexts = [context, ...errors.map((error) => error.context)];
  const names = contexts.flatMap((entry) => [...(entry?.['propertyName'] ?? []), ...(entry?.['name'] ?? [])]);
  return [...new Set(names)];
}
