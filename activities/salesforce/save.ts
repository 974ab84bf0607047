import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { Outcome } from '../crm/failure.ts';
import type { SalesforceId } from '../../sync/records.ts';
import { castErrors, saveErrorSchema } from './castFailure.ts';
import { together, type Part } from './composite.ts';
import { idSchema, recordSchema } from './recordSchema.ts';
import type { Ask, Requester } from './request.ts';
import { soql } from './soql.ts';
import type { Salesforce, SalesforceRecord, UpdateRow } from './types.ts';

/** jsforce would send more as one call, which is refused. */
const BATCH = 200;
/** Ids of a read by id. */
const READ_BACK = 2000;

const rowSchema = z.discriminatedUnion('success', [
  z.object({ success: z.literal(true), id: idSchema, created: z.boolean().optional() }),
  z.object({ success: z.literal(false), errors: z.array(saveErrorSchema).min(1) }),
]);
type Row = z.infer<typeof rowSchema>;
type Saved = Outcome<{ id: SalesforceId; created?: boolean }>;

type Saves = Pick<Salesforce, 'create' | 'update' | 'updateAndRead' | 'upsertByExternalId' | 'remove'>;

/** The collections calls: 200 rows each, every row with its own outcome (`allOrNone: false`). */
export function saveCalls(requester: Requester): Saves {
  const save = async <Input>(operation: string, rows: readonly Input[], request: (batch: Input[]) => Pick<Ask<Row[]>, 'method' | 'path' | 'body' | 'repeatable'>, call: Call, expected: (row: Input) => SalesforceId | null): Promise<Saved[]> => {
    const outcomes: Saved[] = [];
    for (const batch of chunks(rows, BATCH)) {
      try {
        const answers = await requester.send({ operation, ...request(batch), schema: z.array(rowSchema).length(batch.length) }, call);
        const ids = batch.map(expected);
        outcomes.push(...answers.map((answer, index) => outcomeOf(operation, answer, ids[index] ?? null)));
      } catch (error) {
        // What was written already must be told: only a failure before the first write is the call's own.
        if (!(error instanceof CrmFailure) || outcomes.length === 0) throw error;
        outcomes.push(...batch.map((): Saved => ({ ok: false, failure: error })));
      }
    }
    return outcomes;
  };

  const updated = ({ Id, ...fields }: UpdateRow) => ({ id: Id, ...fields });
  const records = (type: string, batch: readonly object[]) => ({ allOrNone: false, records: batch.map((row) => ({ attributes: { type }, ...row })) });

  return {
    create: (type, rows, call) =>
      save(`create ${type}`, rows, (batch) => ({ method: 'POST', path: '/composite/sobjects', body: records(type, batch), repeatable: false }), call, () => null),

    update: (type, rows, call) =>
      save(
        `update ${type}`,
        rows,
        (batch) => ({ method: 'PATCH', path: '/composite/sobjects', body: records(type, batch.map(updated)), repeatable: true }),
        call,
        ({ Id }) => Id,
      ),

    async updateAndRead(type, rows, fields, call) {
      const operation = `update ${type}`;
      const updates = chunks(rows, BATCH).map((batch): Part<Row[] | (SalesforceRecord | null)[]> => ({
        operation, method: 'PATCH', path: '/composite/sobjects', body: records(type, batch.map(updated)), schema: z.array(rowSchema).length(batch.length),
      }));
      const reads = chunks(rows.map(({ Id }) => Id), READ_BACK).map((ids): Part<Row[] | (SalesforceRecord | null)[]> => ({
        operation: `read ${type}`, method: 'POST', path: `/composite/sobjects/${soql.name(type).text}`, body: { ids, fields: [...new Set(['Id', ...fields])] },
        schema: z.array(recordSchema.nullable()).length(ids.length),
      }));
      const parts = await together(requester, [...updates, ...reads], call);
      const read = new Map<SalesforceId, SalesforceRecord>();
      for (const part of parts.slice(updates.length)) {
        if (!part.ok) throw part.failure;
        for (const row of part.body) if (row !== null && 'Id' in row) read.set(row.Id, row);
      }
      return chunks(rows, BATCH).flatMap((batch, index) => {
        const part = parts[index];
        return batch.map(({ Id }, row): Outcome<{ id: SalesforceId; record: SalesforceRecord | null }> => {
          if (part === undefined || !part.ok) return { ok: false, failure: part?.failure ?? new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE' }) };
          const answer = part.body[row];
          if (answer == null || !('success' in answer)) return { ok: false, failure: new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE' }) };
          const outcome = outcomeOf(operation, rowSchema.parse(answer), Id);
          return outcome.ok ? { ok: true, id: Id, record: read.get(Id) ?? null } : outcome;
        });
      });
    },

    async upsertByExternalId(type, field, rows, call) {
      // The value travels in the body: in the URL, jsforce would not encode it.
      const path = `/composite/sobjects/${soql.name(type).text}/${soql.name(field).text}`;
      const outcomes = await save(`upsert ${type}`, rows, (batch) => ({ method: 'PATCH', path, body: records(type, batch), repeatable: true }), call, () => null);
      return outcomes.map((outcome) => (outcome.ok ? { ...outcome, created: outcome.created ?? false } : outcome));
    },

    async remove(ids, call) {
      const outcomes = await save('delete records', ids, (batch) => ({ method: 'DELETE', path: `/composite/sobjects?ids=${batch.join(',')}&allOrNone=false`, repeatable: true }), call, (id) => id);
      // A delete that is repeated, or meets a record already deleted, has reached its end.
      return outcomes.map((outcome, index) => {
        const id = ids[index];
        return id !== undefined && !outcome.ok && outcome.failure.code === 'ENTITY_IS_DELETED' ? { ok: true, id } : outcome;
      });
    },
  };
}

function outcomeOf(operation: string, row: Row, expected: SalesforceId | null): Saved {
  if (!row.success) return { ok: false, failure: castErrors(operation, row.errors) };
  // Outcomes are told apart by their place alone; another id there means that none of them can be trusted.
  if (expected !== null && row.id !== expected) throw new CrmFailure({ system: 'salesforce', operation, code: 'INVALID_RESPONSE', detail: 'Rows in another order than sent.' });
  return row.created === undefined ? { ok: true, id: row.id } : { ok: true, id: row.id, created: row.created };
}
