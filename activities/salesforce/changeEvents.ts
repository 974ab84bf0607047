import { z } from 'zod';
import type { SalesforceType } from '../../sync/records.ts';
import { mostOfName } from '../../workflows/messages.ts';
import { idSchema } from './recordSchema.ts';
import type { SalesforceChange } from './types.ts';

/** What one event of a channel tells. */
export interface ChangeEvent {
  object: SalesforceType;
  /** Opaque and ascending; null where the event could not be read. */
  replayId: number | null;
  /** None where the change is our own. */
  changes: SalesforceChange[];
  /** There may be changes that the event does not tell. */
  gap: boolean;
}

const FARTHEST_MS = 8_640_000_000_000_000;
/** Every update changes these. */
const STAMPS = new Set(['LastModifiedDate', 'LastModifiedById']);
const headerSchema = z.object({
  changeType: z.string(), recordIds: z.array(z.string()), changeOrigin: z.string().nullish(), commitTimestamp: z.number().int().min(0).max(FARTHEST_MS),
  commitUser: z.string().catch(''), changedFields: z.array(z.string()).catch([]),
});
const replaySchema = z.object({ event: z.object({ replayId: z.number().int() }) });
const eventSchema = replaySchema.extend({ payload: z.object({ ChangeEventHeader: headerSchema }) });

const KINDS = new Map<string, SalesforceChange['kind']>([['CREATE', 'create'], ['UPDATE', 'update'], ['DELETE', 'delete'], ['UNDELETE', 'undelete']]);
/** `client` of our call options, at the origin's end. */
const OWN = /;client=sluice$/;

/** Reads an event of the object's channel. One of an unknown shape is a gap, so that it neither stops the others nor goes unnoticed. */
export function readChangeEvent(object: SalesforceType, data: unknown): ChangeEvent {
  const parsed = eventSchema.safeParse(data);
  if (!parsed.success) return { object, replayId: replaySchema.safeParse(data).data?.event.replayId ?? null, changes: [], gap: true };
  const { event: { replayId }, payload: { ChangeEventHeader: header } } = parsed.data;
  if (OWN.test(header.changeOrigin ?? '')) return { object, replayId, changes: [], gap: false };
  // GAP_UPDATE and so on carry ids at times, GAP_OVERFLOW the empty one, a conversion of a field's type `003*`.
  const kind = KINDS.get(header.changeType.replace(/^GAP_/, ''));
  const ids = header.recordIds.flatMap((id) => (isRecordId(id) ? [idSchema.parse(id)] : []));
  const at = new Date(header.commitTimestamp).toISOString();
  const [by, fields] = [header.commitUser.slice(0, mostOfName), header.changedFields.filter((field) => !STAMPS.has(field)).join(',').slice(0, mostOfName)];
  const likeness = { ...(by !== '' && { by }), ...(fields !== '' && { fields }) };
  return {
    object, replayId, changes: ids.map((id) => ({ object, id, kind: kind ?? 'update', at, ...likeness })),
    gap: !KINDS.has(header.changeType) || ids.length < header.recordIds.length,
  };
}

const isRecordId = (id: string): boolean => idSchema.safeParse(id).success && !/^0+A*$/.test(id);
