import type { SalesforceRecord } from './types.ts';

/** A record's value as text; '' where it has none. */
export function textOf(record: SalesforceRecord, field: string): string {
  const value = record[field];
  return typeof value === 'string' ? value : '';
}

/** When a record last changed, by anybody (ISO): integrations can set `LastModifiedDate`, not `SystemModstamp` [MAU-5841]. */
export const stampOf = (record: SalesforceRecord): string => new Date(textOf(record, 'SystemModstamp')).toISOString();
