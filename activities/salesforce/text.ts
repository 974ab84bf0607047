import { createHash } from 'node:crypto';
import type { SalesforceRecord } from './types.ts';

/** A record's value as text; '' where it has none. */
export function textOf(record: SalesforceRecord, field: string): string {
  const value = record[field];
  return typeof value === 'string' ? value : '';
}

/** When a record last changed, by anybody (ISO): integrations can set `LastModifiedDate`, not `SystemModstamp` [MAU-5841]. */
export const stampOf = (record: SalesforceRecord): string => new Date(textOf(record, 'SystemModstamp')).toISOString();

/** Tells one state of a record from another: stamps are whole seconds, and a second change within one leaves them equal. */
export function versionOf(record: SalesforceRecord): string {
  // Polls read the one, and callers by id do not.
  const { CreatedDate: _, attributes: __, ...fields } = record;
  return `${stampOf(record)} ${createHash('sha1').update(JSON.stringify(fields)).digest('base64url')}`;
}
