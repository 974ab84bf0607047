import type { Decision } from './decide.ts';
import type { PairMatch, PairWrite } from './pair.ts';
import type { Base, FieldReading, SalesforceId } from './records.ts';

/**
 * A write on its way. It may land and its answer be lost (a broken connection, a worker that dies); what then stands on the side that
 * was written would look like somebody's edit, and win over a real one that came meanwhile.
 */
export interface Attempt {
  /** The record it went to; null where one was to be created. */
  record: SalesforceId | null;
  /** By HubSpot property: where it was sent, the Salesforce field (older versions did not say), and what both sides agree on once it has landed. */
  fields: Record<string, { side: 'hubspot' | 'salesforce'; field?: string; key: string | null }>;
}

/** What is about to be sent, with what an earlier attempt at the same record has not been answered. */
export function attemptOf({ salesforce }: PairWrite, { fields }: Decision, earlier: Attempt | null): Attempt {
  const record = salesforce.kind === 'update' ? salesforce.ref.id : null;
  const sent = fields.flatMap(({ hubspot, salesforce: field, action, baseAfter }) =>
    (baseAfter === undefined ? [] : [[hubspot, { side: action === 'to-hubspot' ? 'hubspot' : 'salesforce', field, key: baseAfter }] as const]));
  return { record, fields: { ...(earlier?.record === record && earlier.fields), ...Object.fromEntries(sent) } };
}

/** What has landed of it: where the side that it went to shows what was sent, both sides have held that value, if the property is mapped as it was. */
export function landed({ record, fields }: Attempt, pair: { match: PairMatch; fields: readonly FieldReading[] }): Base {
  if (pair.match.kind !== 'linked' || (record !== null && pair.match.record.link.id !== record)) return {};
  return Object.fromEntries(pair.fields.flatMap((field) => {
    const sent = fields[field.hubspot];
    if (sent === undefined || (sent.field !== undefined && sent.field !== field.salesforce)) return [];
    const there = sent.side === 'hubspot' ? field.h : field.s;
    return there.key === sent.key ? [[field.hubspot, sent.key]] : [];
  }));
}
