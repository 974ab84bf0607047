import { z } from 'zod';
import type { SalesforceId } from '../../sync/records.ts';
import type { SalesforceRecord, SalesforceRelated } from './types.ts';

const isSalesforceId = (id: string): id is SalesforceId => /^[A-Za-z0-9]{18}$/.test(id);

/** An id as every answer has it, in 18 characters. */
export const idSchema = z.string().refine(isSalesforceId);

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const relatedSchema: z.ZodType<SalesforceRelated> = z.lazy(() => z.record(z.string(), z.union([valueSchema, relatedSchema])).transform(withoutAttributes));

/** A row with its Id; the `attributes` (type and URL) of it and of its relations are left out. */
export const recordSchema = z
  .record(z.string(), z.union([valueSchema, relatedSchema]))
  .transform(withoutAttributes)
  .refine(isRecord);

function isRecord(row: SalesforceRelated): row is SalesforceRecord {
  return idSchema.safeParse(row['Id']).success;
}

function withoutAttributes(row: SalesforceRelated): SalesforceRelated {
  return Object.fromEntries(Object.entries(row).filter(([field]) => field !== 'attributes'));
}
