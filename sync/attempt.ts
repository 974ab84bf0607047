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
  /** By HubSpot property: what both sides held by then, which is no less true if the write never lands; older versions did not keep it. */
  agreed?: Record<string, { field: string; key: string | null }>;
}

type Seen = { match: PairMatch; fields: readonly FieldReading[] };

/** What is about to be sent of this reading, with what is known of an earlier attempt at the same record that was not answered. */
export function attemptOf({ salesforce }: PairWrite, { fields, settled }: Decision, earlier: Attempt | null, pair: Seen): Attempt {
  const record = salesforce.kind === 'update' ? salesforce.ref.id : null;
  const sent = fields.flatMap(({ hubspot, salesforce: field, action, baseAfter }) =>
    (baseAfter === undefined ? [] : [[hubspot, { side: action === 'to-hubspot' ? 'hubspot' : 'salesforce', field, key: baseAfter }] as const]));
  const known = earlier?.record === record ? earlier : null;
  const held = { ...(known !== null && heldByBoth(known, pair)), ...settled };
  const agreed = pair.fields.flatMap(({ hubspot, salesforce: field }) => (hubspot in held ? [[hubspot, { field, key: held[hubspot] ?? null }] as const] : []));
  return { record, fields: { ...known?.fields, ...Object.fromEntries(sent) }, agreed: Object.fromEntries(agreed) };
}

/** The same where nothing of it was sent. */
export const unsent = ({ record, agreed }: Attempt, earlier: Attempt | null): Attempt =>
  ({ record, fields: earlier?.record === record ? earlier.fields : {}, ...(agreed && { agreed }) });

const isOf = ({ record }: Attempt, { match }: Seen): boolean => match.kind === 'linked' && (record === null || match.record.link.id === record);

/** What both sides are known to have held: what they held when it was decided, and what has landed of it. */
export function heldByBoth(attempt: Attempt, pair: Seen): Base {
  if (!isOf(attempt, pair)) return {};
  const agreed = pair.fields.flatMap(({ hubspot, salesforce }) => {
    const known = attempt.agreed?.[hubspot];
    return known?.field === salesforce ? [[hubspot, known.key] as const] : [];
  });
  return { ...Object.fromEntries(agreed), ...landed(attempt, pair) };
}

/** What has landed of it: where the side that it went to shows what was sent, both sides have held that value, if the property is mapped as it was. */
export function landed(attempt: Attempt, pair: Seen): Base {
  if (!isOf(attempt, pair)) return {};
  const { fields } = attempt;
  return Object.fromEntries(pair.fields.flatMap((field) => {
    const sent = fields[field.hubspot];
    if (sent === undefined || (sent.field !== undefined && sent.field !== field.salesforce)) return [];
    const there = sent.side === 'hubspot' ? field.h : field.s;
    return there.key === sent.key ? [[field.hubspot, sent.key]] : [];
  }));
}
