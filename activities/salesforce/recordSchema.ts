import { z } from 'zod';
import type { ApiValue, SalesforceId } from '../../sync/records.ts';
import type { SalesforceRecord, SalesforceRelated } from './types.ts';

const isSalesforceId = (id: string): id is SalesforceId => /^[A-Za-z0-9]{18}$/.test(id);

/** An id as every answer has it, in 18 characters. */
export const idSchema = z.string().refine(isSalesforceId);

/**
 * A row with its Id; the `attributes` (type and URL) of it and of its relations are left out. Checked in one walk: rows are most of what a page
 * reads, and a record of unions, which tries `attributes` by every branch, was half of all that a worker allocated.
 */
export const recordSchema = z.unknown().transform((row, context): SalesforceRecord => {
  const taken = rowOf(row);
  if (taken !== null && isRecord(taken)) return taken;
  context.addIssue({ code: 'custom', message: 'no row with an Id' });
  return z.NEVER;
});

function isRecord(row: SalesforceRelated): row is SalesforceRecord {
  const { Id } = row;
  return typeof Id === 'string' && isSalesforceId(Id);
}

/** Null where anything in it is neither a value nor a row. */
function rowOf(row: unknown): SalesforceRelated | null {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
  const taken: SalesforceRelated = {};
  for (const [field, value] of Object.entries(row)) {
    if (field === 'attributes' || field === '__proto__') continue;
    const part = isValue(value) ? value : rowOf(value);
    if (part === null && value !== null) return null;
    taken[field] = part;
  }
  return taken;
}

const isValue = (value: unknown): value is ApiValue => value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
