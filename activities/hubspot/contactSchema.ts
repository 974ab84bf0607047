import { z } from 'zod';
import { errorBodySchema } from './castFailure.ts';
import { contactIdSchema, mergedIds } from './ids.ts';
import type { HubSpotContact } from './types.ts';

const versionSchema = z.object({
  value: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
  sourceType: z.string(),
  sourceId: z.string().nullish().transform((id) => id ?? null),
  updatedByUserId: z.number().nullish().transform((id) => id ?? null),
});

/** Checked in one walk and kept as they came: a record makes a copy, and asks each key and value by itself. */
const propertiesSchema = z.custom<Record<string, string | null>>((given) =>
  typeof given === 'object' && given !== null && !Array.isArray(given) && Object.values(given).every((value) => value === null || typeof value === 'string'));

/** One contact as every call answers it. */
export const contactSchema = z
  .object({
    id: contactIdSchema,
    properties: propertiesSchema,
    propertiesWithHistory: z.record(z.string(), z.array(versionSchema)).nullish(),
    createdAt: z.string(),
    updatedAt: z.string(),
    archived: z.boolean().optional(),
    objectWriteTraceId: z.string().optional(),
  })
  .transform(({ propertiesWithHistory, archived, objectWriteTraceId: traceId, ...contact }): HubSpotContact & { traceId: string | undefined } => ({
    ...contact,
    history: propertiesWithHistory ?? {},
    mergedIds: mergedIds(contact.properties['hs_merged_object_ids']),
    archived: archived ?? false,
    traceId,
  }));

/** A batch's answer, 200 or 207: what is wrong with single rows stands in `errors`. */
export const contactBatchSchema = z.object({
  results: z.array(contactSchema),
  numErrors: z.number().optional(),
  errors: z.array(errorBodySchema).default([]),
});
export type ContactBatch = z.infer<typeof contactBatchSchema>;

/** Without the trace id, which only the batch calls need. */
export function plain({ id, properties, history, mergedIds: merged, createdAt, updatedAt, archived }: HubSpotContact): HubSpotContact {
  return { id, properties, history, mergedIds: merged, createdAt, updatedAt, archived };
}
